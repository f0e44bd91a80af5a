"""A panel's points as CSV, on the terminal's clipboard."""

from __future__ import annotations

import math

from textual.screen import Screen

from raymon_tui.cluster.grafana.asking import PanelAnswer
from raymon_tui.tui.saving import as_csv
from raymon_tui.widgets.numbers import count


def as_table(answer: PanelAnswer) -> tuple[list[str], list[list[str]]]:
    """Return headings and rows: the time in seconds since the epoch, then each series' value; "" is not known."""
    headings = ["time", *(one.name or "value" for one in answer.series)]
    length = max((len(one.values) for one in answer.series), default=0)
    rows = [
        [f"{answer.start + place * answer.step_s:.0f}", *(_number(one.values, place) for one in answer.series)]
        for place in range(length)
    ]
    return headings, rows


def _number(values: tuple[float, ...], place: int) -> str:
    return "" if place >= len(values) or math.isnan(values[place]) else f"{values[place]:.10g}"


def copy_series(screen: Screen[None], answer: PanelAnswer) -> None:
    """Copy the points (OSC 52), and say so."""
    headings, rows = as_table(answer)
    screen.app.copy_to_clipboard(as_csv(headings, rows))
    said = f"copied {count(len(rows))} points of {count(len(answer.series))} series as CSV"
    screen.app.notify(said, markup=False, timeout=2)
