"""What fits on which node, by the resources that nodes declare."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from raymon_tui.cluster.findings.wording import listed, resource
from raymon_tui.cluster.model.autoscaler import NodeType
from raymon_tui.cluster.model.node import Node
from raymon_tui.cluster.model.quantity import amount, shape, size

Shape = Mapping[str, float]

_IMPLICIT = ("bundle",)
"""Resources that Ray adds to a request by itself, and that no node declares."""


def able(nodes: Iterable[Node], wanted: Shape) -> list[Node]:
    """Return the nodes that could hold `wanted` if they were empty."""
    asked = tuple(_asked(wanted).items())
    return [node for node in nodes if _holds(node.resources_total, asked)]


def fits(nodes: Iterable[Node], wanted: Shape) -> bool:
    """Whether any of the nodes could hold `wanted` if it were empty."""
    asked = tuple(_asked(wanted).items())
    return any(_holds(node.resources_total, asked) for node in nodes)


def lacking(nodes: Sequence[Node], wanted: Shape) -> str:
    """Return why none of the nodes could hold `wanted`, in one sentence."""
    if not nodes:
        return "no node is alive"
    asked = _asked(wanted)
    largest = {name: max(node.resources_total.get(name, 0.0) for node in nodes) for name in asked}
    short = {name: need for name, need in asked.items() if largest[name] < need}
    if not short:
        return f"no node has all of {shape(asked)}"
    absent = [name for name in short if not largest[name]]
    if absent:
        return f"no node has any {listed(absent)}"
    needs = listed(resource(name, need) for name, need in short.items())
    has = listed((size if "memory" in name else amount)(largest[name]) for name in short)
    return f"no node has {needs}, the largest has {has}"


def full_types(nodes: Iterable[Node], types: Iterable[NodeType], wanted: Shape) -> tuple[NodeType, ...]:
    """Return the node types that could hold `wanted`, if each of them is at its maximum; else none.

    What a type holds is known from its `nodes`. The head's type is left out where there are others: nobody expects
    another head.
    """
    nodes = tuple(nodes)
    limited = {one.name: one for one in types if one.maximum is not None}
    if not limited:
        return ()
    names = {node.node_type for node in able(nodes, wanted)}
    fitting = tuple(one for name, one in limited.items() if name in names)
    if not names <= limited.keys() or any(up(one) < (one.maximum or 0) for one in fitting):
        return ()
    heads = {node.node_type for node in nodes if node.is_head}
    return tuple(one for one in fitting if one.name not in heads) or fitting


def up(one: NodeType) -> int:
    """Return how many nodes of a type are there or on their way."""
    return one.active + (one.idle or 0) + one.pending


def _holds(resources: Shape, asked: Iterable[tuple[str, float]]) -> bool:
    return all(resources.get(name, 0.0) >= need for name, need in asked)


def _asked(wanted: Shape) -> dict[str, float]:
    return {name: need for name, need in sorted(wanted.items()) if need > 0 and name not in _IMPLICIT}
