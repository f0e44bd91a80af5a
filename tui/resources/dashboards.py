"""How a dashboard of Grafana's looks in a list."""

from __future__ import annotations

from raymon_tui.cluster.grafana.library import Listed
from raymon_tui.tui.resources.cells import number_column, optional, text_column
from raymon_tui.widgets.content import Content, Piece, piece, plain
from raymon_tui.widgets.table.column import Column, Moment


def _title(row: Listed, moment: Moment) -> Content:
    mark = (Piece("! " if moment.ascii_only else "▲ ", "warning"),) if row.said else ()
    return (*mark, *piece(row.title))


def _rows_of(row: Listed) -> str | None:
    if row.said:
        return row.said
    titles = [one.title for one in row.dashboard.rows if one.title] if row.dashboard is not None else []
    return plain(", ".join(titles), 300) or None


def _origin_of(row: Listed) -> str:
    return f"{row.origin}: {row.folder}" if row.folder else row.origin


COLUMNS: tuple[Column[Listed], ...] = (
    Column("dashboard", _title, lambda row: row.title, width=26, flex=1, max_width=50),
    number_column("panels", lambda row: row.panels),
    text_column("from", _origin_of, width=16, max_width=30),
    Column("rows", lambda row, _: optional(_rows_of(row)), None, width=20, flex=3, max_width=160, priority=1),
)
