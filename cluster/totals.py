"""Sums over the nodes of a cluster, in which what is not known stays not known."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from raymon_tui.cluster.model.node import Node


def known_sum(values: Iterable[float | None]) -> float | None:
    """Return the sum of the values that are known; None where none is."""
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def percent(part: float | None, whole: float | None) -> float | None:
    """Return `part` of `whole` in percent; None where either is not known or there is no whole."""
    return 100.0 * part / whole if part is not None and whole else None


def alive(nodes: Iterable[Node]) -> tuple[Node, ...]:
    """Return the nodes that are part of the cluster now."""
    return tuple(node for node in nodes if node.alive)


def resources(nodes: Iterable[Node]) -> dict[str, tuple[float | None, float]]:
    """Return (used, total) of each logical resource over the nodes that are alive, without Ray's per-node markers.

    `used` is None where no node says.
    """
    living = alive(nodes)
    names = sorted({name for node in living for name in node.resources_total if not name.startswith("node:")})
    return {name: (_used(living, name), sum(node.resources_total.get(name, 0.0) for node in living)) for name in names}


def _used(nodes: Sequence[Node], name: str) -> float | None:
    return known_sum(
        None if node.resources_used is None else node.resources_used.get(name, 0.0)
        for node in nodes
        if name in node.resources_total
    )


def cpu_percent(nodes: Iterable[Node]) -> float | None:
    """Return the CPU use over the nodes that are alive, each weighted by its CPUs."""
    measured = [(node.cpu_percent, node.cpu_count or 1) for node in alive(nodes) if node.cpu_percent is not None]
    weight = sum(count for _, count in measured)
    return sum(value * count for value, count in measured) / weight if weight else None


def gpu_percent(nodes: Iterable[Node]) -> float | None:
    """Return the mean use of the GPUs that say."""
    used = [gpu.utilization_percent for node in alive(nodes) for gpu in node.gpus]
    known = [value for value in used if value is not None]
    return sum(known) / len(known) if known else None


def disk_percent(node: Node) -> float | None:
    """Return how full the disk is that holds a node's session."""
    return percent(node.disk_used, node.disk_total)


def fullest_disk(nodes: Iterable[Node]) -> Node | None:
    """Return the node that is alive whose disk is fullest; None where none is known."""
    measured = [(disk_percent(node) or 0.0, node) for node in alive(nodes) if disk_percent(node) is not None]
    return max(measured, key=lambda one: one[0])[1] if measured else None
