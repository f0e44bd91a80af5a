"""Charts of a source that answers more slowly than new values come."""

from __future__ import annotations

from collections.abc import Sequence

import anyio
import pytest
from still import StillApp, comes, known

from raymon_tui.cluster.metrics.lines import Line, Lines
from raymon_tui.cluster.metrics.measure import Measure
from raymon_tui.cluster.monitor import METRICS
from raymon_tui.tui.charts.best_source import BestSource
from raymon_tui.tui.charts.source import Answered


class Slow:
    """Answers what was asked only once it may, and counts that."""

    def __init__(self) -> None:
        self.asked = 0
        self.may = anyio.Event()

    async def ask(
        self, measures: Sequence[Measure], start: float, end: float, _count: int, *, target: str | None = None
    ) -> Answered:
        self.asked += 1
        await self.may.wait()
        lines = tuple(Lines(start, end - start, (Line((), (7.0, 7.0)),)) for _ in measures)
        return Answered(f"slow {target or ''}", start, end - start, 2, lines)


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Slow:
    one = Slow()
    monkeypatch.setattr(BestSource, "ask", lambda _self, *given, **named: one.ask(*given, **named))
    return one


async def test_new_values_do_not_take_the_turn_of_charts_that_are_still_asked_for(slow: Slow) -> None:
    app = StillApp("metrics", known())
    async with app.run_test(size=(120, 34)) as pilot:
        while not slow.asked:
            await pilot.pause()
        before = slow.asked
        for _ in range(5):
            assert app.session is not None
            app._heard(app.session, app.monitor.snapshot, frozenset((METRICS,)))
            await pilot.pause()
        assert slow.asked == before
        slow.may.set()
        await comes(pilot, "CPU 7%")
        await pilot.press("enter")
        await comes(pilot, "every 15 min, slow")
