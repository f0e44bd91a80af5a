"""Meters, sparklines, bars, numbers and cleaned text: exact widths, honest values."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from raymon_tui.widgets import numbers
from raymon_tui.widgets.content import Content, plain
from raymon_tui.widgets.log_text import folded, shown_line
from raymon_tui.widgets.meter import meter
from raymon_tui.widgets.sparkline import sparkline
from raymon_tui.widgets.stacked_bar import Share, stacked_bar


def text_of(content: Content) -> str:
    return "".join(piece.text for piece in content)


shares = st.one_of(st.none(), st.floats(-1, 2))


@given(shares, st.integers(0, 60), st.booleans())
def test_a_meter_is_exactly_as_wide_as_its_room(share: float | None, width: int, ascii_only: bool) -> None:
    assert cell_len(text_of(meter(share, width, ascii_only=ascii_only))) == width


def test_an_unknown_share_does_not_look_like_none() -> None:
    assert meter(None, 10) != meter(0.0, 10)
    assert meter(None, 10, ascii_only=True) != meter(0.0, 10, ascii_only=True)


def test_a_meter_shows_something_of_a_little_and_leaves_something_of_nearly_all() -> None:
    assert text_of(meter(0.001, 10)).startswith("╸")
    assert text_of(meter(0.999, 10)) == "━" * 9 + "╸"
    assert text_of(meter(1.0, 10)) == "━" * 10
    assert text_of(meter(0.001, 10, ascii_only=True)) == "=---------"
    assert text_of(meter(0.999, 10, ascii_only=True)) == "=========-"


@given(st.lists(st.one_of(st.none(), st.floats(-1e6, 1e6)), max_size=40), st.integers(0, 40), st.booleans())
def test_a_sparkline_is_exactly_as_wide_as_its_room(values: list[float | None], width: int, ascii_only: bool) -> None:
    assert cell_len(text_of(sparkline(values, width, ascii_only=ascii_only))) == width


@given(st.lists(st.floats(0, 100), min_size=1, max_size=40))
def test_no_bar_of_a_sparkline_reaches_the_row_above(values: list[float]) -> None:
    assert not set(text_of(sparkline(values, 40))) & set("▇█")


def test_what_was_not_measured_is_a_gap_in_a_sparkline() -> None:
    assert text_of(sparkline([0.0, None, 100.0], 3, low=0, high=100)) == "▁ ▆"


@given(st.lists(st.builds(Share, st.floats(0, 1e9), st.just("good")), max_size=6), st.integers(0, 80))
def test_a_stacked_bar_is_exactly_as_wide_as_its_room(parts: list[Share], width: int) -> None:
    assert cell_len(text_of(stacked_bar(parts, width))) == width


@given(st.lists(st.integers(0, 10**9), max_size=8), st.integers(8, 80))
def test_every_part_that_is_there_has_a_cell(amounts: list[int], width: int) -> None:
    bar = stacked_bar([Share(float(amount), "good") for amount in amounts], width)
    assert not any(amounts) or len(bar) == sum(1 for amount in amounts if amount)


def test_one_failure_among_many_is_still_seen() -> None:
    bar = stacked_bar([Share(1_000_000, "good"), Share(1, "bad")], 40)
    assert [(piece.role, len(piece.text)) for piece in bar] == [("good", 39), ("bad", 1)]


@given(st.text())
def test_no_control_code_passes(text: str) -> None:
    cleaned = plain(text)
    assert not any(unicodedata.category(character) in ("Cc", "Zl", "Zp") for character in cleaned)
    assert not any(0x202A <= ord(character) <= 0x202E for character in cleaned)


@given(st.text(), st.integers(1, 50))
def test_text_from_outside_is_bounded(text: str, limit: int) -> None:
    assert len(plain(text, limit)) <= limit


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("\x1b[36m(autoscaler +2s)\x1b[0m Resized", "(autoscaler +2s) Resized"),
        ("10%\r 50%\r100%\r\n", "100%"),
        ("a\tb", "a       b"),
        ("\x1b]0;title\x07text", "text"),
        ("bell\x07", "bell␇"),
    ],
)
def test_a_line_of_a_log_is_shown_as_its_terminal_would_have_left_it(raw: str, shown: str) -> None:
    assert shown_line(raw) == shown


@given(st.text(), st.integers(2, 60))
def test_folding_loses_nothing_but_line_breaks(text: str, width: int) -> None:
    line = shown_line(text)
    parts = folded(line, width)
    assert "".join(parts) == line
    assert all(cell_len(part) <= width for part in parts)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.012, "12ms"),
        (0.8, "800ms"),
        (1.5, "1.5s"),
        (41, "41s"),
        (252, "4m 12s"),
        (3600 * 5, "5h 0m"),
        (273600, "3d 4h"),
    ],
)
def test_durations_read_as_people_say_them(seconds: float, text: str) -> None:
    assert numbers.duration(seconds) == text


@pytest.mark.parametrize(
    ("value", "text"), [(0, "0 B"), (1023, "1023 B"), (61.2 * 2**30, "61.2 GiB"), (None, "–"), (2**50, "1.0 PiB")]
)
def test_sizes_have_units_that_people_read(value: float | None, text: str) -> None:
    assert numbers.size(value) == text
