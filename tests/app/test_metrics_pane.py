"""The wall of charts on a real cluster, and what lies behind it, as its user meets them."""

from __future__ import annotations

import re

import pytest
from live import shows, watching
from still import line_with, text

from raymon_tui.tui.demo.cluster import RunningCluster

pytestmark = pytest.mark.ray


async def test_charts_come_with_the_first_scrape_and_each_can_be_seen_alone(ray_cluster: RunningCluster) -> None:
    async with watching(ray_cluster.dashboard_url) as pilot:
        await shows(pilot, "● live")
        await pilot.press("7")
        await shows(pilot, lambda screen: re.search(r"─ CPU \d+%", screen) is not None and "━ used" in screen)
        assert re.search(r"scraped from \d of \d exporters", text(pilot.app))
        await shows(pilot, "nothing of: GPU, GPU memory")
        await pilot.press("l", "enter")
        await shows(pilot, "scraped here")
        await pilot.press("h", "h")
        await shows(pilot, "cursor at")
        await pilot.press("c")
        await shows(pilot, "as CSV")
        assert pilot.app.clipboard.splitlines()[0] == "time,used,total"
        await pilot.press("escape", "escape")
        await shows(pilot, "nothing of: GPU")
        await pilot.press("full_stop", "full_stop", "full_stop", "full_stop")
        await shows(pilot, lambda screen: " h  scraped" in screen)


async def test_a_line_a_node_tells_which_node(ray_cluster: RunningCluster) -> None:
    async with watching(ray_cluster.dashboard_url) as pilot:
        await shows(pilot, "● live")
        await pilot.press("7")
        await shows(pilot, "━ used")
        await pilot.press("n")
        await shows(pilot, "a line a node")


async def test_any_metric_is_found_and_drawn(ray_cluster: RunningCluster) -> None:
    async with watching(ray_cluster.dashboard_url) as pilot:
        await shows(pilot, "● live")
        await pilot.press("7")
        await shows(pilot, "━ used")
        await pilot.press("m")
        await shows(pilot, "of Ray and its processes")
        await pilot.press("slash", *"ray_node_cpu_count", "enter", "enter")
        await shows(pilot, lambda screen: re.search(r"ray_node_cpu_count \d", screen) is not None)


async def test_every_exporter_tells_how_it_is(ray_cluster: RunningCluster) -> None:
    async with watching(ray_cluster.dashboard_url) as pilot:
        await shows(pilot, "● live")
        await pilot.press("7")
        await shows(pilot, "━ used")
        await pilot.press("e")
        await shows(pilot, "Exporters of metrics")
        assert " ok " in line_with(pilot.app, "service discovery")


async def test_a_nodes_own_charts_are_one_key_from_its_page(ray_cluster: RunningCluster) -> None:
    async with watching(ray_cluster.dashboard_url) as pilot:
        await shows(pilot, "● live")
        await pilot.press("2", "enter")
        await shows(pilot, "Node ")
        await pilot.press("m")
        await shows(pilot, lambda screen: "Charts of" in screen and "agent at" in screen and "━ used" in screen)
        await pilot.press("escape", "escape")
        await shows(pilot, "busy")


async def test_keys_of_the_pane_count_before_there_is_any_chart(ray_cluster: RunningCluster) -> None:
    async with watching(ray_cluster.dashboard_url, refresh_s=60.0) as pilot:
        await shows(pilot, "● live")
        await pilot.press("7", "e")
        await shows(pilot, "Exporters of metrics")
        await pilot.press("escape", "1")
        await shows(pilot, "Attention")
