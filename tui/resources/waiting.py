"""Why something is not placed yet: what it requires against what the nodes have, in one sentence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from raymon_tui.cluster.model.node import Node
from raymon_tui.widgets.content import plain
from raymon_tui.widgets.numbers import amount, shape, size

Resources = Mapping[str, float]

_NODE_PREFIX = "node:"
_GROUP_MARK = "_group_"


def why_not_placed(required: Resources | None, nodes: Sequence[Node]) -> str:
    """Return why `required` waits, judged from the living `nodes`.

    The resources of a placement group's bundles are nothing that the nodes' totals tell of, and are named as such.
    """
    if required is None:
        return "Ray does not say what it requires."
    wanted = {name: value for name, value in required.items() if value > 0}
    if any(_GROUP_MARK in name for name in wanted):
        return "It waits for room in its placement group's bundles."
    alive = [node for node in nodes if node.alive]
    if not alive:
        return "No node is alive."
    for name, value in sorted(wanted.items()):
        if all(node.resources_total.get(name, 0.0) < value for node in alive):
            return _too_much(name, value, alive)
    able = [node for node in alive if _holds(node.resources_total, wanted)]
    if not able:
        return f"No single node has {plain(shape(wanted))}, though each part of it exists somewhere."
    return _busy(wanted, able)


def can_ever_hold(nodes: Sequence[Node], wanted: Resources) -> bool:
    """Return whether one of the living `nodes` could hold `wanted` if it were empty."""
    return any(node.alive and _holds(node.resources_total, wanted) for node in nodes)


class Placing:
    """`why_not_placed` for many tasks and the same nodes: each shape is judged once."""

    def __init__(self, nodes: Sequence[Node]) -> None:
        self._nodes = nodes
        self._judged: dict[frozenset[tuple[str, float]], str] = {}

    def why(self, required: Resources) -> str:
        """Return why `required` waits."""
        shape_of = frozenset(required.items())
        if shape_of not in self._judged:
            self._judged[shape_of] = why_not_placed(required, self._nodes)
        return self._judged[shape_of]


def _too_much(name: str, value: float, alive: Sequence[Node]) -> str:
    if name.startswith(_NODE_PREFIX):
        return f"The node {plain(name.removeprefix(_NODE_PREFIX), 60)} that it asks for is not alive."
    largest = max(node.resources_total.get(name, 0.0) for node in alive)
    written = f"{_quantity(name, value)} {plain(name, 60)}"
    if largest <= 0:
        return f"No node has {written}; none has any."
    return f"No node has {written}; the largest has {_quantity(name, largest)}."


def _busy(wanted: Resources, able: Sequence[Node]) -> str:
    number = "1 node" if len(able) == 1 else f"{len(able)} nodes"
    known = [(node, node.resources_used) for node in able if node.resources_used is not None]
    if not known:
        return f"{number} could hold it; what is in use there is not known."
    free = [_free(node.resources_total, used) for node, used in known]
    roomy = sum(1 for one in free if _holds(one, wanted))
    if roomy:
        places = "1 node has" if roomy == 1 else f"{roomy} nodes have"
        return f"{places} room for it now: it starts soon, unless a label or an affinity binds it elsewhere."
    short = _scarcest(wanted, free)
    most = max(one.get(short, 0.0) for one in free)
    verb = "is" if len(able) == 1 else "are"
    freest = f"at most {_quantity(short, most)} {plain(short, 60)} is free on one, and it asks for"
    return f"{number} could hold it and {verb} busy: {freest} {_quantity(short, wanted[short])}."


def _scarcest(wanted: Resources, free: Iterable[Resources]) -> str:
    """Return the resource that the fewest nodes have free in the quantity wanted."""
    offers = list(free)
    return min(sorted(wanted), key=lambda name: sum(one.get(name, 0.0) >= wanted[name] for one in offers))


def _holds(has: Resources, wanted: Resources) -> bool:
    return all(has.get(name, 0.0) >= value for name, value in wanted.items())


def _free(total: Resources, used: Resources) -> dict[str, float]:
    # Ray counts in ten-thousandths; what binary fractions leave over is no room.
    return {name: max(0.0, round(value - used.get(name, 0.0), 4)) for name, value in total.items()}


def _quantity(name: str, value: float) -> str:
    return size(value) if "memory" in name else amount(value)
