"""Where the values of charts come from."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Protocol

from msgspec import Struct

from raymon_tui.cluster.metrics.lines import Lines
from raymon_tui.cluster.metrics.measure import Measure
from raymon_tui.cluster.metrics.reader import MetricsReader
from raymon_tui.cluster.metrics.ring import FINE
from raymon_tui.cluster.prometheus.api import step_for
from raymon_tui.tui.charts.window import moment_words


class Answered(Struct, frozen=True):
    """What a chart's measures came to, all over the same steps, and who told it.

    A value is known for each of `count` moments, `step_s` apart, the first at `start` (seconds since the epoch).
    `left_out` lines more would be too many.
    """

    told_by: str
    start: float
    step_s: float
    count: int
    lines: tuple[Lines, ...] = ()
    left_out: int = 0

    @property
    def known(self) -> bool:
        """Whether there is any line at all."""
        return any(one.lines for one in self.lines)

    @property
    def filled(self) -> int:
        """How many of the measures came to any line."""
        return sum(1 for one in self.lines if one.lines)

    @property
    def since(self) -> float:
        """When the first value that is known is of; infinity where there is none."""
        lines = [line.values for one in self.lines for line in one.lines]
        place = next((place for place in range(self.count) if any(known_at(values, place) for values in lines)), None)
        return math.inf if place is None else self.start + place * self.step_s

    @property
    def end(self) -> float:
        """When the last value is of."""
        return self.start + max(0, self.count - 1) * self.step_s

    def place_of(self, at: float) -> int:
        """Return which of the values is of a moment, or nearest to it."""
        return max(0, min(self.count - 1, round((at - self.start) / self.step_s)))

    def words(self, width: int) -> str:
        """Return from when on, in which steps, and by whom, as fully as so many cells hold."""
        every, start = f"every {step_words(self.step_s)}", f"from {moment_words(self.start)}"
        brief = self.told_by.partition(" ")[0]
        fully = (f"{start} {every}, {self.told_by}", f"{start} {every}, {brief}", f"{every}, {brief}")
        return next((words for words in fully if len(words) <= width), "")


class ChartSource(Protocol):
    """Whom a chart asks. `title` is what it is called on screen."""

    @property
    def title(self) -> str:
        """What it is called: `scraped since 10:02`, `Prometheus 2.42.0 at 10.0.0.1:9090`."""

    @property
    def since(self) -> float | None:
        """How far back it knows anything, in seconds since the epoch; None where that is not known."""

    async def ask(
        self, measures: Sequence[Measure], start: float, end: float, count: int, *, target: str | None = None
    ) -> Answered:
        """Return at most `count` values of each line between two moments; of one node alone where `target` names it.

        Raises a `RaymonError` in the words of whoever was asked.
        """


class ScrapedHere:
    """The samples that this program has scraped since it began."""

    def __init__(self, metrics: MetricsReader) -> None:
        self._metrics = metrics

    @property
    def title(self) -> str:
        """Since when there are any."""
        return "not scraped yet" if self.since is None else f"scraped since {moment_words(self.since)}"

    @property
    def since(self) -> float | None:
        """When the first exporter answered."""
        return self._metrics.store.since

    async def ask(
        self, measures: Sequence[Measure], start: float, end: float, count: int, *, target: str | None = None
    ) -> Answered:
        """Return what is kept, in steps no finer than that: each value is the mean of the step that ends then."""
        step_s = max(step_for(end - start, count), FINE[0].step_s)
        number = math.floor((end - start) / step_s) + 1
        first = end - number * step_s
        for measure in measures:
            self._metrics.want(measure.family)
        store = self._metrics.store
        lines = [await store.answer(one, first, step_s, number, target=target) for one in measures]
        return Answered(self.title, first + step_s, step_s, number, tuple(lines))


def known_at(values: Sequence[float], place: int) -> bool:
    """Return whether there is a value at a place."""
    return place < len(values) and not math.isnan(values[place])


def step_words(seconds: float) -> str:
    """Return a step as people say it: `7.5 s`, `2 min`, `4 h`."""
    for unit, size in (("h", 3600), ("min", 60)):
        if seconds >= size and seconds % size == 0:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:g} s"
