"""Sorting and filtering of rows: pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple, TypeVar

from raymon_tui.widgets.table.column import Column, Moment, SortKey
from raymon_tui.widgets.table.line import text_of

Row = TypeVar("Row")

_DIGITS = re.compile(r"\d+")
_LONGEST_NAME = 40
"""What is longer is an id or a sentence, in which the digits count nothing."""


class Matcher(NamedTuple):
    """A filter made ready: what it accepts, and what is wrong with it where nothing can be made of it."""

    accepts: Callable[[str], bool]
    error: str = ""

    @property
    def accepts_all(self) -> bool:
        """Whether it hides nothing, so that nothing need be looked at."""
        return self.accepts is EVERYTHING.accepts


EVERYTHING = Matcher(lambda _text: True)


def matcher(text: str) -> Matcher:
    """Return what `text` accepts: a part of a row's text, `!part` its absence, `re:pattern` a pattern.

    `^` and `$` in a pattern are the ends of a line: a row's text has one for each of its cells. Case counts only
    where the filter has a capital letter. An unfinished pattern accepts everything, and says so.
    """
    wanted = text.strip()
    if wanted.startswith("re:"):
        return _pattern(wanted[3:])
    negated = wanted.startswith("!")
    part = wanted[1:].strip() if negated else wanted
    if not part:
        return EVERYTHING
    fold = part == part.lower()

    def accepts(row: str) -> bool:
        return (part in (row.lower() if fold else row)) != negated

    return Matcher(accepts)


def _pattern(pattern: str) -> Matcher:
    if not pattern:
        return EVERYTHING
    # A capital in `\S` or `\W` is part of the pattern's language, not of what is looked for.
    spelled = re.sub(r"\\.", "", pattern)
    flags = re.MULTILINE | (re.IGNORECASE if spelled == spelled.lower() else 0)
    try:
        compiled = re.compile(pattern, flags)
    except (re.error, OverflowError, RecursionError) as error:
        return EVERYTHING._replace(error=f"re: {error}")
    return Matcher(lambda row: compiled.search(row) is not None)


def searchable(row: Row, columns: Iterable[Column[Row]], key: str, moment: Moment) -> str:
    """Return what a filter looks at, a line each: the text of all cells, the names they are sorted by, and the key."""
    lines = {key: None}
    for column in columns:
        lines[text_of(column.cell(row, moment))] = None
        name = column.sort(row) if column.sort is not None else None
        if isinstance(name, str):
            lines[name] = None
    return "\n".join(lines)


def ordered(rows: Sequence[Row], column: Column[Any] | None, *, descending: bool) -> Sequence[Row]:
    """Return the rows sorted by a column, alike ones in the order they came, unknown ones last either way.

    Case does not count in words, and numbers in names count as numbers: `node-9` comes before `node-10`.
    """
    if column is None or column.sort is None:
        return rows
    keys: list[Any] = [_comparable(key) for key in map(column.sort, rows)]
    places = [place for place, key in enumerate(keys) if key is not None]
    try:
        places.sort(key=keys.__getitem__, reverse=descending)
    except TypeError:
        # Numbers and words in one column: the numbers count as smaller.
        places.sort(key=lambda place: (isinstance(keys[place], str), keys[place]), reverse=descending)
    unknown = [row for row, key in zip(rows, keys, strict=True) if key is None]
    return [*(rows[place] for place in places), *unknown]


def _comparable(key: SortKey) -> SortKey:
    if isinstance(key, str):
        return _natural(key)
    return None if key is None or key != key else key  # noqa: PLR0124 - only NaN, which has no place, is not itself


@lru_cache(maxsize=1 << 15)
def _natural(name: str) -> str:
    lowered = name.lower()
    if len(lowered) > _LONGEST_NAME or lowered.isalpha():
        return lowered
    return _DIGITS.sub(lambda number: number.group().zfill(12), lowered)
