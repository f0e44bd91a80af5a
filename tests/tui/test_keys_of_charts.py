"""The keys of the wall of charts, and of the charts of one node."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from still import StillApp, comes, known, text
from textual.pilot import Pilot

from raymon_tui.cluster.metrics.charts import CHARTS
from raymon_tui.cluster.metrics.lines import Line, Lines
from raymon_tui.cluster.metrics.measure import Measure
from raymon_tui.cluster.model.node import Node
from raymon_tui.tui.charts.best_source import BestSource
from raymon_tui.tui.charts.source import Answered
from raymon_tui.tui.charts.wall import ChartWall
from raymon_tui.tui.screens.node_charts_screen import NodeChartsScreen


@pytest.fixture(autouse=True)
def every_chart_has_values(monkeypatch: pytest.MonkeyPatch) -> None:
    async def ask(
        _self: BestSource, measures: Sequence[Measure], start: float, end: float, _count: int, **_named: object
    ) -> Answered:
        lines = tuple(Lines(start, end - start, (Line((), (7.0, 7.0)),)) for _ in measures)
        return Answered("scraped", start, end - start, 2, lines)

    monkeypatch.setattr(BestSource, "ask", ask)


def chosen(pilot: Pilot[None]) -> str:
    current = pilot.app.screen.query_one(ChartWall).current
    return "" if current is None else current.chart.id


async def test_pages_and_both_ends_of_the_wall_are_one_key_away() -> None:
    app = StillApp("metrics", known())
    async with app.run_test(size=(120, 34)) as pilot:
        await comes(pilot, "CPU 7%")
        for keys, wanted in (
            (("G",), CHARTS[-1].id),
            (("g",), "cpu"),
            (("pagedown",), CHARTS[9].id),
            (("l", "pageup"), CHARTS[1].id),
            (("end",), CHARTS[-1].id),
            (("pagedown",), CHARTS[-1].id),
        ):
            await pilot.press(*keys)
            await pilot.pause()
            assert chosen(pilot) == wanted, keys


async def test_the_charts_of_one_node_offer_no_line_a_node() -> None:
    app = StillApp("metrics", known())
    async with app.run_test(size=(120, 34)) as pilot:
        await comes(pilot, "n by node")
        assert app.session is not None
        await app.push_screen(NodeChartsScreen(app.session, Node(node_id="a" * 56, ip="10.0.0.1", hostname="one")))
        await comes(pilot, "Charts of 10.0.0.1")
        await comes(pilot, "CPU 7%")
        assert "by node" not in text(app)
        await pilot.press("enter")
        await comes(pilot, "zoom in")
        assert "by node" not in text(app)
