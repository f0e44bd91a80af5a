"""What a column of a live table is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

from raymon_tui.widgets.content import Content

Row = TypeVar("Row")

SortKey = float | str | None


@dataclass(frozen=True)
class Moment:
    """What a cell may know besides its row: the time that ages count to (seconds since the epoch), and which glyphs."""

    now: float
    ascii_only: bool = False


@dataclass(frozen=True)
class Column(Generic[Row]):
    """One column.

    `title` is its heading; `cell` draws a row's value; `sort` gives what to sort by (None sorts last either way).
    `width` is its least width in cells; `flex` its share of what is left over (0: fixed), up to `max_width`.
    `priority` 0 always stays; of the others the highest number goes first when room is short.
    `wide` columns show only in wide mode. `descending` is the direction that a first sort by it takes.
    """

    title: str
    cell: Callable[[Row, Moment], Content]
    sort: Callable[[Row], SortKey] | None = None
    width: int = 8
    flex: int = 0
    max_width: int = 60
    align: Literal["left", "right"] = "left"
    priority: int = 0
    wide: bool = False
    descending: bool = False
