"""Makes the pictures of README from a live demo cluster: every pane at 140×45, and the overview at 80×24.

A Prometheus server beside it (Debian's package) scrapes the cluster meanwhile, for Grafana's dashboards.

    python screenshots/take.py [--url http://127.0.0.1:8265] [--watch SECONDS] [--charts] [--into DIRECTORY]

Without `--url` it starts a demo cluster of its own, and ends it.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from textual.pilot import Pilot

from raymon_tui.backends.base import ConnectOptions, Endpoint
from raymon_tui.backends.local import LocalBackend
from raymon_tui.backends.resolve import Candidate, resolve
from raymon_tui.cluster.prometheus.options import PrometheusOptions
from raymon_tui.tui.app import MonitorApp
from raymon_tui.tui.options import MonitorOptions
from raymon_tui.tui.panes.registry import TABS

LARGE, SMALL = (140, 45), (80, 24)
SETTLE_S = 6.0
CONFIG = """
global: {scrape_interval: 5s}
scrape_configs: [{job_name: ray, file_sd_configs: [{files: [%s], refresh_interval: 2s}]}]
"""
DETAILS = ("nodes", "jobs", "metrics", "logs")
"""Panes of which the screen that Enter opens is taken too."""


async def take(url: str, prometheus: str, into: Path, watch_s: float, *, charts_alone: bool) -> None:
    """Watch the cluster for `watch_s` seconds, so that charts have something to show, then take every picture."""
    options = MonitorOptions(connect=ConnectOptions(), prometheus=PrometheusOptions(url=prometheus))
    app = MonitorApp(candidates(url, options.connect), options)
    async with app.run_test(size=LARGE) as pilot:
        await asyncio.sleep(watch_s)
        await _charts_of_a_node(app, pilot, into)
        await _dashboards(app, pilot, into)
        if charts_alone:
            await _press(pilot, "7", "comma")
            _save(app, into / "metrics.svg")
            return
        for tab in TABS:
            await _press(pilot, tab.hotkey, *(("comma",) if tab.pane_id == "metrics" else ()))
            _save(app, into / f"{tab.pane_id}.svg")
            if tab.pane_id in DETAILS:
                await pilot.press("enter")
                await asyncio.sleep(SETTLE_S)
                _save(app, into / f"{tab.pane_id}-detail.svg")
                await pilot.press("escape")
        await pilot.press("1")
        await pilot.resize_terminal(*SMALL)
        await asyncio.sleep(SETTLE_S)
        _save(app, into / "overview-80x24.svg")


def candidates(url: str, options: ConnectOptions) -> Sequence[Candidate]:
    """Return the cluster at a URL, as on its head node where that is this machine: files are there, too."""
    parts = urlsplit(url)
    if parts.hostname != "127.0.0.1" or parts.port is None:
        return resolve(url, options)
    head = Endpoint(parts.hostname, parts.port)
    return (Candidate(url, lambda: LocalBackend(head, options)),)


async def _charts_of_a_node(app: MonitorApp, pilot: Pilot[int], into: Path) -> None:
    await _press(pilot, "2", "enter", "m", "comma")
    _save(app, into / "node-charts.svg")
    await _press(pilot, "escape", "escape")


async def _dashboards(app: MonitorApp, pilot: Pilot[int], into: Path) -> None:
    await _press(pilot, "0", "left_square_bracket")
    _save(app, into / "grafana-list.svg")
    await pilot.press("slash", *"Default", "enter")
    await _press(pilot, "enter", "comma", "comma", "comma")
    await asyncio.sleep(2 * SETTLE_S)
    _save(app, into / "grafana.svg")
    await _press(pilot, "escape", "escape", "1")


async def _press(pilot: Pilot[int], *keys: str) -> None:
    """Press keys, each when what the one before it led to has had time to come."""
    for key in keys:
        await pilot.press(key)
        await asyncio.sleep(SETTLE_S)


def _save(app: MonitorApp, path: Path) -> None:
    path.write_text(app.export_screenshot(), encoding="utf-8")
    print(path)


@contextlib.contextmanager
def cluster(url: str | None) -> Iterator[str]:
    """Give the URL of the cluster to look at."""
    if url is not None:
        yield url
        return
    from raymon_tui.tui.demo.cluster import plan_cluster, running

    with running(plan_cluster()) as demo:
        yield demo.dashboard_url


@contextlib.contextmanager
def scraped(url: str) -> Iterator[str]:
    """Give the URL of a Prometheus server that scrapes the cluster as `raymon-tui targets` says."""
    sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))
    from prometheus import prometheus

    watch = (sys.executable, "-m", "raymon_tui.tui", "targets", url, "--every", "2", "--watch")
    with tempfile.TemporaryDirectory() as directory:
        targets = Path(directory, "targets.json")
        with (
            subprocess.Popen((*watch, str(targets)), stdout=subprocess.DEVNULL) as watching,  # noqa: S603 - our own
            prometheus(Path(directory), CONFIG % json.dumps(str(targets))) as server,
        ):
            try:
                yield server
            finally:
                watching.terminate()


def main() -> None:
    """Take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--url")
    parser.add_argument("--watch", type=float, default=240.0)
    parser.add_argument("--charts", action="store_true", help="take those of charts alone")
    parser.add_argument("--into", type=Path, default=Path(__file__).parent)
    arguments = parser.parse_args()
    with cluster(arguments.url) as url, scraped(url) as prometheus:
        asyncio.run(take(url, prometheus, arguments.into, arguments.watch, charts_alone=arguments.charts))


if __name__ == "__main__":
    main()
