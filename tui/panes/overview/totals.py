"""Sums over the nodes of a cluster; a sum of nothing known is not known."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from raymon_tui.cluster.model.node import Node


class Usage(NamedTuple):
    """How much of something is used, of how much; None where no node says."""

    used: float | None
    total: float | None

    @property
    def percent(self) -> float | None:
        """The share in use, or None where it is not known or there is nothing."""
        return None if self.used is None or not self.total else 100.0 * self.used / self.total


def total_of(values: Iterable[float | None]) -> float | None:
    """Return the sum of the known values, None where none is known."""
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def resource_usage(nodes: Sequence[Node], name: str) -> Usage:
    """Return how much of a logical resource living nodes use and have."""
    having = [node for node in nodes if node.alive and node.resources_total.get(name)]
    used = total_of(None if n.resources_used is None else n.resources_used.get(name, 0.0) for n in having)
    return Usage(used, total_of(n.resources_total[name] for n in having))


def machine_usage(
    nodes: Sequence[Node], used: Callable[[Node], float | None], total: Callable[[Node], float | None]
) -> Usage:
    """Return the usage of something that each machine has once, though several Ray nodes may run on it."""
    machines = {(node.ip, node.hostname): node for node in nodes if node.alive and used(node) is not None}
    return Usage(total_of(used(n) for n in machines.values()), total_of(total(n) for n in machines.values()))


def object_store_usage(nodes: Sequence[Node]) -> Usage:
    """Return the usage of all object stores."""
    alive = [node for node in nodes if node.alive]
    return Usage(total_of(n.object_store_used for n in alive), total_of(n.object_store_total for n in alive))


def fullest_disk(nodes: Sequence[Node]) -> tuple[Node, float] | None:
    """Return the living node whose disk is fullest, and how full in percent."""
    shares = [
        (100.0 * node.disk_used / node.disk_total, index, node)
        for index, node in enumerate(nodes)
        if node.alive and node.disk_used is not None and node.disk_total
    ]
    if not shares:
        return None
    percent, _, node = max(shares, key=lambda share: (share[0], -share[1]))
    return node, percent
