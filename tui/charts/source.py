"""Where the values of charts come from."""

from __future__ import annotations

from typing import Protocol

from raymon_tui.cluster.metrics.lines import Lines
from raymon_tui.cluster.metrics.measure import Measure
from raymon_tui.cluster.metrics.reader import MetricsReader


class ChartSource(Protocol):
    """Whom a chart asks. `title` is what it is called on screen."""

    @property
    def title(self) -> str:
        """What it is called: `scraped here`, `Prometheus`."""

    @property
    def since(self) -> float | None:
        """How far back it knows anything, in seconds since the epoch; None where that is not known."""

    async def ask(self, measure: Measure, start: float, end: float, count: int, *, target: str | None = None) -> Lines:
        """Return `count` values of each line between two moments; of one node alone where `target` names it.

        Raises a `RaymonError` in the words of whoever was asked.
        """


class ScrapedHere:
    """The samples that this program has scraped since it began."""

    title = "scraped here"

    def __init__(self, metrics: MetricsReader) -> None:
        self._metrics = metrics

    @property
    def since(self) -> float | None:
        """When the first exporter answered."""
        return self._metrics.store.since

    async def ask(self, measure: Measure, start: float, end: float, count: int, *, target: str | None = None) -> Lines:
        """Return what is kept."""
        self._metrics.want(measure.family)
        return self._metrics.store.ask(measure, start, (end - start) / count, count, target=target)
