"""How the actors of one class, counted by state, look in a list."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from raymon_tui.cluster.model.actor import ALIVE_STATES, PENDING_STATES, ClassSummary
from raymon_tui.tui.resources.cells import number_column
from raymon_tui.widgets.content import Content, piece
from raymon_tui.widgets.stacked_bar import Share, stacked_bar
from raymon_tui.widgets.table.column import Column, Moment

BAR_CELLS = 20


def in_order(classes: Iterable[ClassSummary]) -> Sequence[ClassSummary]:
    """Return those with most living or coming actors first, then those with most dead ones."""
    return sorted(classes, key=lambda one: (one.of("DEAD") - one.total, -one.of("DEAD"), one.class_name))


def _name(row: ClassSummary) -> str:
    return row.class_name


def _alive(row: ClassSummary) -> int:
    return row.of(*ALIVE_STATES)


def _pending(row: ClassSummary) -> int:
    return row.of(*PENDING_STATES)


def _bar(row: ClassSummary, moment: Moment) -> Content:
    shares = (
        Share(_alive(row), "good"),
        Share(_pending(row), "accent"),
        Share(row.of("RESTARTING"), "warning"),
        Share(row.of("DEAD"), "bad"),
    )
    return stacked_bar(shares, BAR_CELLS, ascii_only=moment.ascii_only)


COLUMNS: tuple[Column[ClassSummary], ...] = (
    Column("class", lambda c, _: piece(_name(c)), _name, width=16, flex=1, max_width=60),
    Column("states", _bar, width=BAR_CELLS, priority=3),
    number_column("alive", _alive),
    number_column("pend", _pending, role="accent"),
    number_column("restart", lambda c: c.of("RESTARTING"), role="warning", priority=1),
    number_column("dead", lambda c: c.of("DEAD"), role="bad"),
    number_column("all", lambda c: c.total, role="dim", width=9, priority=2),
)
