"""The nodes pane and the page of one node, driven by keys."""

from __future__ import annotations

from msgspec import structs
from still import LARGE, SMALL, StillApp, comes, known, line_with, lines, text

from raymon_tui.cluster.feeds.parametrised import node_feed
from raymon_tui.cluster.model.node import NodeDetail, WorkerProcess

PROCESS = WorkerProcess(pid=4711, name="ray::train", rss=3.0 * 2**30, running_tasks=1)
DEAD = structs.replace(SMALL, node_id="d" * 56, ip="10.0.0.9", state="DEAD", state_message="Unexpected termination")


async def test_each_node_is_a_row_with_what_it_has_and_what_is_used() -> None:
    app = StillApp("nodes", known())
    async with app.run_test(size=(140, 45)) as pilot:
        await comes(pilot, "10.0.0.2")
        assert "3.8/4" in line_with(app, "10.0.0.1")
        assert "8/8" in line_with(app, "10.0.0.2")
        assert "0/1" in line_with(app, "10.0.0.2")


async def test_the_page_of_a_node_says_what_is_used_and_by_whom() -> None:
    detail = NodeDetail(node=structs.replace(SMALL, resources_used=None), workers=(PROCESS,))
    app = StillApp("nodes", known((node_feed(SMALL.node_id), detail)))
    async with app.run_test(size=(140, 45)) as pilot:
        await comes(pilot, "10.0.0.1")
        await pilot.press("enter")
        await comes(pilot, "ray::train")
        assert "3.8 of 4" in text(app)
        assert "3.0 GiB" in line_with(app, "4711")


async def test_a_node_that_vanished_keeps_its_page() -> None:
    detail = NodeDetail(node=SMALL, workers=(PROCESS,))
    app = StillApp("nodes", known((node_feed(SMALL.node_id), detail)))
    async with app.run_test(size=(140, 45)) as pilot:
        await comes(pilot, "10.0.0.1")
        await pilot.press("enter")
        await comes(pilot, "ray::train")
        app.knows(known((node_feed(SMALL.node_id), NodeDetail(node=None)), nodes=(LARGE,)))
        await comes(pilot, "does not know the node any more")
        assert "10.0.0.1" in text(app)
        assert "of 4" in text(app)


async def test_a_dead_node_says_why_and_counts_for_nothing() -> None:
    app = StillApp("nodes", known(nodes=(SMALL, DEAD)))
    async with app.run_test(size=(140, 45)) as pilot:
        await comes(pilot, "10.0.0.9")
        assert "✕" in line_with(app, "10.0.0.9")
        assert any("1 dead" in line for line in lines(app))
