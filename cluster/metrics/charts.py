"""The charts of a Ray cluster: what each draws, in which unit, from which metrics.

Names and labels are those of Ray 2.60. Tasks and actors are exported by several sources (`owner`, `executor`, `gcs`)
that overlap, so each line takes one of them: what runs is told by the executors, what waits by the owners.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from raymon_tui.cluster.metrics.measure import NODE, Measure

Unit = Literal["percent", "bytes", "bytes/s", "count", "whole", "seconds", "per second"]

MIB = 2.0**20
_RUNNING = ("RUNNING", "RUNNING_IN_RAY_GET", "RUNNING_IN_RAY_WAIT")


class Drawn(Struct, frozen=True):
    """One measure of a chart; `name` is what its line is called, where the measure does not make a line a label.

    `bad`: nobody wants to see it rise, and it is drawn as failures are everywhere.
    """

    name: str
    measure: Measure
    bad: bool = False


class Chart(Struct, frozen=True, kw_only=True):
    """A chart of the cluster: its lines, and what it draws instead where each node shall have a line of its own.

    `why_empty` says what would have to be there for it to show something; with `needs_first` that is a value of the
    first line, without which the others mean nothing.
    """

    id: str
    title: str
    unit: Unit
    drawn: tuple[Drawn, ...]
    by_node: Measure | None = None
    high: float | None = None
    needs_first: bool = False
    why_empty: str = "nothing measured yet"


def _gauge(family: str, **more: object) -> Measure:
    return Measure(family=family, **more)  # type: ignore[arg-type]


def _where(**labels: str | tuple[str, ...]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return tuple((name, (value,) if isinstance(value, str) else value) for name, value in labels.items())


_PARTS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("GCS", ("gcs", "gcs_server")),
    ("raylets", ("raylet",)),
    ("agents", ("agent", "ray::RuntimeEnvAgent")),
    (
        "dashboard",
        (
            "dashboard",
            *(
                f"dashboard_{head}Head"
                for head in ("Data", "Event", "Job", "Metrics", "Node", "Report", "Serve", "State", "Train")
            ),
        ),
    ),
)
"""What Ray itself is made of, by the names of processes that it gives as components."""
_TOLD_TWICE = ("ray::DashboardAgent",)
"""Another name of a process that is there already."""
_OF_RAY = _where(Component=(*(name for _, names in _PARTS for name in names), *_TOLD_TWICE))


def _by_part(family: str) -> tuple[Drawn, ...]:
    return tuple(Drawn(part, _gauge(family, where=_where(Component=names))) for part, names in _PARTS)


def _capacity(id_: str, resource: str, why_empty: str, *more: Drawn) -> Chart:
    """Return what there is of a resource, what of it is in use, and what is being launched."""
    drawn = (
        Drawn("there", _gauge("ray_resources", where=_where(Name=resource))),
        Drawn("used", _gauge("ray_resources", where=_where(Name=resource, State="USED"))),
        Drawn("launching", _gauge("autoscaler_pending_resources", where=_where(resource=resource))),
        *more,
    )
    title = f"{resource}s: demand and capacity"
    return Chart(id=id_, title=title, unit="count", drawn=drawn, needs_first=True, why_empty=why_empty)


_CPU = "ray_node_cpu_utilization"
_GPU = "ray_node_gpus_utilization"
_NO_GPU = "no node of this cluster reports a GPU"

CHARTS: tuple[Chart, ...] = (
    Chart(
        id="cpu",
        title="CPU",
        unit="percent",
        drawn=(Drawn("", _gauge(_CPU, fold="mean")),),
        by_node=_gauge(_CPU, fold="mean", by=(NODE,)),
        high=100.0,
    ),
    Chart(
        id="memory",
        title="Memory",
        unit="bytes",
        drawn=(Drawn("used", _gauge("ray_node_mem_used")), Drawn("total", _gauge("ray_node_mem_total"))),
        by_node=_gauge("ray_node_mem_used", by=(NODE,)),
    ),
    Chart(
        id="disk",
        title="Disk",
        unit="percent",
        drawn=(Drawn("", _gauge("ray_node_disk_utilization_percentage", fold="mean")),),
        by_node=_gauge("ray_node_disk_utilization_percentage", fold="mean", by=(NODE,)),
        high=100.0,
    ),
    Chart(
        id="disk-io",
        title="Disk I/O",
        unit="bytes/s",
        drawn=(
            Drawn("read", _gauge("ray_node_disk_io_read_speed")),
            Drawn("written", _gauge("ray_node_disk_io_write_speed")),
        ),
        by_node=_gauge("ray_node_disk_io_write_speed", by=(NODE,)),
    ),
    Chart(
        id="network",
        title="Network",
        unit="bytes/s",
        drawn=(
            Drawn("received", _gauge("ray_node_network_receive_speed")),
            Drawn("sent", _gauge("ray_node_network_send_speed")),
        ),
        by_node=_gauge("ray_node_network_receive_speed", by=(NODE,)),
    ),
    Chart(
        id="gpu",
        title="GPU",
        unit="percent",
        drawn=(Drawn("", _gauge(_GPU, fold="mean")),),
        by_node=_gauge(_GPU, fold="mean", by=(NODE, "GpuIndex")),
        high=100.0,
        why_empty=_NO_GPU,
    ),
    Chart(
        id="gpu-memory",
        title="GPU memory",
        unit="bytes",
        drawn=(
            Drawn("used", _gauge("ray_node_gram_used", scale=MIB)),
            Drawn("free", _gauge("ray_node_gram_available", scale=MIB)),
        ),
        by_node=_gauge("ray_node_gram_used", by=(NODE, "GpuIndex"), scale=MIB),
        why_empty=_NO_GPU,
    ),
    Chart(
        id="object-store",
        title="Object store",
        unit="bytes",
        drawn=(Drawn("", _gauge("ray_object_store_memory", by=("Location",))),),
        by_node=_gauge("ray_object_store_used_memory", by=(NODE,)),
    ),
    Chart(
        id="spilling",
        title="Spilling",
        unit="bytes",
        drawn=(
            Drawn(
                "",
                _gauge(
                    "ray_spill_manager_objects_bytes",
                    by=("State",),
                    where=_where(State=("Spilled", "Restored", "PendingSpill")),
                ),
            ),
        ),
    ),
    Chart(
        id="tasks",
        title="Tasks",
        unit="whole",
        drawn=(
            Drawn("running", _gauge("ray_tasks", where=_where(State=_RUNNING, Source="executor"))),
            Drawn(
                "wait for a node", _gauge("ray_tasks", where=_where(State="PENDING_NODE_ASSIGNMENT", Source="owner"))
            ),
            Drawn("wait for arguments", _gauge("ray_tasks", where=_where(State="PENDING_ARGS_AVAIL", Source="owner"))),
            Drawn("failed", _gauge("ray_tasks", where=_where(State="FAILED", Source="owner")), bad=True),
        ),
    ),
    Chart(
        id="actors",
        title="Actors",
        unit="whole",
        drawn=(Drawn("", _gauge("ray_actors", by=("State",), where=_where(Source="gcs"))),),
    ),
    _capacity("cpus", "CPU", "no node offers CPUs", Drawn("tasks wait", _gauge("ray_scheduler_unscheduleable_tasks"))),
    _capacity("gpus", "GPU", "no node of this cluster offers GPUs"),
    Chart(
        id="demand",
        title="Demand that waits",
        unit="whole",
        drawn=(Drawn("", _gauge("ray_scheduler_unscheduleable_tasks", by=("Reason",))),),
    ),
    Chart(
        id="nodes",
        title="Nodes of the autoscaler",
        unit="whole",
        drawn=(
            Drawn("active", _gauge("autoscaler_active_nodes")),
            Drawn("on their way", _gauge("autoscaler_pending_nodes")),
            Drawn("failed lately", _gauge("autoscaler_recently_failed_nodes"), bad=True),
        ),
        why_empty="this cluster has no autoscaler that exports metrics",
    ),
    Chart(
        id="scheduler",
        title="Scheduler and GCS, 95%",
        unit="seconds",
        drawn=(
            Drawn("placement", Measure(family="ray_scheduler_placement_time_ms", kind="quantile", scale=0.001)),
            Drawn("GCS storage", Measure(family="ray_gcs_storage_operation_latency_ms", kind="quantile", scale=0.001)),
            Drawn("health check", Measure(family="ray_health_check_rpc_latency_ms", kind="quantile", scale=0.001)),
        ),
    ),
    Chart(
        id="loop-lag",
        title="Event loop lag",
        unit="seconds",
        drawn=(
            Drawn("", _gauge("ray_io_context_event_loop_lag_ms", fold="max", by=("Component",), scale=0.001)),
            Drawn("dashboard", _gauge("ray_dashboard_event_loop_lag_seconds", fold="max")),
        ),
    ),
    Chart(id="ray-memory", title="Memory of Ray itself", unit="bytes", drawn=_by_part("ray_component_rss_bytes")),
    Chart(
        id="worker-memory",
        title="Memory of workers",
        unit="bytes",
        drawn=(Drawn("", _gauge("ray_component_rss_bytes", by=("Component",), unless=_OF_RAY)),),
        why_empty="no worker is there",
    ),
    Chart(id="ray-cpu", title="CPU of Ray itself", unit="percent", drawn=_by_part("ray_component_cpu_percentage")),
)
