"""The names of the series that the monitor records; resource series are Ray's logical resources, in Ray's units."""

from __future__ import annotations

CPU_PERCENT = "cpu.percent"
"""Of all nodes that are alive, each weighted by its CPUs."""
GPU_PERCENT = "gpu.percent"
MEMORY_USED = "memory.used"
MEMORY_TOTAL = "memory.total"
OBJECT_STORE_USED = "object_store.used"
OBJECT_STORE_TOTAL = "object_store.total"
DISK_PERCENT = "disk.percent"
"""Of the node whose disk is fullest."""
TASKS_RUNNING = "tasks.running"
TASKS_WAITING = "tasks.waiting"
TASKS_FINISHED = "tasks.finished"
TASKS_FAILED = "tasks.failed"
ACTORS_ALIVE = "actors.alive"
ACTORS_PENDING = "actors.pending"
ACTORS_RESTARTING = "actors.restarting"
ACTORS_DEAD = "actors.dead"
DEMAND_COUNT = "demand.count"
NODES_ALIVE = "nodes.alive"
NODE = "node:"
NODE_STEP_S = 10.0
"""A node's agent measures every 15 s, and there may be thousands of nodes."""


def resource_used(name: str) -> str:
    """Return the series of how much of a logical resource is taken."""
    return f"resource:{name}.used"


def resource_total(name: str) -> str:
    """Return the series of how much of a logical resource there is."""
    return f"resource:{name}.total"


def node_cpu(node_id: str) -> str:
    """Return the series of a node's CPU use, in percent."""
    return f"{NODE}{node_id}:cpu"


def node_memory(node_id: str) -> str:
    """Return the series of a node's memory use, in percent."""
    return f"{NODE}{node_id}:mem"


def node_gpu(node_id: str) -> str:
    """Return the series of the mean use of a node's GPUs, in percent."""
    return f"{NODE}{node_id}:gpu"


def feed_took(name: str) -> str:
    """Return the series of how long a feed's answers took, in seconds."""
    return f"feed:{name}:took"
