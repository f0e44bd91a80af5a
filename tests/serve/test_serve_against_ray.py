"""What is shown of Serve, held against what a real one does."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest
from still import line_with, text
from textual.pilot import Pilot

from raymon_tui.backends.base import ConnectOptions
from raymon_tui.backends.resolve import resolve
from raymon_tui.cluster.feeds.catalogue import SERVE
from raymon_tui.cluster.model.serve import ServeInstance
from raymon_tui.cluster.ray_api.client import RayApi
from raymon_tui.tui.app import MonitorApp
from raymon_tui.tui.demo.cluster import RunningCluster
from raymon_tui.tui.options import MonitorOptions
from raymon_tui.tui.screens.main_screen import MainScreen

pytestmark = [pytest.mark.ray, pytest.mark.slow]
SIZE = (140, 45)


@pytest.fixture
async def serve(ray_cluster: RunningCluster, serving: int) -> AsyncIterator[ServeInstance]:
    async with httpx.AsyncClient(base_url=ray_cluster.dashboard_url, timeout=60, trust_env=False) as http:
        yield await RayApi(http).serve()


def app(ray_cluster: RunningCluster) -> MonitorApp:
    return MonitorApp(resolve(ray_cluster.dashboard_url, ConnectOptions(), {}), MonitorOptions())


async def comes(pilot: Pilot[int], words: str) -> None:
    for _ in range(600):
        if words in text(pilot.app):
            return
        await pilot.pause(0.2)
    raise AssertionError(f"{words!r} did not come:\n{text(pilot.app)}")


async def test_applications_deployments_replicas_and_proxies_are_read(serve: ServeInstance, serving: int) -> None:
    greeting, broken = serve.applications["greeting"], serve.applications["broken"]
    assert (greeting.status, greeting.route_prefix, greeting.running, greeting.target) == ("RUNNING", "/greet", 3, 3)
    assert greeting.last_deployed_time_s is not None
    bounds = greeting.deployments["Front"].deployment_config.autoscaling_config
    assert bounds is not None
    assert (bounds.min_replicas, bounds.max_replicas) == (1, 3)
    for replica in greeting.deployments["Greets"].replicas:
        assert None not in (replica.node_id, replica.actor_id, replica.pid, replica.start_time_s)
        assert (replica.log_file_path or "").endswith(f"{replica.replica_id}.log")
    assert broken.status == "DEPLOY_FAILED"
    assert broken.why.strip().endswith("there is no model")
    assert "\x1b" not in broken.why
    assert {one.status for one in serve.proxies.values()} == {"HEALTHY"}
    assert serve.http_options is not None
    assert serve.http_options.port == serving


async def test_the_overview_tells_of_an_application_that_fails_and_leads_to_it(
    ray_cluster: RunningCluster, serving: int
) -> None:
    async with app(ray_cluster).run_test(size=SIZE) as pilot:
        await comes(pilot, "Serve application broken failed to deploy  RuntimeError: there is no model")
        await pilot.press("0", "]", "]")
        await comes(pilot, "proxies take requests")


async def test_the_page_of_serve_shows_what_serves_and_why_not(ray_cluster: RunningCluster, serving: int) -> None:
    async with (tui := app(ray_cluster)).run_test(size=SIZE) as pilot:
        await comes(pilot, "Overview")
        await pilot.press("0", "]", "]")
        await comes(pilot, "proxies take requests")
        assert "3/3" in line_with(tui, "● greeting")
        assert "2/2" in line_with(tui, "● Greets")
        assert "1–3" in line_with(tui, "● Front")
        assert "RuntimeError: there is no model" in line_with(tui, "✕ CannotStart")
        assert "HEALTHY" in line_with(tui, "● proxy")
        assert line_with(tui, "controller")
        await pilot.press("enter")
        await comes(pilot, "Serve application broken")
        await comes(pilot, "ended")
        await pilot.press("l")
        await comes(pilot, "replica_broken_CannotStart_")
        await comes(pilot, "Started initializing replica")
        await pilot.press("escape", "escape", "G", "l")
        await comes(pilot, "serve/controller_")
        await comes(pilot, "there is no model")


async def test_serve_is_asked_only_while_it_is_looked_at(ray_cluster: RunningCluster, serving: int) -> None:
    async with (tui := app(ray_cluster)).run_test(size=SIZE) as pilot:
        await comes(pilot, "Overview")
        await pilot.press("2")
        await comes(pilot, "busy")
        screen = tui.screen
        assert isinstance(screen, MainScreen)
        assert SERVE.name not in {feed.name for feed in screen.feeds()}
        await pilot.press("0", "]", "]")
        await comes(pilot, "proxies take requests")
        assert SERVE.name in {feed.name for feed in screen.feeds()}
