"""Sorting and filtering of rows: pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple, TypeVar

from raymon_tui.widgets.table.column import Column

Row = TypeVar("Row")


class Matcher(NamedTuple):
    """A filter made ready: what it accepts, and what is wrong with it where nothing can be made of it."""

    accepts: Callable[[str], bool]
    error: str = ""


def matcher(text: str) -> Matcher:
    """Return what `text` accepts: a part of a row's text, `!part` its absence, `re:pattern` a pattern.

    Case counts only where the filter has a capital letter. An unfinished pattern accepts everything, and says so.
    """
    wanted = text.strip()
    if wanted.startswith("re:"):
        return _pattern(wanted[3:])
    negated = wanted.startswith("!")
    part = wanted[1:] if negated else wanted
    if not part:
        return Matcher(lambda _row: True)
    fold = part == part.lower()

    def accepts(row: str) -> bool:
        return (part in (row.lower() if fold else row)) != negated

    return Matcher(accepts)


def _pattern(pattern: str) -> Matcher:
    flags = re.IGNORECASE if pattern == pattern.lower() else 0
    try:
        compiled = re.compile(pattern, flags)
    except re.error as error:
        return Matcher(lambda _row: True, f"re: {error}")
    return Matcher(lambda row: compiled.search(row) is not None)


def searchable(row: Row, columns: Iterable[Column[Row]], key: str) -> str:
    """Return what a filter looks at: the row's key and what its columns sort by."""
    values = (column.sort(row) for column in columns if column.sort is not None)
    return " ".join([*(str(value) for value in values if value is not None), key])


def ordered(rows: Sequence[Row], column: Column[Any] | None, *, descending: bool) -> list[Row]:
    """Return the rows sorted by a column, alike ones in the order they came, unknown ones last either way."""
    if column is None or column.sort is None:
        return list(rows)
    sort = column.sort
    keyed = [(sort(row), row) for row in rows]
    known = [pair for pair in keyed if pair[0] is not None]
    unknown = [row for value, row in keyed if value is None]
    known.sort(key=lambda pair: _comparable(pair[0]), reverse=descending)
    return [row for _, row in known] + unknown


def _comparable(value: float | str | None) -> tuple[int, float | str]:
    """Return a key under which numbers and words compare: a column may hold both."""
    return (1, value.lower()) if isinstance(value, str) else (0, value or 0.0)
