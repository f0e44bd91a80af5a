"""A task attempt, and tasks counted by function."""

from __future__ import annotations

from msgspec import Struct

from raymon_tui.cluster.model.finite import Finite

RUNNING_STATES = ("RUNNING", "RUNNING_IN_RAY_GET", "RUNNING_IN_RAY_WAIT")
WAITING_STATES = (
    "PENDING_ARGS_AVAIL",
    "PENDING_NODE_ASSIGNMENT",
    "PENDING_OBJ_STORE_MEM_AVAIL",
    "PENDING_ARGS_FETCH",
    "SUBMITTED_TO_WORKER",
    "GETTING_AND_PINNING_ARGS",
    "PENDING_ACTOR_TASK_ARGS_FETCH",
    "PENDING_ACTOR_TASK_ORDERING_OR_CONCURRENCY",
)
"""States of a task that has not ended and does not run, in the order it passes through them (source: common.proto)."""
LIVE_STATES = WAITING_STATES + RUNNING_STATES


class TaskLogInfo(Struct, frozen=True, kw_only=True, gc=False):
    """Where in its worker's log files a task wrote."""

    stdout_file: str | None = None
    stderr_file: str | None = None
    stdout_start: int | None = None
    stdout_end: int | None = None
    stderr_start: int | None = None
    stderr_end: int | None = None


class TaskEvent(Struct, frozen=True, kw_only=True, gc=False):
    """The moment at which a task entered a state."""

    state: str = ""
    created_ms: Finite | None = None


class Task(Struct, frozen=True, kw_only=True, gc=False):
    """One attempt of one task, with the fields of `/api/v0/tasks`."""

    task_id: str
    attempt_number: int = 0
    name: str = ""
    state: str = ""
    job_id: str = ""
    actor_id: str | None = None
    type: str = ""
    func_or_class_name: str = ""
    parent_task_id: str = ""
    node_id: str | None = None
    worker_id: str | None = None
    worker_pid: int | None = None
    error_type: str | None = None
    error_message: str | None = None
    required_resources: dict[str, Finite] | None = None
    placement_group_id: str | None = None
    creation_time_ms: Finite | None = None
    start_time_ms: Finite | None = None
    end_time_ms: Finite | None = None
    task_log_info: TaskLogInfo | None = None
    events: tuple[TaskEvent, ...] | None = None
    call_site: str | None = None


class FunctionSummary(Struct, frozen=True, kw_only=True, gc=False):
    """All tasks of one function or method, counted by state."""

    func_or_class_name: str
    type: str = ""
    state_counts: dict[str, int] = {}

    def of(self, *states: str) -> int:
        """Return how many are in any of these states."""
        return sum(self.state_counts.get(state, 0) for state in states)

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self.state_counts.values())


class TaskSummary(Struct, frozen=True, kw_only=True, gc=False):
    """Tasks by function; `total` may exceed what was counted (`num_after_truncation`)."""

    functions: tuple[FunctionSummary, ...] = ()
    total: int | None = None
    num_after_truncation: int | None = None
    warnings: tuple[str, ...] = ()
