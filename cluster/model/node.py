"""A node of the cluster: what it is, how it is, what it has and uses."""

from __future__ import annotations

from msgspec import Struct


class Gpu(Struct, frozen=True, kw_only=True, gc=False):
    """One accelerator as its node's agent sees it."""

    index: int
    name: str = ""
    utilization_percent: float | None = None
    memory_used: float | None = None
    memory_total: float | None = None


class Holder(Struct, frozen=True, kw_only=True, gc=False):
    """A worker process that holds some of its node's resources; idle where `running_tasks` is 0."""

    pid: int | None = None
    worker_id: str | None = None
    actor_id: str | None = None
    job_id: str | None = None
    resources: dict[str, float] = {}
    running_tasks: int | None = None


class Node(Struct, frozen=True, kw_only=True, gc=False):
    """One node, alive or dead. What its agent measures is None on a dead node, or before its first report."""

    node_id: str
    ip: str = ""
    hostname: str = ""
    node_type: str | None = None
    is_head: bool = False
    state: str = "ALIVE"
    state_message: str | None = None
    start_time: float | None = None
    end_time: float | None = None
    idle_s: float | None = None
    resources_total: dict[str, float] = {}
    resources_used: dict[str, float] | None = None
    labels: dict[str, str] = {}
    cpu_percent: float | None = None
    cpu_count: int | None = None
    load_1m: float | None = None
    mem_used: float | None = None
    mem_total: float | None = None
    disk_used: float | None = None
    disk_total: float | None = None
    object_store_used: float | None = None
    object_store_total: float | None = None
    spilled_bytes: float | None = None
    network_received_per_s: float | None = None
    network_sent_per_s: float | None = None
    disk_read_per_s: float | None = None
    disk_written_per_s: float | None = None
    gpus: tuple[Gpu, ...] = ()
    worker_count: int | None = None
    holders: tuple[Holder, ...] = ()
    agent_http_port: int | None = None
    metrics_export_port: int | None = None
    temp_dir: str | None = None
    session_dir: str | None = None
    measured_at: float | None = None

    @property
    def alive(self) -> bool:
        """Whether GCS counts this node as part of the cluster."""
        return self.state == "ALIVE"


class WorkerProcess(Struct, frozen=True, kw_only=True, gc=False):
    """One process on a node, as the node's detail shows it."""

    pid: int
    name: str = ""
    worker_id: str | None = None
    job_id: str | None = None
    actor_id: str | None = None
    worker_type: str | None = None
    language: str | None = None
    cpu_percent: float | None = None
    rss: float | None = None
    gpu_memory: float | None = None
    gpu_utilization_percent: float | None = None
    running_tasks: int | None = None
    pending_tasks: int | None = None
    started_at: float | None = None


class NodeDetail(Struct, frozen=True, kw_only=True, gc=False):
    """A node with its processes; `node` is None when this cluster does not know the id."""

    node: Node | None
    workers: tuple[WorkerProcess, ...] = ()
