"""Several curves in one chart: told apart by a legend, with values at a cursor and times that are those of a clock."""

from __future__ import annotations

import math
from datetime import datetime

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from raymon_tui.widgets.curves import (
    CURVE_ROLES,
    MOST_CURVES,
    NamedCurve,
    Picture,
    label_cells,
    picture_lines,
    stacked_up,
)
from raymon_tui.widgets.numbers import count, percent
from raymon_tui.widgets.table.line import text_of

NOW = 1_795_456_400.0


def picture(*curves: NamedCurve, end: float = NOW, span_s: float = 900, cursor: int | None = None) -> Picture:
    return Picture(curves, end - span_s, end, percent, high=100.0, cursor=cursor)


def drawn(shown: Picture, width: int = 60, height: int = 10, legend_lines: int = 1) -> list[str]:
    lines = picture_lines(shown, width, height, now=NOW, legend_lines=legend_lines, ascii_only=True)
    return [text_of(line) for line in lines]


@given(
    st.lists(st.lists(st.one_of(st.just(math.nan), st.floats(-1e12, 1e12)), min_size=2, max_size=40), max_size=9),
    st.integers(1, 100),
    st.integers(1, 20),
    st.one_of(st.none(), st.integers(0, 39)),
    st.integers(1, 3),
)
def test_a_chart_of_curves_keeps_to_its_room(
    values: list[list[float]], width: int, height: int, cursor: int | None, legend_lines: int
) -> None:
    curves = tuple(NamedCurve(f"10.0.0.{place}", tuple(one)) for place, one in enumerate(values))
    shown = Picture(curves, NOW - 900, NOW, count, cursor=cursor)
    lines = picture_lines(shown, width, height, now=NOW, legend_lines=legend_lines)
    assert len(lines) <= height
    if width >= 40:
        assert all(cell_len(text_of(line)) <= width for line in lines)


def test_the_legend_names_each_curve_with_its_last_value() -> None:
    lines = drawn(picture(NamedCurve("head", (10.0, 20.0)), NamedCurve("worker", (80.0, math.nan))))
    assert lines[-1] == "- head 20%  - worker 80%"


def test_the_legend_tells_the_values_at_the_cursor_and_an_unknown_one_is_no_zero() -> None:
    lines = drawn(picture(NamedCurve("head", (10.0, 20.0)), NamedCurve("worker", (80.0, math.nan)), cursor=1))
    assert lines[-1] == "- head 20%  - worker –"
    assert any("|" in line for line in lines[:-2])


def test_more_curves_than_colours_are_counted_and_not_hidden() -> None:
    curves = [NamedCurve(f"n{place}", (1.0, 2.0)) for place in range(MOST_CURVES + 3)]
    assert drawn(picture(*curves), width=80)[-1].endswith("+3")


def test_every_curve_has_a_colour_of_its_own() -> None:
    curves = [NamedCurve(str(place), (place * 10.0, place * 10.0)) for place in range(MOST_CURVES)]
    roles = {piece.role for line in picture_lines(picture(*curves), 80, 16, now=NOW) for piece in line}
    assert set(CURVE_ROLES) <= roles


def test_a_curve_has_the_same_colour_in_the_chart_and_in_the_legend_wherever_it_stands() -> None:
    above = NamedCurve("b", (90.0, 90.0), colour=CURVE_ROLES[1])
    shown = picture(above, NamedCurve("a", (10.0, 10.0), colour=CURVE_ROLES[0]))
    *chart, legend = picture_lines(shown, 60, 10, now=NOW)
    marks = [piece.role for piece in legend if piece.text.startswith("━")]
    assert marks == [CURVE_ROLES[1], CURVE_ROLES[0]]
    drawn_in = [piece.role for line in chart for piece in line if piece.role in CURVE_ROLES and piece.text.strip()]
    assert list(dict.fromkeys(drawn_in)) == marks


def test_a_chart_that_ends_now_counts_back_and_one_of_the_past_tells_the_clock() -> None:
    curve = NamedCurve("", (10.0, 20.0))
    assert drawn(picture(curve))[-1].endswith("now")
    past = drawn(picture(curve, end=NOW - 7200))[-1]
    round_time = datetime.fromtimestamp((NOW - 7200) // 300 * 300).astimezone().strftime("%H:%M")
    assert round_time in past
    assert "now" not in past


def test_a_value_far_beyond_the_axis_leaves_the_chart_and_the_program_alone() -> None:
    wild = NamedCurve("", (10.0, 1e12, 20.0, -1e12, 30.0, 3e299, math.inf) * 6)
    assert len(drawn(picture(wild), width=90, height=20)) <= 20


def test_what_is_stacked_is_drawn_above_what_comes_before_and_told_as_it_is() -> None:
    shown = picture(NamedCurve("below", (40.0, 40.0)), NamedCurve("above", (50.0, 50.0)))._replace(stacked=True)
    lines = drawn(shown)
    assert "*" in lines[1]
    assert "above 50%" in lines[-1]


def test_a_gap_in_a_stack_adds_nothing_to_what_stands_on_it() -> None:
    below, above = NamedCurve("below", (1.0, math.nan)), NamedCurve("above", (2.0, 2.0))
    assert [curve.values for curve in stacked_up((below, above))][1] == (3.0, 2.0)


def test_charts_below_each_other_begin_at_the_same_place() -> None:
    one = picture(NamedCurve("", (10.0, 20.0)))
    other = Picture((NamedCurve("", (1.0, 123_456.0)),), NOW - 900, NOW, count)
    margin = max(label_cells(one), label_cells(other))
    assert label_cells(one) < margin
    ends = [
        text_of(picture_lines(shown, 60, 10, now=NOW, ascii_only=True, margin=margin)[0])[: margin + 1]
        for shown in (one, other)
    ]
    assert all(len(end.rstrip()) == margin and end.endswith(" ") for end in ends)
    assert label_cells(picture()) == 0
