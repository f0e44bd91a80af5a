"""Charts from what was scraped here, and from a Prometheus server for what came before or is too much to scrape."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence

from raymon_tui.backends.errors import RaymonError, UnreachableError
from raymon_tui.cluster.metrics.charts import Chart
from raymon_tui.cluster.metrics.exposition import Family
from raymon_tui.cluster.metrics.families import is_custom, worth_listing
from raymon_tui.cluster.metrics.measure import Measure
from raymon_tui.cluster.metrics.targets import told_apart
from raymon_tui.cluster.monitor import Monitor
from raymon_tui.cluster.prometheus.families import ask_families, ask_tags
from raymon_tui.tui.charts.family_chart import chart_of_family
from raymon_tui.tui.charts.served import Served
from raymon_tui.tui.charts.source import Answered, ScrapedHere

FAMILIES_S = 60.0
"""Seconds for which the list of all metrics of a server is held, which may be long."""


class BestSource:
    """Asks whoever knows best; `said` is what the server last said of a question that it did not answer."""

    def __init__(self, monitor: Monitor) -> None:
        self.said = ""
        self._monitor = monitor
        self._watch = monitor.prometheus
        self._here = ScrapedHere(monitor.metrics)
        self._served = Served(monitor)
        self._families: tuple[float, tuple[Family, ...]] = (-FAMILIES_S, ())

    @property
    def title(self) -> str:
        """Who is asked for what is now."""
        server = self._watch.server
        return server.title if server is not None and self.is_large else self._here.title

    @property
    def since(self) -> float | None:
        """How far back is known what was scraped here; a server may know more."""
        return None if self._watch.server is not None else self._here.since

    @property
    def is_large(self) -> bool:
        """Whether a server is asked in place of the exporters, because they are so many."""
        return self._watch.stands_in_for(len(self._monitor.metrics.states))

    async def ask(
        self, measures: Sequence[Measure], start: float, end: float, count: int, *, target: str | None = None
    ) -> Answered:
        """Return what is known best; what was scraped here where the server fails, or has nothing of it."""
        self._watch.want()
        server, since, theirs, failure = self._watch.server, self._here.since, None, None
        if server is not None and (self.is_large or since is None or start < since):
            try:
                theirs = await self._served.ask(server, measures, start, end, count, target)
                self.said = ""
            except RaymonError as error:
                failure, self.said = error, error.said
                if isinstance(error, UnreachableError):
                    self._watch.doubt()
        if theirs is not None and self.is_large:
            return theirs
        ours = await self._here.ask(measures, start, end, count, target=target)
        if failure is not None and not ours.known:
            raise failure
        # A server that was started lately, or scrapes but a part, may know less than what was scraped here.
        if theirs is None or ours.filled > theirs.filled or ours.since <= theirs.since:
            return ours
        return theirs

    async def families(self) -> tuple[Family, ...]:
        """Return every metric that there is, by name; those that were scraped here where the server fails."""
        server, now = self._watch.server, self._monitor.snapshot.at
        if server is not None and self.is_large and not self._listed_lately:
            try:
                self._families = (now, await ask_families(server.api, self._watch.matchers, now))
            except RaymonError as failure:
                self.said = failure.said
        return self.known_families

    @property
    def known_families(self) -> tuple[Family, ...]:
        """What is known of that without asking anybody."""
        return worth_listing(self._families[1] if self._listed_lately else self._monitor.metrics.store.families())

    @property
    def _listed_lately(self) -> bool:
        return self.is_large and 0 <= self._monitor.snapshot.at - self._families[0] < FAMILIES_S

    async def chart_of(self, family: Family) -> Chart:
        """Return the chart of a metric, and see to it that it has values from now on."""
        self._monitor.metrics.want(family.name)
        server, tags = self._watch.server, self._monitor.metrics.store.tags(family.name)
        if server is not None and self.is_large and is_custom(family.name):
            with contextlib.suppress(RaymonError):
                tags = await ask_tags(server.api, family.name, self._watch.matchers, self._monitor.snapshot.at)
        return chart_of_family(family, tags)


def titles(monitor: Monitor) -> dict[str, str]:
    """Return what nodes are called, by target and by address: a Prometheus server knows them by address.

    Nodes that left have lines too; what is scraped keeps its name when another of that name has left.
    """
    scraped = [one.target for one in monitor.metrics.states.values()]
    left = tuple(monitor.metrics.left.values())
    called = told_apart((*left, *scraped)) | told_apart(scraped)
    return {key: called[one.name] for one in (*left, *scraped) for key in (one.name, str(one.endpoint))}
