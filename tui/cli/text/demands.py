"""What waits for capacity, and why."""

from __future__ import annotations

from raymon_tui.cluster.feeds.catalogue import AUTOSCALER, EVENTS, NODES
from raymon_tui.cluster.findings.verdict import Outlook, Verdict, judge
from raymon_tui.cluster.model.autoscaler import AutoscalerStatus, Demand, PendingNode
from raymon_tui.cluster.snapshot import Snapshot
from raymon_tui.tui.cli.text.layout import Drawn, columns, heading, more, said
from raymon_tui.widgets import numbers
from raymon_tui.widgets.content import UNKNOWN, Content, Piece
from raymon_tui.widgets.states import WAITING, WARNING, glyph

MOST_DEMANDS = 6
MOST_LAUNCHES = 4


def demand_lines(snapshot: Snapshot, drawn: Drawn) -> tuple[Content, ...]:
    """Return a line for each demand with why it waits, and one for each kind of node on its way."""
    status = snapshot.value(AUTOSCALER)
    if status is None:
        return ((*heading("Demands"), Piece("  "), UNKNOWN),)
    if not status.demands and not status.pending:
        return ((*heading("Demands"), Piece("  none", "dim")),)
    shown = [_demand(one, _verdict(one, status, snapshot), drawn) for one in status.demands[:MOST_DEMANDS]]
    launches = [_launch(one, drawn) for one in status.pending[:MOST_LAUNCHES]]
    return (
        heading("Demands"),
        *columns(shown, right=(1,)),
        *more(len(status.demands) - MOST_DEMANDS, "demands"),
        *columns(launches),
        *more(len(status.pending) - MOST_LAUNCHES, "launches"),
    )


def _verdict(one: Demand, status: AutoscalerStatus, snapshot: Snapshot) -> Verdict | None:
    nodes, events = snapshot.value(NODES), snapshot.value(EVENTS)
    return None if nodes is None else judge(one, status, nodes, events or ())


def _demand(one: Demand, verdict: Verdict | None, drawn: Drawn) -> tuple[Content, ...]:
    mark = WARNING if verdict is not None and verdict.outlook is Outlook.INFEASIBLE else WAITING
    count = f"{numbers.count(one.count)}{'+' if one.at_least else ''}"
    return (
        (glyph(mark, ascii_only=drawn.ascii_only),),
        (Piece(count, bold=True),),
        said(_shape(one)),
        (UNKNOWN,) if verdict is None else said(verdict.said, "dim"),
    )


def _shape(one: Demand) -> str:
    if one.kind == "request":
        return f"{numbers.shape(one.shape)} requested"
    if not one.bundles:
        return numbers.shape(one.shape)
    bundles = " + ".join(f"{count} × {numbers.shape(shape)}" for shape, count in one.bundles)
    return f"{bundles} {one.strategy or ''}"


def _launch(one: PendingNode, drawn: Drawn) -> tuple[Content, ...]:
    return (
        (glyph(WAITING, ascii_only=drawn.ascii_only),),
        said(f"{numbers.count(one.count)} {one.node_type} {one.ip or ''}"),
        said(one.status or "launching", "dim"),
    )
