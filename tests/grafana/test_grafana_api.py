"""Grafana's own API: dashboards, and Prometheus asked through it."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest
from aiohttp import web
from given_dashboards import dashboard, panel
from grafana_standin import SOURCE, TOKEN, StandIn, listening, serving
from prometheus import prometheus

from raymon_tui.backends.errors import BadAnswerError, ForbiddenError, UnauthorizedError
from raymon_tui.backends.http import HttpBackend
from raymon_tui.backends.targets import UrlTarget
from raymon_tui.cluster.grafana.api import GrafanaApi, Named
from raymon_tui.cluster.grafana.finding import answering_grafana

HERE = HttpBackend(UrlTarget("http", "127.0.0.1", 9), environ={})
GIVEN = {"given": dashboard(panel("Up", "up"))}


async def test_its_dashboards_are_listed_and_read() -> None:
    async with listening(StandIn(GIVEN)) as stand_in:
        grafana = await answering_grafana(HERE, stand_in.url, TOKEN, from_here=True)
        assert grafana.title.startswith("Grafana 11.2.0 at http://127.0.0.1:")
        assert await grafana.api.dashboards() == (Named("given", "Given"),)
        assert [one.title for one in (await grafana.api.dashboard("given")).panels] == ["Up"]
        assert await grafana.api.prometheus_sources() == (SOURCE,)
        assert TOKEN not in repr(grafana)
        await grafana.http.aclose()


async def test_without_a_token_its_health_is_known_and_what_to_give_is_said() -> None:
    async with listening(StandIn(GIVEN)) as stand_in:
        grafana = await answering_grafana(HERE, stand_in.url, None)
        with pytest.raises(UnauthorizedError, match="HTTP 401: Unauthorized") as caught:
            await grafana.api.dashboards()
        assert "--grafana-token-file" in caught.value.advice
        await grafana.http.aclose()


async def test_what_a_viewer_may_not_see_is_refused_in_grafanas_words() -> None:
    async with listening(StandIn(GIVEN, viewer=True)) as stand_in:
        grafana = await answering_grafana(HERE, stand_in.url, TOKEN)
        with pytest.raises(ForbiddenError, match="Permissions needed: datasources:read"):
            await grafana.api.prometheus_sources()
        with pytest.raises(BadAnswerError, match="HTTP 404: Dashboard not found"):
            await grafana.api.dashboard("another")
        await grafana.http.aclose()


async def test_prometheus_is_asked_through_it(tmp_path: Path) -> None:
    with prometheus(tmp_path, "global: {scrape_interval: 1s}\n") as url:
        async with listening(StandIn(GIVEN, url)) as stand_in:
            grafana = await answering_grafana(HERE, stand_in.url, TOKEN)
            server = grafana.api.prometheus(SOURCE)
            assert (await server.query_range("vector(7)", 0.0, 30.0, 15.0)).lines[0].values == (7.0, 7.0, 7.0)
            with pytest.raises(BadAnswerError, match="unclosed left parenthesis"):
                await server.query("rate(", 0.0)
            await grafana.http.aclose()


async def test_something_else_at_its_address_is_told_from_it() -> None:
    async def answer(_request: web.Request) -> web.Response:
        return web.Response(text="<html>hello</html>", content_type="text/html")

    async with serving(answer) as url, httpx.AsyncClient(base_url=url, trust_env=False) as http:
        with pytest.raises(BadAnswerError, match="not in JSON"):
            await GrafanaApi(http).health()
