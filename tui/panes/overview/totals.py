"""What the overview says of a resource: how much of it is used, of how much."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from raymon_tui.cluster.model.node import Node
from raymon_tui.cluster.totals import alive, known_sum, percent


class Usage(NamedTuple):
    """How much of something is used, of how much; None where no node says."""

    used: float | None
    total: float | None

    @property
    def percent(self) -> float | None:
        """The share in use, or None where it is not known or there is nothing."""
        return percent(self.used, self.total)


def machine_usage(
    nodes: Sequence[Node], used: Callable[[Node], float | None], total: Callable[[Node], float | None]
) -> Usage:
    """Return the usage of something that each machine has once, though several Ray nodes may run on it."""
    machines = {(node.ip, node.hostname): node for node in alive(nodes) if used(node) is not None}
    return Usage(known_sum(used(n) for n in machines.values()), known_sum(total(n) for n in machines.values()))


def object_store_usage(nodes: Sequence[Node]) -> Usage:
    """Return the usage of all object stores."""
    living = alive(nodes)
    return Usage(known_sum(n.object_store_used for n in living), known_sum(n.object_store_total for n in living))
