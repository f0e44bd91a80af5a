"""From what a chart asks for to its picture: names of lines, units, which of many are drawn."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

from raymon_tui.backends.errors import RaymonError
from raymon_tui.cluster.metrics.charts import Chart, Drawn, Unit
from raymon_tui.cluster.metrics.lines import Line
from raymon_tui.cluster.metrics.measure import NODE
from raymon_tui.tui.charts.source import Answered
from raymon_tui.widgets.content import plain
from raymon_tui.widgets.curves import CURVE_ROLES, MOST_CURVES, NamedCurve, Picture, last_known
from raymon_tui.widgets.numbers import amount, count, duration, percent, rate, size

UNITS: Mapping[Unit, Callable[[float], str]] = {
    "percent": percent,
    "bytes": size,
    "bytes/s": rate,
    "count": amount,
    "whole": lambda value: count(round(value)),
    "seconds": lambda value: duration(value) if value else "0s",
    "per second": lambda value: f"{amount(value)}/s",
}
BINARY: frozenset[Unit] = frozenset(("bytes", "bytes/s"))
_SPOKEN = {"": "other", "gcs_server": "GCS", "gcs": "GCS", "core_worker": "workers", "raylet": "raylet"}


def drawn_of(chart: Chart, *, by_node: bool) -> tuple[Drawn, ...]:
    """Return what a chart draws: a line a node where that is asked for, and the chart can."""
    return (Drawn("", chart.by_node),) if by_node and chart.by_node is not None else chart.drawn


def picture_of(
    chart: Chart,
    drawn: Sequence[Drawn],
    answered: Answered,
    nodes: Mapping[str, str],
    cursor_at: float | None = None,
) -> Picture:
    """Return the picture of a chart, its largest lines first, with a cursor at that moment.

    `answered` is what the measures of `drawn` came to; `nodes` gives titles by target.
    """
    told = zip(drawn, answered.lines, strict=False)
    curves = [
        NamedCurve(_name(one, line, nodes), line.values, colour="bad" if one.bad else None)
        for one, lines in told
        for line in lines.lines
    ]
    if chart.needs_first and drawn[0] is chart.drawn[0] and not any(one.lines for one in answered.lines[:1]):
        curves = []
    if any(one.measure.by for one in drawn):
        curves = _largest_first(curves)
    return Picture(
        curves=tuple(curves),
        start=answered.start,
        end=answered.end,
        unit=UNITS[chart.unit],
        low=0.0,
        high=chart.high,
        binary=chart.unit in BINARY,
        cursor=None if cursor_at is None else answered.place_of(cursor_at),
        empty=chart.why_empty,
        more=answered.left_out,
    )


def _largest_first(curves: Sequence[NamedCurve]) -> list[NamedCurve]:
    """Return curves by their newest values, each in the colour of its place by name among those that are drawn.

    So a node that overtakes another one keeps its colour.
    """

    def newest(curve: NamedCurve) -> float:
        value = last_known(curve.values)
        return -math.inf if value is None else value

    ordered = sorted(curves, key=newest, reverse=True)
    by_name = sorted(range(min(len(ordered), MOST_CURVES)), key=lambda place: ordered[place].name)
    for colour, place in zip(CURVE_ROLES, by_name, strict=False):
        ordered[place] = ordered[place]._replace(colour=colour)
    return ordered


def not_answered(chart: Chart, failure: RaymonError, start: float, end: float) -> Picture:
    """Return a picture of a chart that holds the words of whoever did not answer."""
    said = plain(failure.said, 300)
    return Picture((), start, end, UNITS[chart.unit], empty=said)


def _name(drawn: Drawn, line: Line, nodes: Mapping[str, str]) -> str:
    words = [
        nodes.get(value, value) if label in (NODE, "instance") else _value(label, value) for label, value in line.labels
    ]
    return " ".join([drawn.name, *words] if drawn.name else words)


def _value(label: str, value: str) -> str:
    if label == "GpuIndex":
        return f"GPU {value}"
    return _SPOKEN.get(value, value.rpartition("/")[2] if value.startswith("/") else value)


def as_table(picture: Picture) -> tuple[list[str], list[list[str]]]:
    """Return headings and rows of a picture's points: the time in seconds since the epoch, then each curve's value."""
    headings = ["time", *(curve.name or "value" for curve in picture.curves)]
    number = max((len(curve.values) for curve in picture.curves), default=0)
    step_s = (picture.end - picture.start) / max(1, number - 1)
    rows = [
        [f"{picture.start + place * step_s:.0f}", *(_number(curve.values[place]) for curve in picture.curves)]
        for place in range(number)
    ]
    return headings, rows


def _number(value: float) -> str:
    return "" if math.isnan(value) else f"{value:.10g}"
