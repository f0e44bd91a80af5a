"""Actors: the State API's rows, joined with what the dashboard knows of their processes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct, structs

from raymon_tui.backends.errors import RaymonError
from raymon_tui.cluster.model.actor import Actor
from raymon_tui.cluster.model.finite import Finite
from raymon_tui.cluster.model.page import Filter, Page
from raymon_tui.cluster.ray_api.actor_process import ActorProcess, ask_actor_processes
from raymon_tui.cluster.ray_api.asking import Get
from raymon_tui.cluster.ray_api.death_cause import read_death_cause
from raymon_tui.cluster.ray_api.rows import in_slices
from raymon_tui.cluster.ray_api.state_list import ask_list


class _ActorRow(Struct, frozen=True, gc=False):
    actor_id: str
    class_name: str | None = None
    state: str | None = None
    job_id: str | None = None
    name: str | None = None
    repr_name: str | None = None
    node_id: str | None = None
    pid: int | None = None
    ray_namespace: str | None = None
    required_resources: dict[str, Finite] | None = None
    death_cause: dict[str, Any] | None = None
    is_detached: bool | None = None
    placement_group_id: str | None = None
    num_restarts: int | None = None


async def ask_actors(get: Get, filters: Sequence[Filter], *, limit: int, detail: bool) -> Page[Actor]:
    """Return actors that pass all `filters`; in detail with death causes and what their processes use."""
    page = await ask_list(get, "actors", _ActorRow, filters, limit=limit, detail=detail)
    processes: Mapping[str, ActorProcess] = {}
    if detail:
        try:
            processes = await ask_actor_processes(get, [row.actor_id for row in page.rows])
        except RaymonError:
            processes = {}  # The rows are worth having without: what is missing is None, which says so.
    actors = await in_slices(lambda row: _actor(row, processes.get(row.actor_id)), page.rows)
    return Page(
        rows=tuple(actors),
        total=page.total,
        num_after_truncation=page.num_after_truncation,
        num_filtered=page.num_filtered,
        partial_failure_warning=page.partial_failure_warning,
        warnings=page.warnings,
        unreadable=page.unreadable,
    )


async def ask_actor(get: Get, actor_id: str) -> Actor | None:
    """Return one actor in detail; None where GCS does not remember it."""
    page = await ask_actors(get, (Filter("actor_id", "=", actor_id),), limit=1, detail=True)
    return page.rows[0] if page.rows else None


def _actor(row: _ActorRow, process: ActorProcess | None) -> Actor:
    actor = Actor(
        actor_id=row.actor_id,
        class_name=row.class_name or "",
        state=row.state or "",
        job_id=row.job_id or "",
        name=row.name or "",
        repr_name=row.repr_name or "",
        node_id=row.node_id,
        pid=row.pid or None,
        ray_namespace=row.ray_namespace or "",
        required_resources=row.required_resources,
        death_cause=read_death_cause(row.death_cause),
        is_detached=row.is_detached,
        placement_group_id=row.placement_group_id,
        num_restarts=row.num_restarts,
    )
    return actor if process is None else structs.replace(actor, **structs.asdict(process))
