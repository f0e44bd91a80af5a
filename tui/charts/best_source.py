"""Charts from what was scraped here, and from a Prometheus server for what came before or is too much to scrape."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Sequence

import anyio
from msgspec import structs

from raymon_tui.backends.base import Endpoint
from raymon_tui.backends.errors import RaymonError, UnreachableError
from raymon_tui.cluster.feeds.catalogue import NODES
from raymon_tui.cluster.metrics.charts import Chart
from raymon_tui.cluster.metrics.exposition import Family
from raymon_tui.cluster.metrics.families import is_custom
from raymon_tui.cluster.metrics.lines import Lines
from raymon_tui.cluster.metrics.measure import Measure, promql
from raymon_tui.cluster.monitor import Monitor
from raymon_tui.cluster.prometheus.api import step_for
from raymon_tui.cluster.prometheus.families import ask_families, ask_tags
from raymon_tui.cluster.prometheus.finding import Server
from raymon_tui.tui.charts.family_chart import chart_of_family
from raymon_tui.tui.charts.source import Answered, ScrapedHere

RATE_OVER_S = 60.0
"""Rates are taken over four scrapes of the usual 15 s, as Grafana does."""
HELD_S = 10.0
"""An answer holds so long, or a hundredth of a chart, or an eighth of a step: nobody sees what that leaves out."""
MOST_HELD = 200

_Question = tuple[str, float, float, float]
"""What is asked of a server: an expression, from when, until when, in which steps."""


class BestSource:
    """Asks whoever knows best; `said` is what the server last said of a question that it did not answer."""

    def __init__(self, monitor: Monitor) -> None:
        self.said = ""
        self._monitor = monitor
        self._watch = monitor.prometheus
        self._here = ScrapedHere(monitor.metrics)
        self._held: dict[tuple[str, str, float, float, float], Lines] = {}

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
                theirs = await self._by_server(server, measures, start, end, count, target)
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
        # A server that was started lately may know less of the past than what was scraped here.
        return ours if theirs is None or ours.since <= theirs.since else theirs

    async def families(self) -> tuple[Family, ...]:
        """Return every metric that there is, by name; those that were scraped here where the server fails."""
        server = self._watch.server
        if server is not None and self.is_large:
            try:
                return await ask_families(server.api, self._watch.matchers, self._monitor.snapshot.at)
            except RaymonError as failure:
                self.said = failure.said
        return self._monitor.metrics.store.families()

    async def chart_of(self, family: Family) -> Chart:
        """Return the chart of a metric, and see to it that it has values from now on."""
        self._monitor.metrics.want(family.name)
        server, tags = self._watch.server, self._monitor.metrics.store.tags(family.name)
        if server is not None and self.is_large and is_custom(family.name):
            with contextlib.suppress(RaymonError):
                tags = await ask_tags(server.api, family.name, self._watch.matchers, self._monitor.snapshot.at)
        return chart_of_family(family, tags)

    async def _by_server(
        self, server: Server, measures: Sequence[Measure], start: float, end: float, count: int, target: str | None
    ) -> Answered:
        step_s = step_for(end - start, count)
        held_s = max(step_s / 8, min(HELD_S, (end - start) / 100))
        last = math.floor(end / held_s) * held_s
        number = math.floor((end - start) / step_s) + 1
        first = last - (number - 1) * step_s
        instance = None if target is None else self._instance(target)
        if target is not None and instance is None:
            return Answered(server.title, first, step_s, number)
        of = [
            measure if instance is None else structs.replace(measure, where=(*measure.where, instance))
            for measure in measures
        ]
        asked = [promql(one, max(RATE_OVER_S, step_s), self._watch.matchers) for one in of]
        answers = await self._together(server, [(one, first, last, step_s) for one in asked])
        return Answered(server.title, first, step_s, number, tuple(answers))

    async def _together(self, server: Server, questions: Sequence[_Question]) -> list[Lines]:
        """Put questions at once, as those of one chart; raises the failure of the first that fails."""
        answers: dict[int, Lines] = {}
        failures: list[RaymonError] = []

        async def put(place: int) -> None:
            try:
                answers[place] = await self._question(server, questions[place])
            except RaymonError as failure:
                failures.append(failure)
                tasks.cancel_scope.cancel()

        async with anyio.create_task_group() as tasks:
            for place in range(len(questions)):
                tasks.start_soon(put, place)
        if failures:
            raise failures[0]
        return [answers[place] for place in range(len(questions))]

    async def _question(self, server: Server, question: _Question) -> Lines:
        """Ask, unless that was asked a moment ago."""
        key = (server.title, *question)
        held = self._held.get(key)
        if held is None:
            held = await server.api.query_range(*question)
            self._held[key] = held
            while len(self._held) > MOST_HELD:
                self._held.pop(next(iter(self._held)))
        else:
            await anyio.lowlevel.checkpoint()
        return held

    def _instance(self, target: str) -> tuple[str, tuple[str, ...]] | None:
        """Return what the server calls one node, also one that is dead; None where nothing tells its address."""
        nodes = self._monitor.snapshot.value(NODES) or ()
        known = {
            node.node_id: Endpoint(node.ip, node.metrics_export_port) for node in nodes if node.metrics_export_port
        }
        known |= {name: state.target.endpoint for name, state in self._monitor.metrics.states.items()}
        return ("instance", (str(known[target]),)) if target in known else None


def titles(monitor: Monitor) -> dict[str, str]:
    """Return what nodes are called, by target and by address: a Prometheus server knows them by address."""
    targets: Sequence[tuple[str, str, str]] = [
        (one.target.name, str(one.target.endpoint), one.target.title) for one in monitor.metrics.states.values()
    ]
    return {name: title for node_id, address, title in targets for name in (node_id, address)}
