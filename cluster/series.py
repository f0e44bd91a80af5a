"""The lines that the monitor records of Ray's dashboard; resource lines are Ray's logical resources, in Ray's units.

What exporters say too is named as they name it, and is one line with what was scraped.
"""

from __future__ import annotations

from raymon_tui.cluster.metrics import node_values
from raymon_tui.cluster.metrics.kept_line import LineKey

CPU_PERCENT = LineKey("cpu.percent")
"""Of all nodes that are alive, each weighted by its CPUs."""
NODE_CPU = node_values.CPU
"""Of one node, in percent."""
MEMORY_USED, MEMORY_TOTAL = node_values.MEMORY_USED, node_values.MEMORY_TOTAL
OBJECT_STORE_USED = node_values.OBJECT_STORE_USED
DISK_PERCENT = LineKey("disk.percent")
"""Of the node whose disk is fullest."""
TASKS_RUNNING = LineKey("tasks.running")
"""As the State API counts them: what exporters say is another count."""
DEMAND_COUNT = LineKey("demand.count")


def resource_used(name: str) -> LineKey:
    """Return the line of how much of a logical resource is taken."""
    return LineKey(f"resource:{name}.used")


def resource_total(name: str) -> LineKey:
    """Return the line of how much of a logical resource there is."""
    return LineKey(f"resource:{name}.total")
