"""One node as `/nodes` describes it, as far as its words can be trusted there: names that users chose cannot."""

from __future__ import annotations

from typing import TypeVar

from msgspec import Struct

from raymon_tui.cluster.model.finite import Finite
from raymon_tui.cluster.model.node import Gpu, Node
from raymon_tui.cluster.ray_api.camel import camel
from raymon_tui.cluster.ray_api.moments import seconds
from raymon_tui.cluster.ray_api.node_holders import CoreWorker, read_holders

T = TypeVar("T")

_MEBIBYTE = 2.0**20
_DUMMY_DISK = 1.0
"""Inside a Kubernetes pod Ray reports a disk of one byte, unless told otherwise."""


class _StoreStats(Struct, frozen=True, gc=False, rename="camel"):
    object_store_bytes_used: Finite = 0.0
    object_store_bytes_avail: Finite | None = None
    spilled_bytes_total: Finite = 0.0


class _StateSnapshot(Struct, frozen=True, gc=False, rename="camel"):
    state: str | None = None
    idle_duration_ms: Finite | None = None
    node_activity: list[str] | None = None


class _Raylet(Struct, frozen=True, gc=False, rename="camel"):
    node_id: str = ""
    state: str | None = None
    state_message: str | None = None
    is_head_node: bool | None = None
    node_type_name: str | None = None
    node_manager_address: str | None = None
    node_manager_hostname: str | None = None
    start_time_ms: Finite | None = None
    end_time_ms: Finite | None = None
    num_workers: int | None = None
    core_workers_stats: list[CoreWorker] | None = None
    store_stats: _StoreStats | None = None
    state_snapshot: _StateSnapshot | None = None
    metrics_export_port: int | None = None
    dashboard_agent_listen_port: int | None = None
    temp_dir: str | None = None
    session_dir: str | None = None


class _Disk(Struct, frozen=True, gc=False):
    total: Finite | None = None
    used: Finite | None = None
    free: Finite | None = None

    @property
    def usable(self) -> float | None:
        """What there is for processes like Ray's, of which others may keep a part back: `df` counts its percents so."""
        return self.total if self.used is None or self.free is None else self.used + self.free


class _GpuRow(Struct, frozen=True, gc=False, rename="camel"):
    index: int | None = None
    name: str | None = None
    utilization_gpu: Finite | None = None
    memory_used: Finite | None = None
    memory_total: Finite | None = None


class NodeSummary(Struct, frozen=True, gc=False, rename="camel"):
    """One row of `/nodes?view=summary`, and the bulk of `/nodes/{id}`. Physical values are those of `now`."""

    raylet: _Raylet
    now: Finite | None = None
    hostname: str | None = None
    ip: str | None = None
    cpu: Finite | None = None
    cpus: list[int | None] | None = None
    mem: list[Finite | None] | None = None
    load_avg: list[list[Finite | None]] | None = None
    disk: dict[str, _Disk] | None = None
    disk_io_speed: list[Finite | None] | None = None
    network_speed: list[Finite | None] | None = None
    gpus: list[_GpuRow] | None = None


def read_node(row: NodeSummary) -> Node:
    """Return the node without its resources and labels, which stand elsewhere with their right names."""
    raylet = row.raylet
    store = raylet.store_stats
    snapshot = raylet.state_snapshot or _StateSnapshot()
    disk = _disk(row.disk or {}, raylet.temp_dir)
    return Node(
        node_id=raylet.node_id,
        ip=raylet.node_manager_address or row.ip or "",
        hostname=row.hostname or raylet.node_manager_hostname or "",
        node_type=raylet.node_type_name or None,
        is_head=bool(raylet.is_head_node),
        state=raylet.state or "ALIVE",
        state_message=raylet.state_message,
        start_time=seconds(raylet.start_time_ms),
        end_time=seconds(raylet.end_time_ms),
        idle_s=None if snapshot.idle_duration_ms is None else snapshot.idle_duration_ms / 1000,
        cpu_percent=row.cpu,
        cpu_count=_at(row.cpus, 0),
        load_1m=_at(row.load_avg[0], 0) if row.load_avg else None,
        mem_used=_at(row.mem, 3),
        mem_total=_at(row.mem, 0),
        disk_used=disk.used,
        disk_total=disk.usable,
        object_store_used=store.object_store_bytes_used if store else None,
        object_store_total=store.object_store_bytes_avail if store else None,
        spilled_bytes=store.spilled_bytes_total if store else None,
        network_sent_per_s=_at(row.network_speed, 0),
        network_received_per_s=_at(row.network_speed, 1),
        disk_read_per_s=_at(row.disk_io_speed, 0),
        disk_written_per_s=_at(row.disk_io_speed, 1),
        gpus=tuple(_gpu(place, gpu) for place, gpu in enumerate(row.gpus or ())),
        worker_count=raylet.num_workers,
        holders=read_holders(raylet.core_workers_stats or ()),
        agent_http_port=raylet.dashboard_agent_listen_port or None,
        metrics_export_port=raylet.metrics_export_port or None,
        temp_dir=raylet.temp_dir or None,
        session_dir=raylet.session_dir or None,
        measured_at=row.now,
    )


def _gpu(place: int, row: _GpuRow) -> Gpu:
    return Gpu(
        index=place if row.index is None else row.index,
        name=row.name or "",
        utilization_percent=row.utilization_gpu,
        memory_used=None if row.memory_used is None else row.memory_used * _MEBIBYTE,
        memory_total=None if row.memory_total is None else row.memory_total * _MEBIBYTE,
    )


def _disk(disks: dict[str, _Disk], temp_dir: str | None) -> _Disk:
    """Return the disk under Ray's temporary directory, where spilling and logs go; its path was mangled as a key."""
    found = disks.get(camel(temp_dir)) if temp_dir else None
    if found is None:
        found = next((disk for path, disk in disks.items() if path != "/"), disks.get("/")) or _Disk()
    return _Disk() if found.total == _DUMMY_DISK else found


def _at(values: list[T | None] | None, place: int) -> T | None:
    return values[place] if values and place < len(values) else None
