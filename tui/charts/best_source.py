"""Charts from what was scraped here, and from a Prometheus server for what came before or is too much to scrape."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence

import anyio
from msgspec import structs

from raymon_tui.backends.base import Backend
from raymon_tui.backends.errors import RaymonError
from raymon_tui.cluster.feeds.catalogue import VERSION
from raymon_tui.cluster.metrics.lines import Lines
from raymon_tui.cluster.metrics.measure import Measure, promql
from raymon_tui.cluster.monitor import Monitor
from raymon_tui.cluster.prometheus.api import step_for
from raymon_tui.cluster.prometheus.finding import Server, answering
from raymon_tui.cluster.service_addresses import ServiceAddresses, service_addresses
from raymon_tui.tui.charts.source import ScrapedHere
from raymon_tui.tui.options import PrometheusOptions

LOOK_AGAIN_S = 60.0
RATE_OVER_S = 60.0
"""Rates are taken over four scrapes of the usual 15 s, as Grafana does."""


class BestSource:
    """Asks whoever knows best. A server is looked for once a chart is drawn, and again while there is none.

    `said` is why there is none, in one sentence; `addresses` where it and Grafana should be.
    """

    def __init__(self, backend: Backend, monitor: Monitor, options: PrometheusOptions) -> None:
        self.server: Server | None = None
        self.said = ""
        self.addresses = ServiceAddresses()
        self._backend = backend
        self._monitor = monitor
        self._options = options
        self._here = ScrapedHere(monitor.metrics)
        self._wanted = anyio.Event()
        self._looking = anyio.Lock()

    @property
    def title(self) -> str:
        """Who is asked for what is now."""
        return self.server.title if self.server is not None and self._is_large else self._here.title

    @property
    def since(self) -> float | None:
        """How far back is known what was scraped here; a server may know more."""
        return None if self.server is not None else self._here.since

    @property
    def _is_large(self) -> bool:
        return len(self._monitor.metrics.states) > self._options.many_nodes

    async def run(self) -> None:
        """Look for a server until one is found, once somebody draws a chart."""
        await self._wanted.wait()
        while self.server is None:
            await self.look()
            if self.server is None:
                await anyio.sleep(LOOK_AGAIN_S)

    async def look(self) -> None:
        """Look for a server now, where there is none yet; `said` is why there still is none then."""
        async with self._looking:
            if self.server is None:
                await self._find()

    async def aclose(self) -> None:
        """Give back the connections to the server."""
        if self.server is not None:
            await self.server.http.aclose()

    async def _find(self) -> None:
        self.addresses = await service_addresses(self._backend, self._monitor.api)
        url, headers = self.addresses.prometheus, (*self.addresses.prometheus_headers, *self._options.headers)
        tries = [(url, False)] if self._options.url is None else [(self._options.url, True), (self._options.url, False)]
        for address, from_here in tries:
            if self.server is None:
                await self._try(address, headers, from_here=from_here)

    async def _try(self, address: str, headers: Sequence[tuple[str, str]], *, from_here: bool) -> None:
        try:
            self.server = await answering(self._backend, address, headers, from_here=from_here)
            self.said = ""
        except RaymonError as failure:
            self.said = failure.said

    async def ask(self, measure: Measure, start: float, end: float, count: int, *, target: str | None = None) -> Lines:
        """Return what is known best; what was scraped here where the server fails."""
        self._wanted.set()
        since = self._here.since
        if self.server is not None and (self._is_large or since is None or start < since):
            with contextlib.suppress(RaymonError):
                lines = await self._by_server(self.server, measure, start, end, count, target)
                if lines.lines or self._is_large:
                    return lines
        return await self._here.ask(measure, start, end, count, target=target)

    async def _by_server(
        self, server: Server, measure: Measure, start: float, end: float, count: int, target: str | None
    ) -> Lines:
        state = self._monitor.metrics.states.get(target or "")
        if target is not None and state is not None:
            instance = ("instance", (str(state.target.endpoint),))
            measure = structs.replace(measure, where=(*measure.where, instance))
        step_s = step_for(end - start, count)
        question = promql(measure, max(RATE_OVER_S, step_s), self._matchers())
        return await server.api.query_range(question, start, end, step_s)

    def _matchers(self) -> dict[str, str]:
        """Return what tells this cluster's series from those of others that the server knows."""
        version = self._monitor.snapshot.value(VERSION)
        return {"SessionName": version.session_name} if version is not None and version.session_name else {}


def titles(monitor: Monitor) -> dict[str, str]:
    """Return what nodes are called, by target and by address: a Prometheus server knows them by address."""
    targets: Sequence[tuple[str, str, str]] = [
        (one.target.name, str(one.target.endpoint), one.target.title) for one in monitor.metrics.states.values()
    ]
    return {name: title for node_id, address, title in targets for name in (node_id, address)}
