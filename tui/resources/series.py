"""How a series of a panel looks in a list: its last value, and what became of it over the time that is shown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from raymon_tui.cluster.grafana.asking import Series, reduced
from raymon_tui.tui.grafana.units import unit_of
from raymon_tui.widgets.content import UNKNOWN, Content, Piece, Role, piece
from raymon_tui.widgets.table.column import Column, Moment


class SeriesRow(NamedTuple):
    """A series, the colour of its curve where one is drawn, and its value at the cursor, else its last one."""

    series: Series
    role: Role | None
    value: float | None


def columns(unit: str) -> Sequence[Column[SeriesRow]]:
    """Return the columns, in the unit of the panel."""
    write = unit_of(unit).write
    return (
        Column("series", _name, lambda row: row.series.name, width=16, flex=1, max_width=120),
        _number("value", lambda row: row.value, write),
        _reduced("mean", write),
        _reduced("max", write),
        _reduced("min", write, priority=1),
    )


def _name(row: SeriesRow, moment: Moment) -> Content:
    stroke = "-" if moment.ascii_only else "━"
    return (Piece(f"{stroke} " if row.role is not None else "  ", row.role or "faint"), *piece(row.series.name))


def _reduced(calc: str, write: Callable[[float], str], *, priority: int = 0) -> Column[SeriesRow]:
    return _number(calc, lambda row: reduced(row.series.values, calc), write, priority=priority)


def _number(
    title: str, of: Callable[[SeriesRow], float | None], write: Callable[[float], str], *, priority: int = 0
) -> Column[SeriesRow]:
    def cell(row: SeriesRow, _moment: Moment) -> Content:
        value = of(row)
        return (UNKNOWN,) if value is None else (Piece(write(value)),)

    return Column(title, cell, of, width=11, align="right", priority=priority, descending=True)
