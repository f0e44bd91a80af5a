"""A row as plain words, for files and other programs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TypeVar

from raymon_tui.widgets.content import UNKNOWN, Piece
from raymon_tui.widgets.table.column import Column, Moment

Row = TypeVar("Row")

_STROKES = frozenset("━╸╺▁▂▃▄▅▆▇█ ")
"""What meters, bars and sparklines are drawn with."""


def records(columns: Sequence[Column[Row]], rows: Iterable[Row], moment: Moment) -> tuple[list[str], list[list[str]]]:
    """Return headings and, for each row, its words: names without glyphs, numbers as they are drawn, "" for unknown.

    A column that only draws has none, and is left out.
    """
    known = replace(moment, ascii_only=False)
    written = [[_words(column, row, known) for column in columns] for row in rows]
    kept = [place for place, column in enumerate(columns) if column.sort is not None or _says(written, place)]
    return [columns[place].title for place in kept], [[row[place] for place in kept] for row in written]


def _says(written: Iterable[Sequence[str]], place: int) -> bool:
    return any(row[place] for row in written)


def _words(column: Column[Row], row: Row, moment: Moment) -> str:
    name = column.sort(row) if column.sort is not None else None
    if isinstance(name, str):
        return name
    text = "".join(piece.text for piece in column.cell(row, moment) if not _is_drawn(piece)).strip()
    return "" if text == UNKNOWN.text else text


def _is_drawn(piece: Piece) -> bool:
    return bool(piece.text.strip()) and _STROKES.issuperset(piece.text)
