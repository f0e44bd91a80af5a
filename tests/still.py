"""The program on a cluster that stands still: one snapshot, never asked anew."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from textual.app import App
from textual.pilot import Pilot

from raymon_tui.backends.base import Backend
from raymon_tui.backends.http import HttpBackend
from raymon_tui.backends.resolve import Candidate
from raymon_tui.backends.targets import UrlTarget
from raymon_tui.cluster.feeds.catalogue import NODES
from raymon_tui.cluster.feeds.feed import Feed, FeedError, Reading
from raymon_tui.cluster.model.node import Node
from raymon_tui.cluster.monitor import Monitor
from raymon_tui.cluster.prometheus.options import PrometheusOptions
from raymon_tui.cluster.snapshot import Link, Snapshot
from raymon_tui.tui import app
from raymon_tui.tui.app import MonitorApp
from raymon_tui.tui.charts.best_source import BestSource
from raymon_tui.tui.options import MonitorOptions
from raymon_tui.tui.screens.main_screen import MainScreen
from raymon_tui.tui.session import Session, Viewing

NOW = time.time()
WILD = "[bold]wild \x1b[31mred\x1b[0m\n\tname" + "x" * 10_000
"""A name with terminal escapes, markup, line breaks, and no end."""

SMALL = Node(
    node_id="a" * 56,
    ip="10.0.0.1",
    is_head=True,
    resources_total={"CPU": 4.0, "memory": 2.0**34},
    resources_used={"CPU": 3.8},
)
LARGE = Node(
    node_id="b" * 56,
    ip="10.0.0.2",
    resources_total={"CPU": 8.0, "GPU": 1.0, "memory": 2.0**35},
    resources_used={"CPU": 8.0, "GPU": 0.0},
)


def known(*answers: tuple[Feed[Any], Any], nodes: tuple[Node, ...] = (SMALL, LARGE)) -> Snapshot:
    """Return a snapshot in which these feeds were answered just now."""
    readings = {
        feed.name: Reading(value=value, read_at=NOW, took_s=0.01, interval_s=600.0)
        for feed, value in ((NODES, nodes), *answers)
    }
    return Snapshot(at=NOW, link=Link(state="live", since=NOW), readings=readings)


def failing(feed: Feed[Any], said: str) -> Snapshot:
    """Return a snapshot in which this feed was never answered."""
    return Snapshot(at=NOW, readings={feed.name: Reading(error=FeedError(said=said, since=NOW))})


class StillMonitor(Monitor):
    """Shows what it was given, and remembers which feeds the screen wants."""

    def __init__(self, backend: Backend, snapshot: Snapshot, prometheus: PrometheusOptions | None = None) -> None:
        super().__init__(backend, prometheus=prometheus)
        self.snapshot = snapshot
        self.wanted: tuple[str, ...] = ()

    def want(self, owner: str, feeds: Iterable[Feed[Any]]) -> None:
        if owner == "screen":
            self.wanted = tuple(feed.name for feed in feeds)


class StillApp(MonitorApp):
    """The program, opened on one pane; `clock` gives the present moment."""

    CSS_PATH = str(Path(app.__file__).with_name("app.tcss"))

    def __init__(
        self,
        pane_id: str,
        snapshot: Snapshot,
        options: MonitorOptions | None = None,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        backend = HttpBackend(UrlTarget("http", "127.0.0.1", 9), environ={})
        super().__init__((Candidate("still", lambda: backend),), options or MonitorOptions())
        self.monitor = StillMonitor(backend, snapshot, self.options.prometheus)
        self._first = pane_id
        self._clock = clock

    def open_cluster(self, backend: Backend, own: MonitorOptions | None = None) -> None:
        charts = BestSource(self.monitor)
        viewing = Viewing(self.options.refresh_s)
        self.session = Session(backend, self.monitor, self.options, viewing, charts, self._clock)
        self.push_screen(MainScreen(self.session, self._first))

    def knows(self, snapshot: Snapshot) -> None:
        """Have the monitor know something else from now on, all of it new."""
        self.monitor.snapshot = snapshot
        assert self.session is not None
        self._heard(self.session, snapshot, frozenset(snapshot.readings))


def lines(on: App[int]) -> list[str]:
    """Return what stands on the screen, a string a line."""
    return ["".join(segment.text for segment in strip).rstrip() for strip in on.screen._compositor.render_strips()]


def text(on: App[int]) -> str:
    """Return what stands on the screen."""
    return "\n".join(lines(on))


async def comes(pilot: Pilot[int], words: str) -> None:
    """Wait until `words` stand on the screen."""
    for _ in range(200):
        if words in text(pilot.app):
            return
        await pilot.pause()
    raise AssertionError(f"{words!r} did not come:\n{text(pilot.app)}")


def line_with(on: App[int], words: str) -> str:
    """Return the first line on the screen that holds `words`."""
    found = [line for line in lines(on) if words in line]
    assert found, f"{words!r} is not on the screen:\n{text(on)}"
    return found[0]
