"""A file's bytes become the same lines however they arrive, each with its place in the file."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from raymon_tui.cluster.logs.text import LONGEST_UNFINISHED, LogText, from_line_start, lines_of

LONGEST = 12
SHORT_LINES = st.lists(st.text("abc", max_size=LONGEST)).map("\n".join).map(str.encode)
FILES = st.lists(st.sampled_from([b"", b"one", b"\xff\xfe", "ü—日".encode(), b"50%\r100%", b"\x1b[31mred\x1b[0m"])).map(
    b"\n".join
)


@given(FILES, st.lists(st.integers(1, 9)))
def test_lines_are_the_same_in_whatever_pieces_a_file_grows(data: bytes, steps: list[int]) -> None:
    text = LogText()
    lines: list[str] = []
    rest = data
    for step in (*steps, len(data) + 1):
        lines += text.add_later(rest[:step])
        rest = rest[step:]
    assert lines + [text.unfinished] * bool(text.unfinished) == lines_of(data)
    assert text.end == len(data)


def read_backwards(data: bytes, first: int, window: int) -> list[str]:
    """Return the lines of a file of which the part from `first` on is read, then what stands before, in windows."""
    whole, start = from_line_start(data[first:], first)
    text = LogText(start)
    lines = [*text.add_later(whole), *([text.unfinished] if text.unfinished else [])]
    while text.start > 0:
        before = max(0, text.start - window)
        lines[:0] = text.add_earlier(before, data[before : text.start])
    return lines


@given(SHORT_LINES, st.integers(0, 60), st.integers(LONGEST + 1, 40))
def test_what_stands_before_a_window_joins_on_line_by_line(data: bytes, back: int, window: int) -> None:
    first = max(0, len(data) - LONGEST - 1 - back)
    assert read_backwards(data, first, window) == lines_of(data)


@given(SHORT_LINES, st.integers(0, 60), st.integers(1, LONGEST))
def test_lines_longer_than_a_window_come_in_pieces_and_whole(data: bytes, first: int, window: int) -> None:
    lines = read_backwards(data, min(first, len(data)), window)
    assert "".join(lines).encode() == data.replace(b"\n", b"")


def test_a_line_without_an_end_is_shown_as_far_as_it_is_written() -> None:
    text = LogText()
    assert text.add_later(b"done\n10%\r20%") == ["done"]
    assert text.unfinished == "10%\r20%"
    assert text.add_later(b"\r100%\n") == ["10%\r20%\r100%"]
    assert text.unfinished == ""


def test_a_line_that_never_ends_is_taken_apart_and_not_kept() -> None:
    text = LogText()
    lines = [line for _ in range(10) for line in text.add_later(b"x" * LONGEST_UNFINISHED)]
    assert len(lines) == 5
    assert text.unfinished == ""


def test_lines_that_were_let_go_are_earlier_ones_again() -> None:
    text = LogText()
    text.add_later(b"one\ntwo\nthree\n")
    text.let_go(2)
    assert text.start == len(b"one\ntwo\n")
    assert text.add_earlier(0, b"one\ntwo\n") == ["one", "two"]
    assert text.start == 0


def test_a_byte_leads_to_the_line_that_holds_it() -> None:
    text = LogText()
    text.add_later(b"one\ntwo\nthree\n")
    assert [text.line_at(offset) for offset in (0, 3, 4, 8, 13)] == [0, 0, 1, 2, 2]
