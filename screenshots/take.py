"""Makes the pictures of README from a live demo cluster: every pane at 140×45, and the overview at 80×24.

    python screenshots/take.py [--url http://127.0.0.1:8265] [--watch SECONDS] [--into DIRECTORY]

Without `--url` it starts a demo cluster of its own, and ends it.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
from collections.abc import Iterator
from pathlib import Path

from raymon_tui.backends.base import ConnectOptions
from raymon_tui.backends.resolve import resolve
from raymon_tui.tui.app import MonitorApp
from raymon_tui.tui.options import MonitorOptions
from raymon_tui.tui.panes.registry import TABS

LARGE, SMALL = (140, 45), (80, 24)
SETTLE_S = 6.0
DETAILS = ("nodes", "jobs", "metrics", "logs")
"""Panes of which the screen that Enter opens is taken too."""


async def take(url: str, into: Path, watch_s: float) -> None:
    """Watch the cluster for `watch_s` seconds, so that charts have something to show, then take every picture."""
    options = MonitorOptions(connect=ConnectOptions())
    app = MonitorApp(resolve(url, options.connect), options)
    async with app.run_test(size=LARGE) as pilot:
        await asyncio.sleep(watch_s)
        for tab in TABS:
            await pilot.press(tab.hotkey)
            await asyncio.sleep(SETTLE_S)
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


def main() -> None:
    """Take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--url")
    parser.add_argument("--watch", type=float, default=240.0)
    parser.add_argument("--into", type=Path, default=Path(__file__).parent)
    arguments = parser.parse_args()
    with cluster(arguments.url) as url:
        asyncio.run(take(url, arguments.into, arguments.watch))


if __name__ == "__main__":
    main()
