"""From what a chart asks for to its picture: names of lines, units, which of many are drawn."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from raymon_tui.cluster.metrics.charts import Chart, Drawn, Unit
from raymon_tui.cluster.metrics.lines import Line, Lines
from raymon_tui.cluster.metrics.measure import NODE
from raymon_tui.widgets.curves import NamedCurve, Picture, last_known
from raymon_tui.widgets.numbers import amount, duration, percent, rate, size

UNITS: Mapping[Unit, Callable[[float], str]] = {
    "percent": percent,
    "bytes": size,
    "bytes/s": rate,
    "count": amount,
    "seconds": lambda value: duration(value) if value else "0s",
    "per second": lambda value: f"{amount(value)}/s",
}
BINARY: frozenset[Unit] = frozenset(("bytes", "bytes/s"))
_SPOKEN = {"": "other", "gcs_server": "GCS", "gcs": "GCS", "core_worker": "workers", "raylet": "raylet"}


class Span(NamedTuple):
    """The time that a picture shows, in seconds since the epoch."""

    start: float
    end: float


def drawn_of(chart: Chart, *, by_node: bool) -> tuple[Drawn, ...]:
    """Return what a chart draws: a line a node where that is asked for, and the chart can."""
    return (Drawn("", chart.by_node),) if by_node and chart.by_node is not None else chart.drawn


def picture_of(
    chart: Chart,
    answers: Sequence[tuple[Drawn, Lines]],
    span: Span,
    nodes: Mapping[str, str],
    cursor: int | None = None,
) -> Picture:
    """Return the picture of a chart, its largest lines first; `nodes` gives titles by target."""
    curves = [NamedCurve(_name(drawn, line, nodes), line.values) for drawn, lines in answers for line in lines.lines]
    if any(drawn.measure.by for drawn, _ in answers):
        curves.sort(key=lambda curve: last_known(curve.values) or -math.inf, reverse=True)
    unit = UNITS[chart.unit]
    return Picture(
        tuple(curves), span.start, span.end, unit, 0.0, chart.high, chart.unit in BINARY, cursor, chart.why_empty
    )


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
    count = max((len(curve.values) for curve in picture.curves), default=0)
    step_s = (picture.end - picture.start) / max(1, count)
    rows = [
        [f"{picture.start + place * step_s:.0f}", *(_number(curve.values[place]) for curve in picture.curves)]
        for place in range(count)
    ]
    return headings, rows


def _number(value: float) -> str:
    return "" if math.isnan(value) else f"{value:.10g}"
