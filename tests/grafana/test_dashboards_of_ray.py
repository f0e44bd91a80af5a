"""The dashboards that a real Ray generates, asked of a real Prometheus that scrapes it."""

from __future__ import annotations

import math
import time
from collections.abc import AsyncIterator, Iterator
from typing import NamedTuple

import httpx
import pytest
from prometheus import PATIENCE_S, prometheus, up

from raymon_tui.backends.base import Endpoint
from raymon_tui.backends.local import LocalBackend
from raymon_tui.cluster.grafana.asking import PanelAnswer, ask_panel, timing_of
from raymon_tui.cluster.grafana.choices import SESSION, choices_of
from raymon_tui.cluster.grafana.library import on_the_head
from raymon_tui.cluster.grafana.model import Dashboard, Panel
from raymon_tui.cluster.prometheus.finding import Server, answering
from raymon_tui.tui.chrome.arrange import width_of
from raymon_tui.tui.demo.cluster import RunningCluster
from raymon_tui.tui.grafana.panel_lines import Look, panel_lines

SCRAPES = 5
CONFIG = """
global: {{scrape_interval: 1s, scrape_timeout: 1s}}
scrape_configs:
- job_name: ray
  file_sd_configs: [{{files: ["{temp_dir}/prom_metrics_service_discovery.json"]}}]
"""
DASHBOARDS, PANELS = 8, 283
"""What Ray 2.60 generates; other versions have others."""


class Asked(NamedTuple):
    """All dashboards, and what each panel came to."""

    dashboards: list[Dashboard]
    answers: list[tuple[Panel, PanelAnswer]]


