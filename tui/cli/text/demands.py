"""What waits for capacity, and why."""

from __future__ import annotations

from raymon_tui.cluster.feeds.catalogue import AUTOSCALER
from raymon_tui.cluster.model.autoscaler import Demand, PendingNode
from raymon_tui.cluster.snapshot import Snapshot
from raymon_tui.tui.cli.text.layout import Drawn, columns, heading, more, said
from raymon_tui.widgets import numbers
from raymon_tui.widgets.content import UNKNOWN, Content, Piece
from raymon_tui.widgets.states import WAITING, glyph

MOST_DEMANDS = 6
MOST_LAUNCHES = 4
_KINDS = {"task_actor": "tasks, actors", "placement_group": "placement groups", "request": "requested"}


def demand_lines(snapshot: Snapshot, drawn: Drawn) -> tuple[Content, ...]:
    """Return a line for each demand, and one for each kind of node on its way."""
    status = snapshot.value(AUTOSCALER)
    if status is None:
        return ((*heading("Demands"), Piece("  "), UNKNOWN),)
    if not status.demands and not status.pending:
        return ((*heading("Demands"), Piece("  none", "dim")),)
    demands = columns([_demand(one, drawn) for one in status.demands[:MOST_DEMANDS]], right=(1,))
    launches = columns([_launch(one, drawn) for one in status.pending[:MOST_LAUNCHES]])
    return (
        heading("Demands"),
        *demands,
        *more(len(status.demands) - MOST_DEMANDS, "demands"),
        *launches,
        *more(len(status.pending) - MOST_LAUNCHES, "launches"),
    )


def _demand(one: Demand, drawn: Drawn) -> tuple[Content, ...]:
    count = f"{numbers.count(one.count)}{'+' if one.at_least else ''}"
    return (
        (glyph(WAITING, ascii_only=drawn.ascii_only),),
        (Piece(count, bold=True),),
        said(_shape(one)),
        (Piece(_KINDS.get(one.kind, one.kind), "dim"),),
    )


def _shape(one: Demand) -> str:
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
