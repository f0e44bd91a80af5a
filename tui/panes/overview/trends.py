"""The two charts of the overview: the machines' CPU, and the tasks that run, over the last minutes."""

from __future__ import annotations

from raymon_tui.cluster import series
from raymon_tui.cluster.history import History
from raymon_tui.cluster.metrics.kept_line import LineKey
from raymon_tui.widgets.chart import Curve, chart
from raymon_tui.widgets.content import Content
from raymon_tui.widgets.numbers import count, percent
from raymon_tui.widgets.table.column import Moment


def span_words(history: History, moment: Moment) -> str:
    """Return how much time the charts span just now: `15 min`."""
    return f"{history.shown_span_s(moment.now) / 60:.0f} min"


def cpu_lines(history: History, moment: Moment, width: int, height: int) -> tuple[Content, ...]:
    """Draw how busy the machines' CPUs were, in percent of all of them."""
    curves = _curves(history, series.CPU_PERCENT, moment, width)
    span_s = history.shown_span_s(moment.now)
    return chart(curves, width, height, span_s=span_s, low=0.0, high=100.0, unit=percent, ascii_only=moment.ascii_only)


def tasks_running_lines(history: History, moment: Moment, width: int, height: int) -> tuple[Content, ...]:
    """Draw how many tasks ran."""
    curves = _curves(history, series.TASKS_RUNNING, moment, width)
    span_s = history.shown_span_s(moment.now)
    return chart(curves, width, height, span_s=span_s, low=0.0, unit=count, ascii_only=moment.ascii_only)


def _curves(history: History, name: LineKey, moment: Moment, width: int) -> tuple[Curve, ...]:
    """Return the curve of a series; none while that is a lone dot, which nobody should wait for at the start."""
    values = history.resample(name, width * 2, history.shown_span_s(moment.now), moment.now)
    return (Curve(values),) if sum(value is not None for value in values) > 1 else ()
