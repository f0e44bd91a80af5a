"""Why a demand waits: judged from the nodes, the node types and what the autoscaler said."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from enum import Enum
from typing import NamedTuple

from raymon_tui.cluster.feeds.catalogue import AUTOSCALER, EVENTS, NODES
from raymon_tui.cluster.findings.capacity import Shape, able, fits, full_types, lacking, up
from raymon_tui.cluster.findings.wording import listed, several
from raymon_tui.cluster.model.autoscaler import AutoscalerStatus, Demand, NodeType
from raymon_tui.cluster.model.event import Event
from raymon_tui.cluster.model.node import Node
from raymon_tui.cluster.snapshot import Snapshot
from raymon_tui.cluster.totals import alive

_NO_TYPE = "No available node types can fulfill"
_SHAPE = re.compile(r"\{[^{}]*\}")
_AMOUNT = re.compile(r"['\"]([^'\"]+)['\"]: ([\d.eE+]+)")


class Outlook(Enum):
    """What comes of a demand as things are."""

    INFEASIBLE = "infeasible"
    AT_MAXIMUM = "at maximum"
    LAUNCHING = "launching"
    BUSY = "busy"
    UNDECIDED = "undecided"


class Verdict(NamedTuple):
    """The outlook, why in one sentence, and the node types that cannot grow, where that is why."""

    outlook: Outlook
    said: str
    full: tuple[NodeType, ...] = ()


def why_demand_waits(demand: Demand, snapshot: Snapshot) -> str | None:
    """Return why `demand` waits, in one sentence; None where nodes or autoscaler are not known."""
    status, nodes = snapshot.value(AUTOSCALER), snapshot.value(NODES)
    if status is None or nodes is None:
        return None
    events = snapshot.value(EVENTS)
    return judge(demand, status, alive(nodes), events or ()).said


def judge(demand: Demand, status: AutoscalerStatus, nodes: Sequence[Node], events: Iterable[Event]) -> Verdict:
    """Return what comes of `demand` on `nodes`, all of them alive.

    Of a placement group its bundles count, and how they must lie.
    """
    shapes = [(one, count) for one, count in demand.bundles if count > 0] or [(demand.shape, 1)]
    why_not = unplaceable(shapes, demand.strategy, nodes)
    coming = [f"{one.count:,} {one.node_type}" for one in status.pending]
    if why_not:
        if status.version is None or any(_ruled_out(one, events) for one, _ in shapes):
            return Verdict(Outlook.INFEASIBLE, why_not)
        if coming:
            return Verdict(Outlook.LAUNCHING, f"{listed(coming)} on the way")
        open_end = "" if demand.bundles else "; the autoscaler has not said whether it can add one"
        return Verdict(Outlook.UNDECIDED, why_not + open_end)
    return _until_placed(shapes, status, nodes, coming)


def _until_placed(
    shapes: Sequence[tuple[Shape, int]], status: AutoscalerStatus, nodes: Sequence[Node], coming: Sequence[str]
) -> Verdict:
    """Return what comes of shapes that these nodes could hold if they were empty."""
    for shape, _ in shapes:
        full = full_types(nodes, status.node_types, shape)
        if full:
            return Verdict(Outlook.AT_MAXIMUM, at_maximum(full), full)
    if coming:
        return Verdict(Outlook.LAUNCHING, f"{listed(coming)} on the way")
    workers, most = _workers(status), status.most_workers
    if most is not None and workers >= most:
        return Verdict(Outlook.AT_MAXIMUM, f"the cluster is at its maximum, {workers:,} of {most:,} workers")
    return Verdict(Outlook.BUSY, f"{several(_able(nodes, shapes), 'node')} could hold it, once free")


def unplaceable(shapes: Sequence[tuple[Shape, int]], strategy: str | None, nodes: Sequence[Node]) -> str:
    """Return why these nodes could not hold the shapes even if they were empty; "" if they might."""
    for shape, _ in shapes:
        if not fits(nodes, shape):
            return lacking(nodes, shape)
    if strategy == "STRICT_PACK":
        together = _sum(shapes)
        return "" if fits(nodes, together) else f"its bundles must lie on one node, and {lacking(nodes, together)}"
    if strategy == "STRICT_SPREAD":
        count = sum(count for _, count in shapes)
        found = _able(nodes, shapes)
        if found < count:
            return f"its {count:,} bundles must lie on different nodes, and {several(found, 'node')} could hold one"
    return ""


def at_maximum(full: Sequence[NodeType]) -> str:
    """Return the sentence for node types that cannot grow: `gpu_worker is at its maximum, 4 of 4`."""
    if len(full) == 1:
        return f"{full[0].name} is at its maximum, {up(full[0])} of {full[0].maximum}"
    return listed(f"{one.name} ({up(one)} of {one.maximum})" for one in full) + " are at their maximum"


def _workers(status: AutoscalerStatus) -> int:
    """Return how many nodes there are beside the head, which the autoscaler counts too, or are on their way."""
    return sum(up(one) for one in status.node_types) - 1


def _able(nodes: Sequence[Node], shapes: Iterable[tuple[Shape, int]]) -> int:
    return len({node.node_id for shape, _ in shapes for node in able(nodes, shape)})


def _sum(shapes: Iterable[tuple[Shape, int]]) -> dict[str, float]:
    together: dict[str, float] = {}
    for shape, count in shapes:
        for name, need in shape.items():
            together[name] = together.get(name, 0.0) + need * count
    return together


def _ruled_out(wanted: Shape, events: Iterable[Event]) -> bool:
    """Whether the autoscaler said that it has no node type for this.

    Alone that is no proof: version 2 says the same of a type that is merely at its maximum.
    """
    return any(
        wanted == _read(text) for event in events if _NO_TYPE in event.message for text in _SHAPE.findall(event.message)
    )


def _read(text: str) -> dict[str, float]:
    return {name: float(value) for name, value in _AMOUNT.findall(text)}
