"""Prometheus, Grafana and dashboards of one cluster: what was found of each, and why the rest was not."""

from __future__ import annotations

from collections.abc import AsyncIterator

from raymon_tui.backends.errors import BadAnswerError, RaymonError, UnreachableError
from raymon_tui.backends.tokens import token_in
from raymon_tui.cluster.grafana.finding import GrafanaServer, answering_grafana
from raymon_tui.cluster.grafana.library import Listed, in_grafana, on_the_head
from raymon_tui.cluster.grafana.model import Dashboard
from raymon_tui.cluster.prometheus.api import PrometheusApi
from raymon_tui.cluster.prometheus.watch import in_words
from raymon_tui.cluster.ray_api.words import spoken
from raymon_tui.cluster.service_client import without_secrets
from raymon_tui.tui.session import Session

HOW_TO_GET_ONE = "`raymon-tui targets TARGET --format prometheus` writes a configuration for one."
DISABLED = "DISABLED"
"""What RAY_GRAFANA_HOST says where somebody wants no Grafana."""


class Services:
    """What a dashboard needs. `look` finds it; each step that found something gives the one who draws a turn.

    `looked` says whether all of it was looked for.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._on_head: tuple[Listed, ...] = ()
        self._in_grafana: tuple[Listed, ...] = ()
        self._head_said = ""
        self.grafana: GrafanaServer | None = None
        self._known_grafana: GrafanaServer | None = None
        self.grafana_said = ""
        self.search_said = ""
        self.prometheus_looked = False
        self.looked = False

    @property
    def prometheus_title(self) -> str:
        """Which Prometheus answers; "" while none does."""
        server = self._session.monitor.prometheus.server
        return "" if server is None else server.title

    @property
    def prometheus_said(self) -> str:
        """Why no Prometheus answers."""
        return self._session.monitor.prometheus.said

    @property
    def prometheus_lost(self) -> str:
        """Which Prometheus answered before, and does so no more; "" where that is not so."""
        return self._session.monitor.prometheus.lost

    @property
    def prometheus_address(self) -> str:
        """Where Prometheus was looked for, without the secrets that may be in it."""
        return self._session.monitor.prometheus.address

    @property
    def grafana_address(self) -> str:
        """Where Grafana was looked for, without the secrets that may be in it."""
        return without_secrets(self._grafana_url)

    @property
    def _grafana_url(self) -> str:
        return self._session.options.grafana.url or self._session.monitor.prometheus.addresses.grafana

    @property
    def dashboards(self) -> tuple[Listed, ...]:
        """Those of the head, and of Grafana those that are others than these."""
        known = {one.uid for one in self._on_head}
        return (*self._on_head, *(one for one in self._in_grafana if one.uid not in known))

    @property
    def why_none(self) -> str:
        """Why there is no dashboard to show; "" where there is one, or may be still."""
        if not self.looked or self.dashboards:
            return ""
        said = self._head_said or "Ray has written none"
        return f"No dashboards: {said}. With --grafana URL and --grafana-token-file FILE those of a Grafana are listed."

    async def look(self) -> AsyncIterator[None]:
        """Look for what is not known yet, and whether the others are still there; yield after each. Raises nothing."""
        self._session.monitor.prometheus.want()
        if not self._on_head:
            async for _ in self._look_on_head():
                yield
        await self._session.monitor.prometheus.look()
        self.prometheus_looked = True
        yield
        if self._known_grafana is None:
            await self._look_for_grafana()
        else:
            await self._look_after(self._known_grafana)
        self.looked = True
        yield

    async def _look_on_head(self) -> AsyncIterator[None]:
        found: list[Listed] = []
        self._head_said = ""
        try:
            async for one in on_the_head(self._session.backend):
                found.append(one)
                self._on_head = tuple(found)
                yield
        except RaymonError as failure:
            self._head_said = spoken(failure.said, 200)

    async def _look_for_grafana(self) -> None:
        options = self._session.options.grafana
        address = self._grafana_url
        if address == DISABLED:
            self.grafana_said = "RAY_GRAFANA_HOST on the head says that there is none"
            return
        try:
            token = token_in(options.token_file, "--grafana-token-file") if options.token_file is not None else None
            self._known_grafana = self.grafana = await self._reached(address, token, given=options.url is not None)
            self.grafana_said = ""
        except RaymonError as failure:
            self.grafana_said = spoken(in_words(failure), 400)
            return
        try:
            self._in_grafana = await in_grafana(self.grafana.api)
        except RaymonError as failure:
            # Without a token that is the ordinary answer, and Ray's own dashboards need none.
            self.search_said = f"{spoken(failure.said, 200)}. {failure.advice}"

    async def _look_after(self, known: GrafanaServer) -> None:
        """Ask a Grafana that answered before whether it still does; dashboards of its own stay in the list."""
        try:
            await known.api.health()
            self.grafana, self.grafana_said = known, ""
        except RaymonError as failure:
            self.grafana, self.grafana_said = None, spoken(in_words(failure), 400)

    async def _reached(self, address: str, token: str | None, *, given: bool) -> GrafanaServer:
        if given:
            try:
                return await answering_grafana(self._session.backend, address, token, from_here=True)
            except UnreachableError:
                pass
        return await answering_grafana(self._session.backend, address, token)

    async def read(self, listed: Listed) -> Dashboard:
        """Return a dashboard of the list; raises the `RaymonError` of reading it."""
        if listed.dashboard is not None:
            return listed.dashboard
        if listed.said or self.grafana is None:
            raise BadAnswerError(f"read the dashboard {listed.title}", listed.said or self.grafana_said, "")
        return await self.grafana.api.dashboard(listed.uid)

    async def asked_for(self, listed: Listed, dashboard: Dashboard) -> tuple[PrometheusApi, str]:
        """Return whom to ask for a dashboard, and what they are called: Grafana for its own ones, else Prometheus.

        Where one of them is not there the other one is asked; raises `UnreachableError` where neither is.
        """
        server = self._session.monitor.prometheus.server
        refusal = ""
        if self.grafana is not None and (listed.origin == "Grafana" or server is None):
            try:
                source = dashboard.source or next(iter(await self.grafana.api.prometheus_sources()), "")
            except RaymonError as failure:
                source, refusal = "", f", and through Grafana: {failure.said}"
            if source:
                named = self.grafana.title.partition(" at ")[0]
                return self.grafana.api.prometheus(source), f"Prometheus through {named}"
        if server is not None:
            return server.api, server.title
        why = self.prometheus_said or "it is looked for still"
        said = f"no Prometheus answers at {self.prometheus_address}: {why}{refusal}"
        raise UnreachableError("draw a dashboard", spoken(said, 300), HOW_TO_GET_ONE)

    async def aclose(self) -> None:
        """Give back the connection to Grafana."""
        if self._known_grafana is not None:
            await self._known_grafana.http.aclose()
