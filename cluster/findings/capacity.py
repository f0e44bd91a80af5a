"""What fits on which node, by the resources that nodes declare."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from raymon_tui.cluster.findings.wording import listed, resource
from raymon_tui.cluster.model.autoscaler import NodeType
from raymon_tui.cluster.model.node import Node
from raymon_tui.cluster.model.quantity import amount, shape, size
from raymon_tui.cluster.totals import alive

Shape = Mapping[str, float]

_IMPLICIT = ("bundle",)
"""Resources that Ray adds to a request by itself, and that no node declares."""


def holds(node: Node, wanted: Shape) -> bool:
    """Whether an empty node of this kind could hold `wanted`."""
    return all(node.resources_total.get(name, 0.0) >= need for name, need in _asked(wanted).items())


def fits(nodes: Iterable[Node], wanted: Shape) -> bool:
    """Whether any node that is alive could hold `wanted` if it were empty."""
    return any(holds(node, wanted) for node in alive(nodes))


def lacking(nodes: Iterable[Node], wanted: Shape) -> str:
    """Return why no node that is alive could hold `wanted`, in one sentence."""
    living = alive(nodes)
    if not living:
        return "no node is alive"
    asked = _asked(wanted)
    largest = {name: max(node.resources_total.get(name, 0.0) for node in living) for name in asked}
    short = {name: need for name, need in asked.items() if largest[name] < need}
    if not short:
        return f"no node has all of {shape(asked)}"
    absent = [name for name in short if not largest[name]]
    if absent:
        return f"no node has any {listed(absent)}"
    needs = listed(resource(name, need) for name, need in short.items())
    has = listed((size if "memory" in name else amount)(largest[name]) for name in short)
    return f"no node has {needs}, the largest has {has}"


def full_types(nodes: Sequence[Node], types: Iterable[NodeType], wanted: Shape) -> tuple[NodeType, ...]:
    """Return the node types that could hold `wanted`, if each of them is at its maximum; else none.

    What a type holds is known from its nodes that are alive.
    """
    able = {node.node_type for node in alive(nodes) if holds(node, wanted)}
    fitting = tuple(one for one in types if one.name in able)
    return fitting if all(one.maximum is not None and up(one) >= one.maximum for one in fitting) else ()


def up(one: NodeType) -> int:
    """Return how many nodes of a type are there or on their way."""
    return one.active + (one.idle or 0) + one.pending


def _asked(wanted: Shape) -> dict[str, float]:
    return {name: need for name, need in sorted(wanted.items()) if need > 0 and name not in _IMPLICIT}
