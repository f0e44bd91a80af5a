"""Rows as the user wants to see them: filtered, in an order, found again by their key. Knows no screen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from raymon_tui.widgets.table.column import Column, Moment
from raymon_tui.widgets.table.ordering import EVERYTHING, Matcher, matcher, ordered, searchable

Row = TypeVar("Row")


@dataclass(frozen=True)
class _Read(Generic[Row]):
    """A row beside what a filter looks at."""

    row: Row
    text: str


class Arrangement(Generic[Row]):
    """Rows with an order and a filter that stay while the rows are replaced.

    To write out what ten thousand rows show takes half a second, so a filter is made ready in steps: `arrange` works
    when `unread` is nothing. What was read of a row is kept for as long as an equal row comes under its key.
    """

    def __init__(self, columns: Sequence[Column[Row]], key: Callable[[Row], str]) -> None:
        self.columns = tuple(columns)
        self.key = key
        self.rows: tuple[Row, ...] = ()
        self.shown: Sequence[Row] = ()
        self.sorted_by: Column[Row] | None = None
        self.descending = False
        self.filter_text = ""
        self._matcher: Matcher = EVERYTHING
        self._in_order: Sequence[Row] | None = None
        self._read: dict[str, _Read[Row]] = {}
        self._unread: list[Row] = []
        self._looked = False

    @property
    def filter_error(self) -> str:
        """What is wrong with the filter, or nothing."""
        return self._matcher.error

    @property
    def unread(self) -> int:
        """How many rows have to be read before the filter can be applied."""
        return len(self._unread)

    def replace(self, rows: Sequence[Row]) -> None:
        """Take other rows."""
        self.rows = tuple(rows)
        self._in_order = None
        self._looked = False
        self._look_for_unread()

    def filter_by(self, text: str) -> None:
        """Take another filter (see `matcher`)."""
        self.filter_text = text
        self._matcher = matcher(text)
        self._look_for_unread()

    def sort_by(self, column: Column[Row] | None, *, descending: bool) -> None:
        """Take another order; None is the order in which the rows came."""
        self.sorted_by, self.descending = column, descending
        self._in_order = None

    def read(self, moment: Moment, count: int) -> None:
        """Write out what up to `count` unread rows show."""
        for row in self._unread[:count]:
            key = self.key(row)
            self._read[key] = _Read(row, searchable(row, self.columns, key, moment))
        del self._unread[:count]

    def arrange(self) -> None:
        """Make `shown` what filter and order make of the rows."""
        if self._in_order is None:
            self._in_order = ordered(self.rows, self.sorted_by, descending=self.descending)
        if self._matcher.accepts_all:
            self.shown = self._in_order
            return
        accepts, key, read = self._matcher.accepts, self.key, self._read
        self.shown = [row for row in self._in_order if accepts(read[key(row)].text)]

    def place_of(self, key: str) -> int | None:
        """Return where among the shown rows the one of that key is."""
        return next((place for place, row in enumerate(self.shown) if self.key(row) == key), None)

    def _look_for_unread(self) -> None:
        if self._matcher.accepts_all:
            self._unread, self._looked = [], False
            return
        if self._looked:
            return
        self._looked = True
        kept: dict[str, _Read[Row]] = {}
        self._unread = []
        for row in self.rows:
            key = self.key(row)
            known = self._read.get(key)
            if known is not None and (known.row is row or known.row == row):
                kept[key] = known
            else:
                self._unread.append(row)
        self._read = kept
