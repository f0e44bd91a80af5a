"""One node with its processes, from `/nodes/{id}`."""

from __future__ import annotations

from functools import partial
from urllib.parse import quote

from msgspec import Struct

from raymon_tui.backends.errors import RaymonError
from raymon_tui.cluster.model.finite import Finite
from raymon_tui.cluster.model.node import NodeDetail, WorkerProcess
from raymon_tui.cluster.model.page import Filter
from raymon_tui.cluster.ray_api.asking import Get, answered, ask_both
from raymon_tui.cluster.ray_api.node_holders import real_id
from raymon_tui.cluster.ray_api.node_names import ask_named_nodes
from raymon_tui.cluster.ray_api.node_summary import NodeSummary, read_node
from raymon_tui.cluster.ray_api.nodes import with_names
from raymon_tui.cluster.ray_api.reply import content

_MEBIBYTE = 2.0**20
_NO_JOB = "ffff"


class _Memory(Struct, frozen=True):
    rss: Finite | None = None


class _CoreWorker(Struct, frozen=True, rename="camel"):
    worker_id: str | None = None
    actor_id: str | None = None
    worker_type: str | None = None
    num_running_tasks: int | None = None
    num_pending_tasks: int | None = None


class _WorkerRow(Struct, frozen=True, rename="camel"):
    pid: int
    cmdline: list[str] | None = None
    create_time: Finite | None = None
    cpu_percent: Finite | None = None
    memory_info: _Memory | None = None
    gpu_memory_usage: Finite | None = None
    gpu_utilization: Finite | None = None
    core_worker_stats: list[_CoreWorker] | None = None
    language: str | None = None
    job_id: str | None = None


class _Detail(NodeSummary, frozen=True, rename="camel"):
    workers: list[_WorkerRow] | None = None


class _Data(Struct, frozen=True):
    detail: _Detail | None = None


async def ask_node_detail(get: Get, node_id: str) -> NodeDetail:
    """Return the node with its processes; an id that is not known gives a stub, which becomes no node."""
    path = f"/nodes/{quote(node_id, safe='')}"
    described, named = await ask_both(
        partial(get, path, {"nocache": "1"}), partial(ask_named_nodes, get, (Filter("node_id", "=", node_id),))
    )
    detail = content(answered(described), _Data, asked=path).detail
    if detail is None or not detail.raylet.node_id:
        return NodeDetail(node=None)
    names = {} if isinstance(named, RaymonError) else named
    return NodeDetail(
        node=with_names(read_node(detail), names.get(node_id), {}),
        workers=tuple(_process(row) for row in detail.workers or ()),
    )


def _process(row: _WorkerRow) -> WorkerProcess:
    core = row.core_worker_stats[0] if row.core_worker_stats else _CoreWorker()
    return WorkerProcess(
        pid=row.pid,
        name=_name(row.cmdline or []),
        worker_id=core.worker_id,
        job_id=None if row.job_id == _NO_JOB else row.job_id,
        actor_id=real_id(core.actor_id),
        worker_type=core.worker_type,
        language=row.language,
        cpu_percent=row.cpu_percent,
        rss=row.memory_info.rss if row.memory_info else None,
        gpu_memory=None if row.gpu_memory_usage is None else row.gpu_memory_usage * _MEBIBYTE,
        gpu_utilization_percent=row.gpu_utilization,
        running_tasks=core.num_running_tasks,
        pending_tasks=core.num_pending_tasks,
        started_at=row.create_time,
    )


def _name(cmdline: list[str]) -> str:
    """Return the process's title: Ray's workers set it as their first argument, and leave the others empty."""
    return " ".join(word for word in cmdline[:8] if word)[:200]
