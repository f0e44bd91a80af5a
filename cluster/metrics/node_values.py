"""What Ray's dashboard says of nodes, named as their exporters name it: both read it off the same agent.

So charts and sparklines draw one line of it, also of a node whose exporter cannot be reached.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from raymon_tui.cluster.metrics.families import KEPT
from raymon_tui.cluster.metrics.kept_line import LineKey
from raymon_tui.cluster.model.node import Node

CPU = LineKey("ray_node_cpu_utilization")
MEMORY_USED = LineKey("ray_node_mem_used")
MEMORY_TOTAL = LineKey("ray_node_mem_total")
OBJECT_STORE_USED = LineKey("ray_object_store_used_memory")
_KEYS = (
    CPU,
    MEMORY_USED,
    MEMORY_TOTAL,
    OBJECT_STORE_USED,
    LineKey("ray_node_disk_utilization_percentage"),
    LineKey("ray_node_disk_io_read_speed"),
    LineKey("ray_node_disk_io_write_speed"),
    LineKey("ray_node_network_receive_speed"),
    LineKey("ray_node_network_send_speed"),
)
_MIB = 2.0**20


def values_of(node: Node) -> list[tuple[LineKey, float]]:
    """Return what is known of a node just now, in the units of its exporter."""
    found = [(key, value) for key, value in zip(_KEYS, _row(node), strict=True) if value is not None]
    return [*found, *_of_gpus(node)] if node.gpus else found


def values_of_all(nodes: Sequence[Node]) -> dict[LineKey, float]:
    """Return the same of all nodes together, each line folded as its family is."""
    columns = zip(*map(_row, nodes), strict=True)
    found = {key: [value for value in column if value is not None] for key, column in zip(_KEYS, columns, strict=False)}
    for node in nodes:
        if node.gpus:
            for key, value in _of_gpus(node):
                found.setdefault(key, []).append(value)
    return {
        key: sum(values) / (len(values) if KEPT[key.name].fold == "mean" else 1)
        for key, values in found.items()
        if values
    }


def _row(node: Node) -> tuple[float | None, ...]:
    """Return a value for each of `_KEYS`."""
    return (
        node.cpu_percent,
        node.mem_used,
        node.mem_total,
        node.object_store_used,
        100.0 * node.disk_used / node.disk_total if node.disk_used is not None and node.disk_total else None,
        node.disk_read_per_s,
        node.disk_written_per_s,
        node.network_received_per_s,
        node.network_sent_per_s,
    )


def _of_gpus(node: Node) -> Iterator[tuple[LineKey, float]]:
    for gpu in node.gpus:
        labels = (("GpuIndex", str(gpu.index)),)
        if gpu.utilization_percent is not None:
            yield LineKey("ray_node_gpus_utilization", labels), gpu.utilization_percent
        if gpu.memory_used is not None:
            yield LineKey("ray_node_gram_used", labels), gpu.memory_used / _MIB
