"""How the exporters of metrics look in a list, and in one line."""

from __future__ import annotations

from raymon_tui.cluster.metrics.target_state import TargetState
from raymon_tui.tui.resources.cells import ago, number_column, optional, text_column, took
from raymon_tui.widgets.content import Content, Piece, piece, plain
from raymon_tui.widgets.numbers import size
from raymon_tui.widgets.states import ALIVE, FAILED, WAITING, glyph
from raymon_tui.widgets.table.column import Column, Moment


def _name(row: TargetState, moment: Moment) -> Content:
    mark = WAITING if row.state is None else ALIVE if row.state == "ok" else FAILED
    return (glyph(mark, ascii_only=moment.ascii_only), Piece(" " + plain(row.target.title, 60)))


def _state(row: TargetState, _moment: Moment) -> Content:
    words = "not asked yet" if row.state is None else row.state
    return piece(words, "dim" if row.state in (None, "ok") else "bad")


COLUMNS: tuple[Column[TargetState], ...] = (
    Column("exporter", _name, lambda r: r.target.title, width=20, flex=2, max_width=40),
    text_column("address", lambda r: str(r.target.endpoint), width=21, max_width=40),
    Column("state", _state, lambda r: r.state, width=13),
    Column(
        "said", lambda r, _: optional(plain(r.said, 200) or None), None, width=12, flex=3, max_width=100, priority=2
    ),
    number_column("series kept", lambda r: r.series if r.state == "ok" else None, width=11, priority=3),
    Column("size", lambda r, _: piece(size(r.size or None)), lambda r: r.size, width=9, align="right", priority=4),
    Column("took", lambda r, _: took(r.took_s or None), lambda r: r.took_s, width=6, align="right", priority=3),
    Column("age", lambda r, m: ago(r.at, m), lambda r: r.at, width=4, align="right", priority=1),
    text_column("told by", lambda r: r.target.source, width=17, priority=5),
)
