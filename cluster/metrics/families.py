"""Which families of metrics are kept, and in how much detail.

Names and labels are those that Ray 2.60 exports.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from msgspec import Struct

from raymon_tui.cluster.metrics.exposition import Family
from raymon_tui.cluster.metrics.ray_families import is_ray_own

Fold = Literal["sum", "mean", "max"]


class Kept(Struct, frozen=True):
    """How the series of a family are kept: which labels tell its lines apart, and how the others are folded.

    `fold` makes one line of several series, on a node and over all nodes; `per_node`: each node has its own line too,
    however many nodes there are.
    """

    labels: tuple[str, ...] = ()
    fold: Fold = "sum"
    per_node: bool = False


_NODE = Kept(per_node=True)
_SHARE = Kept(fold="mean", per_node=True)
_GPU = Kept(("GpuIndex",), per_node=True)

KEPT: dict[str, Kept] = {
    "ray_node_cpu_utilization": _SHARE,
    "ray_node_cpu_count": Kept(),
    "ray_node_mem_used": _NODE,
    "ray_node_mem_total": _NODE,
    "ray_node_disk_utilization_percentage": _SHARE,
    "ray_node_disk_usage": Kept(),
    "ray_node_disk_free": Kept(),
    "ray_node_disk_io_read_speed": _NODE,
    "ray_node_disk_io_write_speed": _NODE,
    "ray_node_network_receive_speed": _NODE,
    "ray_node_network_send_speed": _NODE,
    "ray_node_gpus_utilization": Kept(("GpuIndex",), fold="mean", per_node=True),
    "ray_node_gram_used": _GPU,
    "ray_node_gram_available": _GPU,
    "ray_object_store_memory": Kept(("Location",)),
    "ray_object_store_used_memory": _NODE,
    "ray_spill_manager_objects_bytes": Kept(("State",)),
    "ray_resources": Kept(("Name", "State")),
    "ray_tasks": Kept(("State", "Source")),
    "ray_actors": Kept(("State", "Source")),
    "ray_placement_groups": Kept(("State",)),
    "ray_scheduler_tasks": Kept(("State",)),
    "ray_scheduler_unscheduleable_tasks": Kept(("Reason",)),
    "ray_component_rss_bytes": Kept(("Component",)),
    "ray_component_cpu_percentage": Kept(("Component",)),
    "ray_io_context_event_loop_lag_ms": Kept(("Component",), fold="max"),
    "ray_dashboard_event_loop_lag_seconds": Kept(fold="max"),
    "ray_health_check_rpc_latency_ms": Kept(("le",)),
    "ray_gcs_storage_operation_latency_ms": Kept(("le",)),
    "ray_scheduler_placement_time_ms": Kept(("le",)),
    "autoscaler_active_nodes": Kept(("NodeType",)),
    "autoscaler_pending_nodes": Kept(("NodeType",)),
    "autoscaler_recently_failed_nodes": Kept(("NodeType",)),
    "autoscaler_cluster_resources": Kept(("resource",)),
    "autoscaler_pending_resources": Kept(("resource",)),
}

EXPORTERS_LABELS = frozenset(
    ("Component", "NodeAddress", "SessionName", "Version", "WorkerId", "ip", "pid", "IsHeadNode", "RayNodeType")
)
"""What Ray adds to every series, whoever defined it."""


def is_custom(family: str) -> bool:
    """Return whether a family was defined by the user's own code."""
    return not is_ray_own(family)


def worth_listing(families: Iterable[Family]) -> tuple[Family, ...]:
    """Return families without those that tell nothing but since when another one counts: `x_created` of `x_total`.

    Python's client for Prometheus exports one for each counter and each histogram, as a gauge with the same help.
    """
    known = tuple(families)
    births = {
        f"{one.name.removesuffix('_total')}_created" for one in known if one.type in ("counter", "histogram", "summary")
    }
    return tuple(one for one in known if one.name not in births)


def custom_labels(labels: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    """Return those of a series' labels that the user's code gave it, and `le` of a histogram."""
    return tuple(
        (name, value)
        for name, value in labels
        if name not in EXPORTERS_LABELS and not name.startswith("otel_scope_") and value
    )