@pytest.fixture(scope="module")
def scraping(ray_cluster: RunningCluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Prometheus server that has scraped every exporter some times: rates need that."""
    with prometheus(tmp_path_factory.mktemp("prometheus"), CONFIG.format(temp_dir=ray_cluster.temp_dir)) as url:
        until = time.monotonic() + PATIENCE_S
        while _least_scrapes(url) < SCRAPES:
            assert time.monotonic() < until, f"not every exporter was scraped: {up(url)}"
            time.sleep(0.2)
        yield url


def _least_scrapes(url: str) -> float:
    """Return how often that exporter was scraped that was scraped least."""
    health = up(url)
    if not health or set(health.values()) != {"up"}:
        return 0.0
    asked = {"query": "min(sum_over_time(up[1h]))"}
    found = httpx.get(f"{url}/api/v1/query", params=asked, trust_env=False).json()["data"]["result"]
    return float(found[0]["value"][1]) if found else 0.0


@pytest.fixture
async def server(ray_cluster: RunningCluster, scraping: str) -> AsyncIterator[Server]:
    found = await answering(_backend(ray_cluster), scraping, ())
    yield found
    await found.http.aclose()


def _backend(cluster: RunningCluster) -> LocalBackend:
    return LocalBackend(Endpoint(cluster.host, cluster.port))


async def ask_all(cluster: RunningCluster, server: Server) -> Asked:
    asked = Asked([], [])
    async for listed in on_the_head(_backend(cluster)):
        assert listed.dashboard is not None, listed.said
        asked.dashboards.append(listed.dashboard)
        now = time.time()
        kept = {SESSION: (cluster.session_name,)}
        chosen = await choices_of(server.api, listed.dashboard.variables, timing_of(now - 60, now, 60), kept)
        for panel in listed.dashboard.panels:
            timing = timing_of(now - 60, now, 60, panel.targets)
            asked.answers.append((panel, await ask_panel(server.api, panel, chosen, timing)))
    return asked


async def test_every_panel_is_read_and_every_expression_accepted(
    ray_cluster: RunningCluster, server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = await ask_all(ray_cluster, server)
    titles = {one.title for one in asked.dashboards}
    assert {"Default Dashboard", "Data Dashboard", "Serve Dashboard"} <= titles
    drawn = [panel for panel, answer in asked.answers if any(_is_known(one.values) for one in answer.series)]
    with capsys.disabled():
        print(f"\n{len(asked.dashboards)} dashboards, {len(asked.answers)} panels, {len(drawn)} drawn with data")  # noqa: T201
    assert [(panel.title, answer.failures) for panel, answer in asked.answers if answer.failures] == []
    assert (len(asked.dashboards), len(asked.answers)) >= (DASHBOARDS, PANELS)
    assert {"Node CPU Usage", "Node Count", "Node Memory Usage by Component"} <= {panel.title for panel in drawn}


async def test_every_panel_is_drawn_in_whatever_room_there_is(ray_cluster: RunningCluster, server: Server) -> None:
    for panel, answer in (await ask_all(ray_cluster, server)).answers:
        for width, height in ((36, 8), (76, 20), (10, 3)):
            lines = panel_lines(panel, answer, Look(width, height, ascii_only=True))
            assert len(lines) <= height, panel.title
            assert max((width_of(line) for line in lines), default=0) <= width, panel.title
            assert lines or not answer.series, panel.title


async def test_several_nodes_are_chosen_as_well_as_all_of_them(ray_cluster: RunningCluster, server: Server) -> None:
    listed = [one async for one in on_the_head(_backend(ray_cluster))]
    default = next(one.dashboard for one in listed if one.dashboard and one.dashboard.uid == "rayDefaultDashboard")
    panel = next(one for one in default.panels if one.title == "Node CPU Usage")
    now = time.time()
    timing = timing_of(now - 30, now, 30)
    kept = {SESSION: (ray_cluster.session_name,)}
    every = await choices_of(server.api, default.variables, timing, kept)
    instances = every["Instance"].options
    assert len(instances) > 1
    for wanted in (instances[:1], instances[:2]):
        chosen = await choices_of(server.api, default.variables, timing, {**kept, "Instance": wanted})
        assert chosen["Instance"].values == wanted
        answer = await ask_panel(server.api, panel, chosen, timing)
        assert answer.failures == ()
        told = {dict(one.labels).get("instance") for one in answer.series} - {None}
        assert told == set(wanted)


def _is_known(values: tuple[float, ...]) -> bool:
    return any(not math.isnan(value) for value in values)


async def test_a_panel_says_what_prometheus_says(ray_cluster: RunningCluster, server: Server) -> None:
    listed = [one async for one in on_the_head(_backend(ray_cluster))]
    default = next(one.dashboard for one in listed if one.dashboard and one.dashboard.uid == "rayDefaultDashboard")
    panel = next(one for one in default.panels if one.title == "Node CPU Usage")
    now = time.time()
    timing = timing_of(now - 30, now, 30)
    kept = {SESSION: (ray_cluster.session_name,)}
    chosen = await choices_of(server.api, default.variables, timing, kept)
    answer = await ask_panel(server.api, panel, chosen, timing)
    total = next(one for one in answer.series if one.name == "MAX")
    question = f'sum(ray_node_cpu_count{{SessionName="{ray_cluster.session_name}"}})'
    found = await server.api.query_range(question, timing.start, timing.end, timing.step_s)
    assert [value for value in total.values if not math.isnan(value)] == [
        value for value in found.lines[0].values if not math.isnan(value)
    ]


async def test_the_session_and_its_nodes_can_be_chosen(ray_cluster: RunningCluster, server: Server) -> None:
    listed = [one async for one in on_the_head(_backend(ray_cluster))]
    default = next(one.dashboard for one in listed if one.dashboard and one.dashboard.uid == "rayDefaultDashboard")
    now = time.time()
    chosen = await choices_of(server.api, default.variables, timing_of(now - 60, now, 60), {})
    assert ray_cluster.session_name in chosen[SESSION].options
    assert chosen["Instance"].all
    assert len(chosen["Instance"].options) >= 1
    assert "head" in chosen["RayNodeType"].options
