"""Tasks and actors that wait for resources, and why they will wait on."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from raymon_tui.cluster.feeds.catalogue import AUTOSCALER, EVENTS, NODES
from raymon_tui.cluster.findings.capacity import fits, full_types, lacking, up
from raymon_tui.cluster.findings.finding import Finding, Severity
from raymon_tui.cluster.findings.wording import listed
from raymon_tui.cluster.model.autoscaler import AutoscalerStatus, Demand, NodeType
from raymon_tui.cluster.model.event import Event
from raymon_tui.cluster.model.node import Node
from raymon_tui.cluster.model.quantity import shape
from raymon_tui.cluster.snapshot import Snapshot

_NO_TYPE = "No available node types can fulfill"
_SHAPE = re.compile(r"\{[^{}]*\}")
_AMOUNT = re.compile(r"['\"]([^'\"]+)['\"]: ([\d.eE+]+)")


def demand_waits(snapshot: Snapshot, _now: float) -> Iterator[Finding]:
    """Name the demands that no node can hold, and those whose node types cannot grow; others merely wait."""
    status, nodes = snapshot.value(AUTOSCALER), snapshot.value(NODES)
    if status is None or nodes is None:
        return
    events = snapshot.value(EVENTS) or ()
    for demand in status.demands:
        if demand.kind != "placement_group" and demand.shape:
            yield from _judge(demand, status, nodes, events)


def _judge(
    demand: Demand, status: AutoscalerStatus, nodes: Sequence[Node], events: Iterable[Event]
) -> Iterator[Finding]:
    wanted = shape(demand.shape)
    title = f"{demand.count:,}{'+' if demand.at_least else ''} × {wanted} wait"
    key = f"demand:{demand.kind}:{wanted}"
    if fits(nodes, demand.shape):
        full = full_types(nodes, status.node_types, demand.shape)
        if full:
            yield _finding(key, title, wanted, Severity.WARNING, cause=at_maximum(full), hint=_raise_hint(full))
    elif status.version is None or _ruled_out(demand, events):
        yield _finding(
            key,
            title,
            wanted,
            Severity.ERROR,
            cause=lacking(nodes, demand.shape),
            hint="Add a node that has it, or ask for less: as it is, this waits for ever.",
        )


def _finding(key: str, title: str, subject: str, severity: Severity, *, cause: str, hint: str) -> Finding:
    return Finding(id=key, severity=severity, title=title, cause=cause, where="autoscaler", subject=subject, hint=hint)


def at_maximum(full: Sequence[NodeType]) -> str:
    """Return the sentence for node types that cannot grow: `gpu_worker is at its maximum, 4 of 4`."""
    if len(full) == 1:
        return f"{full[0].name} is at its maximum, {up(full[0])} of {full[0].maximum}"
    return listed(f"{one.name} ({up(one)} of {one.maximum})" for one in full) + " are at their maximum"


def _raise_hint(full: Sequence[NodeType]) -> str:
    return f"Raise the maximum of {full[0].name}, or wait until its nodes are free."


def _ruled_out(demand: Demand, events: Iterable[Event]) -> bool:
    """Whether the autoscaler said that it has no node type for this.

    Alone that is no proof: version 2 says the same of a type that is merely at its maximum.
    """
    return any(
        demand.shape == _read(text)
        for event in events
        if _NO_TYPE in event.message
        for text in _SHAPE.findall(event.message)
    )


def _read(text: str) -> dict[str, float]:
    return {name: float(value) for name, value in _AMOUNT.findall(text)}
