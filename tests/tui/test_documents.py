"""The words of a detail, and raw answers without secrets."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from raymon_tui.tui.screens.document import Field, Section, document, wrapped
from raymon_tui.tui.screens.redacted import HIDDEN, laid_out
from raymon_tui.widgets.content import Piece, plain


def test_labels_are_as_wide_as_the_widest() -> None:
    lines = document([Section("Node", (Field("up", "3d"), Field("state", "ALIVE")))], 60)
    assert ["".join(piece.text for piece in line) for line in lines] == ["Node", "up     3d", "state  ALIVE"]


def test_a_value_that_is_not_known_is_a_dash() -> None:
    lines = document([Section("", (Field("pid", None),))], 60)
    assert lines[0][-1].text == "–"


MESSAGE = (
    Piece("Failed", "warning"),
    Piece(" 3 times", "dim"),
    Piece("  image none:1 was not found by anybody", "dim"),
)


def test_the_end_of_a_message_stands_below_where_it_does_not_fit() -> None:
    lines = document([Section("", (Field("5d", MESSAGE, folds=True),))], 46)
    assert ["".join(piece.text for piece in line) for line in lines] == [
        "5d  Failed 3 times  image none:1 was not found",
        "    by anybody",
    ]
    assert lines[-1][-1].role == "dim"


def test_a_message_that_has_no_room_beside_what_is_before_it_is_cut() -> None:
    (line,) = document([Section("", (Field("5d", MESSAGE, folds=True),))], 34)
    assert "".join(piece.text for piece in line).endswith("…")


@given(st.text(), st.integers(10, 80))
def test_no_folded_line_is_wider_than_the_screen_and_no_word_is_lost(said: str, width: int) -> None:
    text = plain(said, 1000)
    lines = document([Section("", (Field("age", (Piece("Reason"), Piece(f" {text}")), folds=True),))], width)
    assert all(cell_len("".join(piece.text for piece in line)) <= width for line in lines)
    if width >= 40:
        told = "".join(piece.text for line in lines for piece in line)
        assert "".join(told.split()) == "".join(f"ageReason{text}".split())


def test_a_section_that_holds_nothing_is_left_out() -> None:
    assert document([Section("Labels")], 60) == ()


def test_a_traceback_keeps_its_lines_and_its_indent() -> None:
    assert wrapped("Traceback:\n  File x\nValueError: no", 40) == ["Traceback:", "  File x", "ValueError: no"]


def test_a_terminal_escape_in_a_message_is_drawn_not_sent() -> None:
    assert wrapped("\x1b[31mred", 40) == ["␛[31mred"]


@given(st.text(), st.integers(2, 60))
def test_no_line_is_wider_than_the_screen(text: str, width: int) -> None:
    assert all(cell_len(line) <= width for line in wrapped(text, width))


def test_the_secrets_of_a_runtime_env_are_hidden() -> None:
    answer = {"data": {"runtime_env": {"env_vars": {"KEY": "s3cret"}}, "name": "etl", "env_vars": {"A": "s3cret"}}}
    shown = "\n".join(laid_out(json.dumps(answer).encode()))
    assert "s3cret" not in shown
    assert HIDDEN in shown
    assert '"name": "etl"' in shown


def test_an_answer_that_is_no_json_is_shown_as_text() -> None:
    assert laid_out(b"<html>\nno") == ["<html>", "no"]


@given(st.binary())
def test_no_answer_makes_the_raw_view_fail(data: bytes) -> None:
    laid_out(data)
