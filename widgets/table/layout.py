"""Which columns fit, and how wide each is: pure, so that every width can be tested."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from raymon_tui.widgets.table.column import Column

GAP = 2


class Placed(NamedTuple):
    """A column with the width that it gets."""

    column: Column[Any]
    width: int


def fit(columns: Sequence[Column[Any]], width: int, *, wide: bool = False) -> tuple[Placed, ...]:
    """Return the columns that fit into `width` cells with a gap between them, in their order.

    Columns of the highest priority number go first; those of priority 0 stay, cut if they must be.
    """
    kept = [column for column in columns if wide or not column.wide]
    while _needed(kept) > width and any(column.priority for column in kept):
        kept.remove(max(reversed(kept), key=lambda column: column.priority))
    widths = [column.width for column in kept]
    spare = width - _needed(kept)
    if spare < 0:
        widths = _squeezed(widths, -spare)
    return tuple(Placed(column, size) for column, size in zip(kept, _grown(kept, widths, spare), strict=True) if size)


def _needed(columns: Sequence[Column[Any]]) -> int:
    return sum(column.width for column in columns) + GAP * max(0, len(columns) - 1)


def _squeezed(widths: list[int], excess: int) -> list[int]:
    """Take `excess` cells away, from the last column on."""
    squeezed = list(widths)
    for index in reversed(range(len(squeezed))):
        taken = min(squeezed[index], excess)
        squeezed[index] -= taken
        excess -= taken
        if squeezed[index] == 0:
            excess -= GAP
        if excess <= 0:
            break
    return squeezed


def _grown(columns: Sequence[Column[Any]], widths: list[int], spare: int) -> list[int]:
    """Share `spare` cells among the flexible columns by their weights, none beyond its greatest width."""
    grown = list(widths)
    growing = [index for index, column in enumerate(columns) if column.flex and grown[index] < column.max_width]
    while spare > 0 and growing:
        weight = sum(columns[index].flex for index in growing)
        given = 0
        for index in growing:
            portion = min(max(1, spare * columns[index].flex // weight), columns[index].max_width - grown[index])
            portion = min(portion, spare - given)
            grown[index] += portion
            given += portion
        spare -= given
        growing = [index for index in growing if grown[index] < columns[index].max_width]
    return grown
