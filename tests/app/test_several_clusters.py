"""Several targets on one command line: all clusters side by side, and behind each the whole monitor."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest
from faults import Fault, in_front_of
from live import shows
from still import line_with, text
from textual.pilot import Pilot

from raymon_tui.backends.base import ConnectOptions
from raymon_tui.backends.resolve import resolve
from raymon_tui.tui.app import MonitorApp
from raymon_tui.tui.demo.cluster import RunningCluster
from raymon_tui.tui.options import MonitorOptions

pytestmark = pytest.mark.ray

NOBODY = "http://127.0.0.1:9"


@asynccontextmanager
async def side_by_side(targets: Sequence[str]) -> AsyncIterator[Pilot[int]]:
    """Run the program on several targets, until the block ends."""
    candidates = [one for target in targets for one in resolve(target, ConnectOptions())]
    app = MonitorApp(candidates, MonitorOptions(refresh_s=0.5), together=True)
    async with app.run_test(size=(140, 30)) as pilot:
        yield pilot


def row(pilot: Pilot[int], target: str) -> str:
    """Return the row of a cluster; a long name is cut."""
    return line_with(pilot.app, target.removeprefix("http://")[:20])


async def test_each_cluster_has_its_row_and_one_that_is_away_spoils_nothing(ray_cluster: RunningCluster) -> None:
    async with side_by_side([ray_cluster.dashboard_url, NOBODY]) as pilot:
        await shows(pilot, lambda screen: "1 live" in screen and "1 lost" in screen)
        await shows(pilot, lambda _: re.search(r"live +\d+/\d+", row(pilot, ray_cluster.dashboard_url)) is not None)
        assert "Connection refused" in row(pilot, NOBODY)


async def test_enter_opens_a_cluster_and_escape_comes_back_to_all(ray_cluster: RunningCluster) -> None:
    async with side_by_side([NOBODY, ray_cluster.dashboard_url]) as pilot:
        await shows(pilot, "1 live")
        await pilot.press("j", "enter")
        await shows(pilot, lambda screen: "Attention" in screen and "● live" in screen)
        await pilot.press("2")
        await shows(pilot, "ray.head.default")
        await pilot.press("escape")
        await shows(pilot, "2 clusters")
        assert pilot.app.is_running


async def test_a_cluster_that_refused_is_tried_again_when_it_is_opened(ray_cluster: RunningCluster) -> None:
    async with in_front_of(ray_cluster.dashboard_url) as server:
        server.fail(Fault.UNAUTHORIZED)
        async with side_by_side([server.url, NOBODY]) as pilot:
            await shows(pilot, "1 refused")
            server.fail(Fault.PASS)
            await pilot.press("enter")
            await shows(pilot, "1 live")
            await pilot.press("enter")
            await shows(pilot, "Attention")


async def test_the_rows_are_filtered_and_copied_as_in_every_table(ray_cluster: RunningCluster) -> None:
    async with side_by_side([ray_cluster.dashboard_url, NOBODY]) as pilot:
        await shows(pilot, "1 live")
        other = ray_cluster.dashboard_url.removeprefix("http://")[:14]
        await shows(pilot, other)
        await pilot.press("slash", *NOBODY.removeprefix("http://"), "enter")
        await shows(pilot, lambda screen: other not in screen)
        assert NOBODY in text(pilot.app)
        await pilot.press("c")
        assert pilot.app.clipboard == NOBODY
        await pilot.press("escape")
        await shows(pilot, other)
