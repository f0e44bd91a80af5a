"""An actor, why it died, and actors counted by class."""

from __future__ import annotations

from msgspec import Struct

ALIVE_STATES = ("ALIVE",)
PENDING_STATES = ("DEPENDENCIES_UNREADY", "PENDING_CREATION")


class DeathCause(Struct, frozen=True, kw_only=True, gc=False):
    """Why an actor died, read from whichever of Ray's contexts was filled.

    `kind` is the context's name without `_context`: `actor_died_error`, `creation_task_failure`,
    `runtime_env_failed`, `oom`, `actor_unschedulable`. `reason` is Ray's short word (`OUT_OF_SCOPE`, `RAY_KILL`,
    `WORKER_DIED`, …) where it gives one; `message` its long text.
    """

    kind: str = ""
    reason: str = ""
    message: str = ""
    pid: int | None = None
    node_ip: str | None = None


class Actor(Struct, frozen=True, kw_only=True, gc=False):
    """One actor, with the fields of `/api/v0/actors` and, where asked in detail, of `/logical/actors`."""

    actor_id: str
    class_name: str = ""
    state: str = ""
    job_id: str = ""
    name: str = ""
    repr_name: str = ""
    node_id: str | None = None
    pid: int | None = None
    ray_namespace: str = ""
    required_resources: dict[str, float] | None = None
    death_cause: DeathCause | None = None
    is_detached: bool | None = None
    placement_group_id: str | None = None
    num_restarts: int | None = None
    start_time: float | None = None
    end_time: float | None = None
    rss: float | None = None
    cpu_percent: float | None = None
    executed_tasks: int | None = None
    running_tasks: int | None = None
    pending_tasks: int | None = None


class ClassSummary(Struct, frozen=True, kw_only=True, gc=False):
    """All actors of one class, counted by state."""

    class_name: str
    state_counts: dict[str, int] = {}

    def of(self, *states: str) -> int:
        """Return how many are in any of these states."""
        return sum(self.state_counts.get(state, 0) for state in states)

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self.state_counts.values())


class ActorSummary(Struct, frozen=True, kw_only=True, gc=False):
    """Actors by class; `total` may exceed what was counted."""

    classes: tuple[ClassSummary, ...] = ()
    total: int | None = None
    num_after_truncation: int | None = None
    warnings: tuple[str, ...] = ()
