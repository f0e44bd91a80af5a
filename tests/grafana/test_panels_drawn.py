"""Panels of each kind as lines of text."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from raymon_tui.cluster.grafana.asking import PanelAnswer, Series, reduced
from raymon_tui.cluster.grafana.model import Kind, Panel, Place, Target, Threshold
from raymon_tui.tui.grafana.panel_lines import Look, panel_lines
from raymon_tui.tui.grafana.pictures import picture_of_panel
from raymon_tui.tui.grafana.section import columns_in, lines_of, span_of
from raymon_tui.tui.grafana.units import unit_of
from raymon_tui.widgets.curves import MOST_CURVES, stacked_up
from raymon_tui.widgets.table.line import text_of

ASKED = (Target(expr="up"),)
KINDS: tuple[Kind, ...] = ("timeseries", "stat", "gauge", "bargauge", "piechart", "table", "text", "other")


def answer(*values: tuple[str, tuple[float, ...]], **more: object) -> PanelAnswer:
    series = tuple(Series(name, (("job", name),), shown) for name, shown in values)
    return PanelAnswer(start=0.0, end=30.0, step_s=15.0, series=series, **more)  # type: ignore[arg-type]


def drawn(panel: Panel, shown: PanelAnswer, width: int = 44, height: int = 9) -> list[str]:
    return [text_of(line) for line in panel_lines(panel, shown, Look(width, height, ascii_only=True))]


TWO = answer(("reads", (1.0, 2.0, 30.0)), ("writes", (1.0, 2.0, 10.0)))


def test_a_stat_tells_the_value_first_and_how_it_came_to_it() -> None:
    lines = drawn(Panel(id=1, title="T", kind="stat", unit="bytes", targets=ASKED), answer(("heap", (1.0, 2048.0))))
    assert lines[0] == "2.0 KiB  heap"
    assert lines[2].rstrip().endswith("#")


def test_a_gauge_shows_how_full_and_in_which_state() -> None:
    panel = Panel(
        id=1, title="T", kind="gauge", unit="percent", targets=ASKED, thresholds=(Threshold(20.0, "dark-red"),)
    )
    lines = panel_lines(panel, TWO, Look(44, 9, ascii_only=True))
    assert text_of(lines[0]).startswith("reads ")
    assert text_of(lines[0]).endswith(" 30%")
    assert [piece.role for piece in lines[0]][1] == "bad"
    assert [piece.role for piece in lines[1]][1] == "accent"


def test_the_parts_of_a_pie_come_to_a_hundred_percent() -> None:
    lines = drawn(Panel(id=1, title="T", kind="piechart", targets=ASKED), TWO)
    assert [line.split()[-1] for line in lines] == ["75%", "25%"]


def test_a_table_shows_the_labels_that_differ() -> None:
    lines = drawn(Panel(id=1, title="T", kind="table", targets=ASKED), TWO)
    assert lines[0].split() == ["job", "value"]
    assert lines[1].split() == ["reads", "30"]


def test_what_is_not_known_is_no_zero() -> None:
    unknown = answer(("lost", (math.nan, math.nan)))
    for kind in ("stat", "gauge", "table"):
        assert "–" in "".join(drawn(Panel(id=1, title="T", kind=kind, targets=ASKED), unknown))  # type: ignore[arg-type]


def test_the_servers_words_stand_where_the_panel_would_be() -> None:
    failed = answer(failures=("query processing would load too many samples into memory",))
    assert "too many samples" in " ".join(drawn(Panel(id=1, title="T", targets=ASKED), failed))


def test_half_a_failure_leaves_the_other_half() -> None:
    half = answer(("reads", (1.0, 2.0, 3.0)), failures=("it went wrong",))
    lines = drawn(Panel(id=1, title="T", targets=ASKED), half)
    assert "it went wrong" in lines[0]
    assert "reads" in lines[-1]


def test_an_empty_panel_says_what_would_fill_it() -> None:
    panel = Panel(id=1, title="T", targets=(Target(expr="sum(ray_serve_num_http_requests_total)"),))
    assert "while a Serve application runs" in " ".join(drawn(panel, answer()))


def test_a_stack_ends_at_the_sum_of_all_however_many_there_are() -> None:
    many = answer(*((f"task {number}", (1.0, 1.0, float(number))) for number in range(20)))
    picture = picture_of_panel(Panel(id=1, title="T", stacked=True, targets=ASKED), many)
    assert len(picture.curves) == MOST_CURVES
    assert picture.curves[-1].name == "15 others"
    assert stacked_up(picture.curves)[-1].values == (20.0, 20.0, sum(range(20)))


def test_a_line_that_is_not_stacked_stays_where_it_is() -> None:
    limit = Series("MAX", (), (9.0, 9.0), apart=True)
    both = answer(("a", (1.0, 1.0)), ("b", (2.0, 2.0)))
    picture = picture_of_panel(
        Panel(id=1, title="T", stacked=True, targets=ASKED),
        PanelAnswer(start=0.0, end=15.0, step_s=15.0, series=(*both.series, limit)),
    )
    tops = {curve.name: curve.values[-1] for curve in stacked_up(picture.curves)}
    assert tops == {"MAX": 9.0, "b": 2.0, "a": 3.0}


def test_series_of_nothing_but_zero_are_left_out_where_the_dashboard_wants_that() -> None:
    shown = answer(("busy", (0.0, 2.0)), ("idle", (0.0, 0.0)))
    wanted = Panel(id=1, title="T", targets=ASKED, hide_zero=True)
    assert [curve.name for curve in picture_of_panel(wanted, shown).curves] == ["busy"]
    idle = answer(("idle", (0.0, 0.0)))
    assert [curve.name for curve in picture_of_panel(wanted, idle).curves] == ["idle"]


@pytest.mark.parametrize(
    ("unit", "value", "expected"),
    [
        ("short", 1234.5, "1,234.5"),
        ("short", 12_345.0, "12.3 K"),
        ("bytes", 1024.0**2, "1.0 MiB"),
        ("decbytes", 2e6, "2 MB"),
        ("Bps", 1500.0, "1.5 kB/s"),
        ("binBps", 1536.0, "1.5 KiB/s"),
        ("GBs", 2.5, "2.5 GB/s"),
        ("percentunit", 0.256, "25.6%"),
        ("percent", 74.0, "74%"),
        ("s", 0.0004, "400µs"),
        ("ms", 1500.0, "1.5s"),
        ("ops", 12.0, "12/s"),
        ("tasks", 3.0, "3"),
        ("short", math.inf, "∞"),
    ],
)
def test_units_of_grafana_are_written_as_everywhere_here(unit: str, value: float, expected: str) -> None:
    assert unit_of(unit).write(value) == expected


def test_a_word_that_is_no_unit_says_what_is_counted() -> None:
    assert unit_of("suffix:tokens/s").word == "tokens/s"
    assert unit_of("\x1b[31mtasks").word == "␛[31mtasks"


def test_series_become_one_number_as_the_panel_says() -> None:
    values = (math.nan, 4.0, 2.0, math.nan)
    calcs = ("lastNotNull", "last", "mean", "max", "min", "sum", "count", "strange")
    assert [reduced(values, calc) for calc in calcs] == [2.0, None, 3.0, 4.0, 2.0, 6.0, 2.0, 2.0]
    assert reduced((math.nan,), "max") is None


def test_the_grid_is_folded_to_the_terminal() -> None:
    assert [columns_in(width) for width in (80, 120, 140)] == [1, 2, 3]
    half, whole = Place(w=12), Place(w=24)
    assert [span_of(half, columns) for columns in (1, 2, 3)] == [1, 1, 1]
    assert [span_of(whole, columns) for columns in (1, 2, 3)] == [1, 2, 3]
    assert lines_of([1, 1, 2, 1], 2) == [[1, 1], [2], [1]]


def test_what_is_left_of_a_line_goes_to_its_last_panel() -> None:
    assert lines_of([1, 3, 1, 1], 3) == [[3], [3], [1, 1]]
    assert lines_of([], 3) == []


@given(
    st.sampled_from(KINDS),
    st.lists(st.tuples(st.text(max_size=30), st.lists(st.floats(), min_size=1, max_size=5)), max_size=9),
    st.lists(st.text(max_size=200), max_size=2),
    st.integers(1, 100),
    st.integers(1, 30),
)
def test_nothing_is_wider_or_higher_than_its_room(
    kind: Kind, series: list[tuple[str, list[float]]], failures: list[str], width: int, height: int
) -> None:
    shown = answer(*((name, tuple(values)) for name, values in series), failures=tuple(failures))
    lines = drawn(Panel(id=1, title="T", kind=kind, targets=ASKED, text="words " * 40), shown, width, height)
    assert len(lines) <= height
    if width >= 40:
        assert all(cell_len(line) <= width for line in lines)
