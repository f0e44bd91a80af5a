"""What the dashboard knows of actors' processes, from `/logical/actors`."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Raw, Struct

from raymon_tui.cluster.model.finite import Finite
from raymon_tui.cluster.ray_api.asking import Get
from raymon_tui.cluster.ray_api.moments import seconds
from raymon_tui.cluster.ray_api.rows import decode_rows, decode_split

_PATH = "/logical/actors"
_IDS_AT_ONCE = 150
"""About 5 KB of URL; aiohttp refuses a request line beyond 8,190 bytes."""


class ActorProcess(Struct, frozen=True, gc=False, kw_only=True):
    """The fields of `Actor` that come from its process. Times are seconds since the epoch, `rss` bytes."""

    start_time: Finite | None = None
    end_time: Finite | None = None
    rss: Finite | None = None
    cpu_percent: Finite | None = None
    executed_tasks: int | None = None
    running_tasks: int | None = None
    pending_tasks: int | None = None


class _Memory(Struct, frozen=True, gc=False):
    rss: Finite | None = None


class _ProcessStats(Struct, frozen=True, gc=False, rename="camel"):
    cpu_percent: Finite | None = None
    memory_info: _Memory | None = None


class _Row(Struct, frozen=True, gc=False, rename="camel"):
    actor_id: str
    start_time: Finite | None = None
    end_time: Finite | None = None
    process_stats: _ProcessStats | None = None
    num_executed_tasks: int | None = None
    num_running_tasks: int | None = None
    num_pending_tasks: int | None = None


class _Data(Struct, frozen=True, gc=False):
    actors: dict[str, Raw] = {}


class _Reply(Struct, frozen=True, gc=False):
    data: _Data = _Data()


async def ask_actor_processes(get: Get, actor_ids: Sequence[str]) -> dict[str, ActorProcess]:
    """Return what is known of these actors' processes by actor id; those that are not known are left out."""
    found: dict[str, ActorProcess] = {}
    for start in range(0, len(actor_ids), _IDS_AT_ONCE):
        ids = ",".join(actor_ids[start : start + _IDS_AT_ONCE])
        body = await get(_PATH, {"ids": ids, "nocache": "1"})
        reply = await decode_split(body, _Reply, asked=_PATH)
        rows, _ = await decode_rows(reply.data.actors.values(), _Row)
        found.update((row.actor_id, _process(row)) for row in rows)
    return found


def _process(row: _Row) -> ActorProcess:
    stats = row.process_stats or _ProcessStats()
    return ActorProcess(
        start_time=seconds(row.start_time),
        end_time=seconds(row.end_time),
        rss=stats.memory_info.rss if stats.memory_info else None,
        cpu_percent=stats.cpu_percent,
        executed_tasks=row.num_executed_tasks,
        running_tasks=row.num_running_tasks,
        pending_tasks=row.num_pending_tasks,
    )
