"""The lines of a log and the rows that they fold into: a bounded number, added to at both ends. Pure."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from rich.cells import cell_len, set_cell_size

from raymon_tui.widgets.log_text import folded, shown_line

MOST_LINES = 20_000
SLACK = 1_000
"""So many lines more are kept before the oldest go, so that they go seldom."""


class Row(NamedTuple):
    """One row of the window; `line` is the number of the line that it is part of."""

    line: int
    text: str


class FoldedLines:
    """Lines by number; those that are put before the first have smaller numbers, negative ones too."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.folding = True
        self.dropped = 0
        self._width = 0
        self._first = 0
        self._lines: list[str] = []
        self._unfinished = False

    @property
    def count(self) -> int:
        """How many lines there are, with the unfinished one."""
        return len(self._lines)

    @property
    def numbers(self) -> range:
        """The numbers of the lines."""
        return range(self._first, self._first + len(self._lines))

    def text(self, number: int) -> str:
        """Return the whole line of a number."""
        return self._lines[number - self._first]

    def row_of(self, number: int) -> int:
        """Return the place of the first row of a line."""
        return bisect_left(self.rows, number, key=lambda row: row.line)

    def fold(self, width: int) -> None:
        """Make the rows anew for a width in cells."""
        self._width = width
        self.rows = [row for number in self.numbers for row in self._folded(number)]

    def replace(self, lines: Iterable[str], unfinished: str = "") -> None:
        """Hold these lines in place of all others; `unfinished` is the last one, as far as it is written."""
        self._first, self._lines, self._unfinished, self.dropped = 0, [], False, 0
        self.rows = []
        self.append(list(lines), unfinished)

    def append(self, lines: Sequence[str], unfinished: str = "") -> int:
        """Add newer lines in place of an unfinished one; return how many rows went at the top for them."""
        if self._unfinished:
            self.rows = self.rows[: self.row_of(self.numbers[-1])]
            self._lines.pop()
        start = self.numbers.stop
        self._lines.extend(shown_line(line) for line in lines)
        self._unfinished = bool(unfinished)
        if unfinished:
            self._lines.append(shown_line(unfinished))
        gone = self._trim()
        self.rows.extend(row for number in self.numbers if number >= start for row in self._folded(number))
        return gone

    def prepend(self, lines: Sequence[str]) -> int:
        """Add older lines; return how many rows they make."""
        self._lines[:0] = [shown_line(line) for line in lines]
        self._first -= len(lines)
        rows = [row for number in self.numbers[: len(lines)] for row in self._folded(number)]
        self.rows[:0] = rows
        return len(rows)

    def matching(self, pattern: re.Pattern[str]) -> int:
        """Return how many lines hold `pattern`."""
        return sum(1 for line in self._lines if pattern.search(line))

    def next_match(self, pattern: re.Pattern[str], number: int, step: int) -> int | None:
        """Return the next line after `number` that holds `pattern`; before it for a `step` of -1. Past the end anew."""
        for distance in range(1, len(self._lines) + 1):
            place = (number - self._first + step * distance) % len(self._lines)
            if pattern.search(self._lines[place]):
                return self._first + place
        return None

    def _trim(self) -> int:
        excess = len(self._lines) - MOST_LINES
        if excess <= SLACK:
            return 0
        del self._lines[:excess]
        self.dropped += excess
        self._first += excess
        gone = self.row_of(self._first)
        del self.rows[:gone]
        return gone

    def _folded(self, number: int) -> list[Row]:
        line, width = self.text(number), self._width
        if self.folding:
            return [Row(number, part) for part in folded(line, width)]
        return [Row(number, line if cell_len(line) <= width else set_cell_size(line, max(0, width - 1)) + "…")]
