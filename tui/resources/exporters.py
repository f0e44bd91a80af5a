"""How the exporters of metrics look in a list, and in one line."""

from __future__ import annotations

from collections import Counter

from raymon_tui.cluster.metrics.reader import MetricsReader, TargetState
from raymon_tui.tui.chrome.arrange import Part
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
    Column("state", _state, lambda r: r.state, width=12),
    Column(
        "said", lambda r, _: optional(plain(r.said, 200) or None), None, width=12, flex=3, max_width=100, priority=2
    ),
    number_column("series kept", lambda r: r.series if r.state == "ok" else None, width=11, priority=3),
    Column("size", lambda r, _: piece(size(r.size or None)), lambda r: r.size, width=9, align="right", priority=4),
    Column("took", lambda r, _: took(r.took_s or None), lambda r: r.took_s, width=6, align="right", priority=3),
    Column("age", lambda r, m: ago(r.at, m), lambda r: r.at, width=4, align="right", priority=1),
    text_column("told by", lambda r: r.target.source, width=17, priority=5),
)


def standing_parts(metrics: MetricsReader, moment: Moment) -> list[Part]:
    """Return where the values come from, how many exporters answer, and what the others say."""
    states = metrics.states.values()
    if not states:
        return [Part((Piece("looking for the cluster's exporters…", "dim"),))]
    answered = sum(1 for one in states if one.state in ("ok", None))
    parts = [Part((Piece(f"scraped from {answered} of {len(states)} exporters", "dim"),), 2)]
    at_once, known = metrics.scraped_at_once
    if at_once < known:
        parts.append(Part((Piece(f"{at_once} of {known} a round; a Prometheus server would know all", "warning"),), 1))
    mark = "! " if moment.ascii_only else "▲ "
    broken = Counter(one.state for one in states if one.state not in ("ok", None))
    for state, number in broken.most_common():
        parts.append(Part((Piece(f"{mark}{number} {state}", "warning"),), 1))
    if metrics.store.left_out:
        parts.append(Part((Piece(f"{mark}{metrics.store.left_out} lines left out: too many", "warning"),), 3))
    return parts
