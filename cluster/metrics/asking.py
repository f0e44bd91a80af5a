"""From kept lines to what a chart asks for: lines that are folded together, and quantiles of histograms."""

from __future__ import annotations

import math
from array import array
from collections.abc import Generator, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from raymon_tui.cluster.metrics.lines import Line
from raymon_tui.cluster.metrics.measure import Labels, Measure

if TYPE_CHECKING:
    from raymon_tui.cluster.metrics.kept_line import KeptLine, LineKey

HOLD_S = 40.0
"""A value holds until the next scrape is overdue: two and a half rounds of 15 s."""
NAN = math.nan


LINES_AT_ONCE = 16
"""Read, or folded, in a few milliseconds, however long they are."""


class Asking:
    """The lines of a measure, made in steps between which something else may be done; `lines` holds them in the end.

    They come in order of their labels, `count` values each from `start` on. `kept` are those of its family: the node
    that each is of, what it is, and its values.
    """

    def __init__(
        self, measure: Measure, start: float, step_s: float, count: int, kept: Iterable[tuple[str, LineKey, KeptLine]]
    ) -> None:
        self.lines: tuple[Line, ...] = ()
        self._steps = _made(measure, start, step_s, count, kept)

    def __iter__(self) -> Iterator[None]:
        """Make them."""
        self.lines = yield from self._steps


def _made(
    measure: Measure, start: float, step_s: float, count: int, lines: Iterable[tuple[str, LineKey, KeptLine]]
) -> Generator[None, None, tuple[Line, ...]]:
    grouped: dict[Labels, list[tuple[Labels, array[float]]]] = {}
    for place, (node, key, kept) in enumerate(lines, 1):
        if measure.counts(key.labels):
            values = kept.ring.resample(start, step_s, count, HOLD_S)
            grouped.setdefault(measure.line_of(key.labels, node), []).append((key.labels, values))
        if place % LINES_AT_ONCE == 0:
            yield
    found = []
    for place, (labels, group) in enumerate(sorted(grouped.items()), 1):
        line = Line(labels, (yield from _folded(measure, group, count)))
        if not all(map(math.isnan, line.values)):
            found.append(line)
        if place % LINES_AT_ONCE == 0:
            yield
    return tuple(found)


def _folded(
    measure: Measure, group: Sequence[tuple[Labels, array[float]]], count: int
) -> Generator[None, None, tuple[float, ...]]:
    if measure.kind == "quantile":
        return _quantiles(measure, group, count)
    scale, columns = measure.scale, [values for _, values in group]
    if len(columns) == 1:
        return tuple(value * scale for value in columns[0])
    found = []
    for column in zip(*columns, strict=True):
        found.append(_fold(measure.fold, column) * scale)
        if len(columns) > LINES_AT_ONCE:
            yield
    return tuple(found)


def _fold(fold: str, values: Iterable[float]) -> float:
    known = [value for value in values if not math.isnan(value)]
    if not known:
        return NAN
    if fold == "mean":
        return sum(known) / len(known)
    if fold == "sum":
        return sum(known)
    return max(known) if fold == "max" else min(known)


def _quantiles(measure: Measure, group: Sequence[tuple[Labels, array[float]]], count: int) -> tuple[float, ...]:
    bounds: dict[float, list[array[float]]] = {}
    for labels, values in group:
        bounds.setdefault(_bound(labels), []).append(values)
    edges = sorted(bound for bound in bounds if not math.isnan(bound))
    columns = [[_fold("sum", column) for column in zip(*bounds[edge], strict=True)] for edge in edges]
    return tuple(
        quantile_of(measure.quantile, edges, [column[place] for column in columns]) * measure.scale
        for place in range(count)
    )


def _bound(labels: Labels) -> float:
    try:
        return float(dict(labels).get("le", "nan"))
    except ValueError:
        return NAN


def quantile_of(quantile: float, edges: Sequence[float], cumulative: Sequence[float]) -> float:
    """Return a quantile of a histogram by linear interpolation in a bucket, as Prometheus' `histogram_quantile` does.

    `edges` are the buckets' upper bounds, the last one infinite; `cumulative` how much lies below each. NaN where
    nothing was counted.
    """
    if len(edges) < 2 or not math.isinf(edges[-1]) or any(map(math.isnan, cumulative)):
        return NAN
    total = cumulative[-1]
    if total <= 0:
        return NAN
    rank = quantile * total
    place = next(place for place, value in enumerate(cumulative) if value >= rank)
    if place == len(edges) - 1:
        return edges[-2]
    lower = edges[place - 1] if place else min(0.0, edges[0])
    below = cumulative[place - 1] if place else 0.0
    if place == 0 and edges[0] <= 0:
        return edges[0]
    return lower + (edges[place] - lower) * (rank - below) / (cumulative[place] - below)
