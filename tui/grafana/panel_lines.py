"""A panel of Grafana's as lines of text, whatever its kind; what failed is said where it would have been drawn."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import NamedTuple

from raymon_tui.cluster.grafana.asking import PanelAnswer
from raymon_tui.cluster.grafana.model import Kind, Panel
from raymon_tui.tui.grafana.numbers_drawn import bar_lines, stat_lines, table_lines
from raymon_tui.tui.grafana.pictures import picture_of_panel, why_empty
from raymon_tui.tui.screens.document import wrapped
from raymon_tui.widgets.content import Content, Piece
from raymon_tui.widgets.curves import picture_lines

LEGEND_LINES, LEAST_FOR_LEGEND = 2, 8
_MOST_SAID = 4
"""Lines of a server's words in a panel that also draws something."""


class Look(NamedTuple):
    """In which room, with which glyphs, what of it, and whether it ends now: times are those of a clock where not."""

    width: int
    height: int
    live: bool = True
    ascii_only: bool = False
    cursor: int | None = None
    alone: str = ""


def panel_lines(panel: Panel, answer: PanelAnswer, look: Look) -> tuple[Content, ...]:
    """Return at most `look.height` lines of at most `look.width` cells."""
    said = _failure_lines(answer, look)
    drawn = _drawn(panel, answer, look._replace(height=max(1, look.height - len(said))))
    return (*said, *drawn)[: look.height]


def _failure_lines(answer: PanelAnswer, look: Look) -> list[Content]:
    mark = "! " if look.ascii_only else "▲ "
    lines = [line for one in answer.failures for line in wrapped(mark + one, max(8, look.width))]
    most = look.height if not answer.series else _MOST_SAID
    return [(Piece(line, "warning"),) for line in lines[:most]]


def _drawn(panel: Panel, answer: PanelAnswer, look: Look) -> tuple[Content, ...]:
    if panel.kind == "text":
        return tuple((Piece(line),) for line in wrapped(panel.text, look.width)[: look.height])
    if words := _why_nothing(panel, answer):
        return tuple((Piece(line, "dim"),) for line in wrapped(words, max(8, look.width))[: look.height])
    if not answer.series:
        return ()
    return _DRAWN.get(panel.kind, _chart)(panel, answer, look)


def _why_nothing(panel: Panel, answer: PanelAnswer) -> str:
    if panel.other_source:
        return f"it asks {panel.other_source}, and not Prometheus"
    if panel.kind == "other" or not panel.targets:
        return f"a panel of the kind {panel.kind_said or 'unknown'} asks nothing of Prometheus"
    return why_empty(panel, answer) if not answer.series else ""


def _stat(panel: Panel, answer: PanelAnswer, look: Look) -> tuple[Content, ...]:
    return tuple(stat_lines(panel, answer, look.width, look.height, ascii_only=look.ascii_only))


def _bars(panel: Panel, answer: PanelAnswer, look: Look) -> tuple[Content, ...]:
    return tuple(bar_lines(panel, answer, look.width, look.height, ascii_only=look.ascii_only))


def _table(panel: Panel, answer: PanelAnswer, look: Look) -> tuple[Content, ...]:
    return tuple(table_lines(panel, answer, look.width, look.height))


def _chart(panel: Panel, answer: PanelAnswer, look: Look) -> tuple[Content, ...]:
    return picture_lines(
        picture_of_panel(panel, answer, cursor=look.cursor, alone=look.alone),
        look.width,
        look.height,
        now=answer.end if look.live else math.inf,
        ascii_only=look.ascii_only,
        legend_lines=LEGEND_LINES if look.height >= LEAST_FOR_LEGEND else 1,
    )


_DRAWN: Mapping[Kind, Callable[[Panel, PanelAnswer, Look], tuple[Content, ...]]] = {
    "stat": _stat,
    "gauge": _bars,
    "bargauge": _bars,
    "piechart": _bars,
    "table": _table,
}
