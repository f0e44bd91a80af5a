"""The heading of a table: titles over their columns, and an arrow at the one it is sorted by."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.cells import cell_len

from raymon_tui.widgets.content import Content, Piece
from raymon_tui.widgets.table.column import Column
from raymon_tui.widgets.table.layout import GAP, Placed
from raymon_tui.widgets.table.line import fitted


def heading(
    placed: Sequence[Placed], sorted_by: Column[Any] | None, *, descending: bool, ascii_only: bool = False
) -> Content:
    """Return the line of titles; no title moves when the table is sorted by it.

    The arrow stands in the gap beside a title that fills its column: after one at the left, before one at the right.
    """
    arrow = ("v" if descending else "^") if ascii_only else ("▾" if descending else "▴")
    pieces: list[Piece] = []
    borrowed = 0
    for place, (column, width) in enumerate(placed):
        is_sorted = column is sorted_by
        lead = (GAP if place else 0) - borrowed
        borrowed = 0
        if column.align == "right":
            title, room = (arrow if is_sorted else "") + column.title, lead + width
        else:
            pieces.append(Piece(" " * lead))
            title = column.title + (arrow if is_sorted else "")
            borrowed = 1 if is_sorted and cell_len(title) == width + 1 and place + 1 < len(placed) else 0
            room = width + borrowed
        piece = Piece(title, "ink" if is_sorted else "dim", bold=is_sorted)
        pieces.extend(fitted((piece,), room, column.align, ascii_only=ascii_only))
    return tuple(pieces)
