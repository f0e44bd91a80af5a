"""The wall of charts on a real cluster, and what lies behind it, as its user meets them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from live import shows, watching
from prometheus import free_port, prometheus
from still import line_with, text

from raymon_tui.cluster.prometheus.options import PrometheusOptions
from raymon_tui.tui.demo.cluster import RunningCluster

pytestmark = pytest.mark.ray

CONFIG = """
global: {{scrape_interval: 1s, scrape_timeout: 1s}}
scrape_configs:
- job_name: ray
  file_sd_configs: [{{files: ["{temp_dir}/prom_metrics_service_discovery.json"]}}]
"""


async def test_charts_come_with_the_first_scrape_and_each_can_be_seen_alone(ray_cluster: RunningCluster) -> None:
    async with watching(ray_cluster.dashboard_url) as pilot:
        await shows(pilot, "● live")
        await pilot.press("7")
        await shows(pilot, lambda screen: re.search(r"─ CPU \d+%", screen) is not None and "━ used" in screen)
        assert re.search(r"scraped from \d of \d exporters", text(pilot.app))
        await shows(pilot, "nothing of: GPU, GPU memory")
        await pilot.press("l", "enter")
        await shows(
            pilot,
            lambda screen: re.search(r"from \d\d:\d\d every [\d.]+ s, scraped since \d\d:\d\d", screen) is not None,
        )
        await pilot.press("h", "h")
        await shows(pilot, "cursor at")
        await pilot.press("c")
        await shows(pilot, "as CSV")
        assert pilot.app.clipboard.splitlines()[0] == "time,used,total"
        await pilot.press("escape", "escape")
        await shows(pilot, "nothing of: GPU")
        await pilot.press("full_stop", "full_stop", "full_stop", "full_stop")
        await shows(pilot, lambda screen: " h  scraped" in screen)


async def test_of_more_nodes_than_are_to_be_scraped_a_server_is_asked_and_who_tells_what_is_said(
    ray_cluster: RunningCluster, tmp_path: Path
) -> None:
    port = free_port()
    options = PrometheusOptions(url=f"http://127.0.0.1:{port}", many_nodes=1)
    config = CONFIG.format(temp_dir=ray_cluster.temp_dir)
    async with watching(ray_cluster.dashboard_url, prometheus=options) as pilot:
        with prometheus(tmp_path, config, port):
            await shows(pilot, lambda screen: screen.count("by Prometheus") == 2)
            await pilot.press("7")
            asked = re.compile(rf"asked of Prometheus [\w.+]+ at 127\.0\.0\.1:{port}")
            await shows(pilot, lambda screen: asked.search(screen) is not None)
            await shows(pilot, lambda screen: re.search(r"from \d\d:\d\d every 15 s, Prometheus", screen) is not None)
            await shows(pilot, lambda screen: re.search(r"─ CPU \d+%", screen) is not None)
        session = pilot.app.session  # type: ignore[attr-defined]
        session.monitor.prometheus.doubt()
        await shows(pilot, lambda screen: "is gone: Connection refused" in screen and "scraped from" in screen)
        await pilot.press("1")
        await shows(pilot, lambda screen: "by Prometheus" not in screen and "Attention" in screen)


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


async def test_metrics_of_ones_own_code_are_listed_found_charted_and_copied(ray_cluster: RunningCluster) -> None:
    async with watching(ray_cluster.dashboard_url) as pilot:
        await shows(pilot, "● live")
        await pilot.press("7")
        await shows(pilot, "━ used")
        await pilot.press("m")
        await shows(pilot, lambda screen: "3 of your own code" in screen and "ray_sample_level" in screen)
        await pilot.press("slash", *"sample_lev", "enter", "enter")
        await shows(pilot, lambda screen: "━ runs 8.5" in screen)
        await pilot.press("c")
        await shows(pilot, "as CSV")
        assert pilot.app.clipboard.splitlines()[0] == "time,runs"
        assert pilot.app.clipboard.splitlines()[-1].endswith(",8.5")
        await pilot.press("escape")
        await shows(pilot, lambda screen: "of Ray and its processes" in screen and "ray_sample_rounds" not in screen)
        await pilot.press("escape")
        await shows(pilot, "ray_sample_rounds")
        await pilot.press("escape", "1", "colon")
        await pilot.press(*"sample_rounds")
        await shows(pilot, "Open ray_sample_rounds_total (7)")
        await pilot.press("enter")
        await shows(pilot, lambda screen: re.search(r"ray_sample_rounds_total|━ runs [\d.]+/s", screen) is not None)
        await shows(pilot, lambda screen: re.search(r"━ runs [\d.]+/s", screen) is not None)


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
