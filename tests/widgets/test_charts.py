"""Charts over time: honest axes, gaps where nothing was measured, and drawn only when there is something new."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from textual.app import App, ComposeResult

from raymon_tui.widgets import numbers
from raymon_tui.widgets.axes import scale_of, time_line
from raymon_tui.widgets.chart import Chart, Curve, Plot, chart
from raymon_tui.widgets.content import Content
from raymon_tui.widgets.palette import themes
from raymon_tui.widgets.table.line import text_of


def drawn(values: tuple[float | None, ...], width: int = 60, height: int = 8, *, ascii_only: bool = False) -> list[str]:
    lines = chart(
        (Curve(values),), width, height, span_s=900, unit=numbers.percent, low=0, high=100, ascii_only=ascii_only
    )
    return [text_of(line) for line in lines]


@given(
    st.lists(st.one_of(st.none(), st.floats(-1e12, 1e12)), max_size=60),
    st.integers(0, 90),
    st.integers(0, 20),
    st.booleans(),
)
def test_a_chart_keeps_to_its_room(values: list[float | None], width: int, height: int, ascii_only: bool) -> None:
    lines = chart((Curve(tuple(values)),), width, height, span_s=900, unit=numbers.count, ascii_only=ascii_only)
    assert len(lines) <= height
    if width >= 40:
        assert all(cell_len(text_of(line)) <= width for line in lines)
    if ascii_only and lines and not values:
        assert all(text_of(line).isascii() for line in lines)


def test_a_chart_names_its_bounds_and_its_times() -> None:
    lines = drawn((0.0, 50.0, 100.0))
    assert [line[:5].strip() for line in lines] == ["100%", "", "", "50%", "", "", "0%", ""]
    assert lines[-1].split() == ["-15m", "-10m", "-5m", "now"]
    assert lines[-1].endswith("now")


def test_what_was_not_measured_is_a_gap_and_not_zero() -> None:
    lines = drawn((80.0,) * 20 + (None,) * 20 + (80.0,) * 20, ascii_only=True)
    (row,) = [line for line in lines if "*" in line]
    left, right = row.index(" ", 6), row.rindex(" ")
    assert 14 <= left <= 26
    assert 38 <= right <= 46
    assert "*" not in row[left:right]


def test_a_lone_value_is_now_at_the_right_edge() -> None:
    assert [line[-1] == "*" for line in drawn((50.0,), ascii_only=True)].count(True) == 1


def test_curves_have_a_role_each() -> None:
    lines = chart(
        (Curve((1.0, 1.0)), Curve((9.0, 9.0), "warning")), 40, 6, span_s=60, unit=numbers.count, low=0, high=10
    )
    assert {piece.role for line in lines for piece in line if piece.text.strip()} == {"dim", "accent", "warning"}


def test_a_chart_without_values_says_why() -> None:
    lines = chart((Curve((None, None)),), 40, 8, span_s=900, unit=numbers.count, empty="the first answer is awaited")
    assert [text_of(line) for line in lines] == ["the first answer is awaited"]


def test_where_there_is_no_room_for_a_curve_the_last_value_is_said() -> None:
    assert drawn((10.0, 42.0), 9, 3) == ["42%"]
    assert drawn((10.0, None), 9, 3) == ["–"]


@pytest.mark.parametrize(
    ("known", "binary", "unit", "top"),
    [
        ([61.2], False, numbers.percent, "80%"),
        ([0.3], False, numbers.amount, "0.4"),
        ([10.0], False, numbers.count, "10"),
        ([61.2 * 2**30], True, numbers.size, "80.0 GiB"),
        ([999.0 * 2**20], True, numbers.size, "1.0 GiB"),
        ([0.3], True, numbers.size, "1 B"),
        ([0.0], False, numbers.count, "1"),
    ],
)
def test_an_axis_ends_at_a_number_that_reads_well(
    known: list[float], binary: bool, unit: Callable[[float], str], top: str
) -> None:
    scale = scale_of(known, None, None, binary=binary)
    assert (scale.low, unit(scale.high)) == (0.0, top)


@given(st.lists(st.floats(-1e15, 1e15, allow_subnormal=False), min_size=1), st.booleans())
def test_an_axis_holds_all_values_and_zero(known: list[float], binary: bool) -> None:
    scale = scale_of(known, None, None, binary=binary)
    assert scale.low <= min(0.0, *known) * 0.999999
    assert scale.high >= max(0.0, *known) * 0.999999
    assert scale.low < scale.high


@pytest.mark.parametrize(
    ("width", "span_s", "labels"),
    [
        (70, 900, "-15m -10m -5m now"),
        (30, 900, "-10m now"),
        (70, 300, "-5m -4m -3m -2m -1m now"),
        (70, 3600, "-1h -45m -30m -15m now"),
        (70, 86400, "-1d -18h -12h -6h now"),
        (70, 7 * 86400, "-6d -4d -2d now"),
        (8, 900, "now"),
    ],
)
def test_times_are_round_distances_to_now(width: int, span_s: float, labels: str) -> None:
    line = time_line(width, span_s)
    assert len(line) == width
    assert line.split() == labels.split()


class ChartApp(App[None]):
    def __init__(self) -> None:
        super().__init__()
        for theme in themes():
            self.register_theme(theme)
        self.theme = "raymon-dark"

    def compose(self) -> ComposeResult:
        yield Chart()


async def test_a_chart_is_drawn_again_only_for_other_values_or_another_size(monkeypatch: pytest.MonkeyPatch) -> None:
    app = ChartApp()
    async with app.run_test(size=(60, 10)) as pilot:
        shown: list[tuple[Content, ...]] = []
        widget = app.query_one(Chart)
        monkeypatch.setattr(widget, "show", shown.append)
        widget.plot(Plot((Curve((1.0, 2.0)),), 60.0, numbers.count))
        widget.plot(Plot((Curve((1.0, 2.0)),), 60.0, numbers.count))
        assert [len(lines) for lines in shown] == [10]
        widget.plot(Plot((Curve((1.0, 3.0)),), 60.0, numbers.count))
        await pilot.resize_terminal(50, 8)
        await pilot.pause()
        assert [len(lines) for lines in shown] == [10, 10, 8]
