"""Why something is not placed yet, and where things are: what the nodes and the autoscaler tell."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from raymon_tui.cluster.feeds.catalogue import AUTOSCALER, EVENTS, NODES
from raymon_tui.cluster.findings.capacity import able
from raymon_tui.cluster.findings.verdict import Outlook, judge
from raymon_tui.cluster.findings.wording import resource, several
from raymon_tui.cluster.model.autoscaler import AutoscalerStatus, Demand
from raymon_tui.cluster.model.event import Event
from raymon_tui.cluster.model.node import Node
from raymon_tui.cluster.model.quantity import amount, size
from raymon_tui.cluster.snapshot import Snapshot
from raymon_tui.cluster.totals import alive

Resources = Mapping[str, float]

_NODE_PREFIX = "node:"
_GROUP_MARK = "_group_"


class Places:
    """The nodes of one moment, for many rows: each shape is judged once."""

    def __init__(
        self,
        nodes: Sequence[Node] | None,
        status: AutoscalerStatus | None = None,
        events: Sequence[Event] = (),
    ) -> None:
        self._nodes = nodes
        self._status = status or AutoscalerStatus()
        self._events = events
        self._addresses = {node.node_id: node.ip for node in nodes or ()}
        self._judged: dict[frozenset[tuple[str, float]], str] = {}

    @property
    def nodes(self) -> Sequence[Node] | None:
        """The nodes, or None while they are not known."""
        return self._nodes

    def address(self, node_id: str | None) -> str | None:
        """Return what people call a node: its address, else its id."""
        return self._addresses.get(node_id or "") or node_id

    def why_not(self, required: Resources | None) -> str:
        """Return why what requires `required` is not placed, in one sentence; "" where that cannot be told."""
        if required is None or self._nodes is None:
            return ""
        shape = frozenset((name, value) for name, value in required.items() if value > 0)
        if shape not in self._judged:
            self._judged[shape] = _judged(dict(shape), self._nodes, self._status, self._events)
        return self._judged[shape]


def places_of(snapshot: Snapshot) -> Places:
    """Return what `snapshot` tells of where things are, and could be."""
    events = snapshot.value(EVENTS)
    return Places(snapshot.value(NODES), snapshot.value(AUTOSCALER), events or ())


def _judged(wanted: Resources, nodes: Sequence[Node], status: AutoscalerStatus, events: Iterable[Event]) -> str:
    if any(_GROUP_MARK in name for name in wanted):
        # These resources are a placement group's own: no node's totals tell of them.
        return "waits for room in its placement group's bundles"
    living = alive(nodes)
    for name in wanted:
        if name.startswith(_NODE_PREFIX) and not any(name in node.resources_total for node in living):
            return f"the node {name.removeprefix(_NODE_PREFIX)} that it asks for is not alive"
    verdict = judge(Demand(shape=dict(wanted), count=1), status, living, events)
    return _busy(wanted, living) if verdict.outlook is Outlook.BUSY else verdict.said


def _busy(wanted: Resources, living: Sequence[Node]) -> str:
    """Return what keeps `wanted` from the nodes that could hold it."""
    fitting = able(living, wanted)
    free = [_free(node.resources_total, node.resources_used) for node in fitting if node.resources_used is not None]
    could = f"{several(len(fitting), 'node')} could hold it"
    if not free:
        return f"{could}; what is in use there is not known"
    roomy = sum(1 for one in free if all(one.get(name, 0.0) >= need for name, need in wanted.items()))
    if roomy:
        places = "1 node has" if roomy == 1 else f"{roomy:,} nodes have"
        return f"{places} room for it now, so it starts soon unless a label or an affinity binds it elsewhere"
    short = _scarcest(wanted, free)
    most = max(one.get(short, 0.0) for one in free)
    left = (size if "memory" in short else amount)(most)
    return f"{could}, once free: it asks for {resource(short, wanted[short])}, and at most {left} is free on one"


def _scarcest(wanted: Resources, free: Sequence[Resources]) -> str:
    """Return the resource that the fewest nodes have free in the quantity wanted."""
    return min(sorted(wanted), key=lambda name: sum(one.get(name, 0.0) >= wanted[name] for one in free))


def _free(total: Resources, used: Resources) -> dict[str, float]:
    # Ray counts in ten-thousandths; what binary fractions leave over is no room.
    return {name: max(0.0, round(value - used.get(name, 0.0), 4)) for name, value in total.items()}
