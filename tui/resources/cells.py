"""Cells and columns that many tables share."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timezone
from typing import TypeVar

from raymon_tui.widgets.content import UNKNOWN, Content, Piece, Role, piece
from raymon_tui.widgets.numbers import age, count, duration
from raymon_tui.widgets.states import glyph, mark_of
from raymon_tui.widgets.table.column import Column, Moment

Row = TypeVar("Row")


def counted(number: int | None, role: Role = "ink") -> Content:
    """Return a number with its thousands marked; a zero is faint, and what is not known is `–`."""
    if number is None:
        return (UNKNOWN,)
    return (Piece(count(number), role if number else "faint"),)


def stated(state: str, text: str, moment: Moment) -> Content:
    """Return the glyph of `state` before `text`."""
    return (glyph(mark_of(state), ascii_only=moment.ascii_only), Piece(" "), *piece(text))


def optional(text: str | None, role: Role = "dim") -> Content:
    """Return cleaned text, or `–` where there is none."""
    return piece(text, role) if text else (UNKNOWN,)


def took(seconds: float | None) -> Content:
    """Return a length of time."""
    return (UNKNOWN,) if seconds is None else piece(duration(seconds))


def ago(at: float | None, moment: Moment) -> Content:
    """Return how long ago `at` (seconds since the epoch) was."""
    return (UNKNOWN,) if at is None else piece(age(moment.now - at), "dim")


def clock(at: float | None) -> str:
    """Return a moment (seconds since the epoch) in local time: `2026-11-23 18:02:11`."""
    return "–" if at is None else datetime.fromtimestamp(at, timezone.utc).astimezone().strftime("%Y-%m-%d %H:%M:%S")


def text_column(
    title: str,
    of: Callable[[Row], str | None],
    *,
    width: int,
    max_width: int | None = None,
    priority: int = 0,
    wide: bool = False,
) -> Column[Row]:
    """Return a column of dim text; it grows where `max_width` is given."""
    return Column(
        title,
        lambda row, _: optional(of(row)),
        of,
        width=width,
        flex=0 if max_width is None else 1,
        max_width=max_width or width,
        priority=priority,
        wide=wide,
    )


def number_column(
    title: str,
    of: Callable[[Row], int | None],
    *,
    role: Role = "ink",
    width: int = 7,
    priority: int = 0,
    wide: bool = False,
) -> Column[Row]:
    """Return a column of whole numbers, the largest of which come first when it is sorted by."""
    return Column(
        title,
        lambda row, _: counted(of(row), role),
        of,
        width=width,
        align="right",
        priority=priority,
        wide=wide,
        descending=True,
    )


def pid_column(of: Callable[[Row], int | None], *, priority: int = 0, wide: bool = False) -> Column[Row]:
    """Return a column of process ids."""
    return Column(
        "pid", lambda row, _: optional(id_number(of(row))), of, width=7, align="right", priority=priority, wide=wide
    )


def id_number(number: int | None) -> str | None:
    """Return a number that names something, such as a pid, which has no thousands to mark."""
    return None if number is None else str(number)
