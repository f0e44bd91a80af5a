"""An answer of the State API: rows, and the truth about what is missing from them."""

from __future__ import annotations

from typing import Generic, TypeVar

from msgspec import Struct

Row = TypeVar("Row")


class Page(Struct, Generic[Row], frozen=True, kw_only=True):
    """Rows of a list, with Ray's own account of how many there are.

    `total`: how many match at all. `num_after_truncation`: how many Ray looked at (at most 10,000).
    `num_filtered`: how many of those passed the filter, before `limit` cut them.
    """

    rows: tuple[Row, ...] = ()
    total: int | None = None
    num_after_truncation: int | None = None
    num_filtered: int | None = None
    partial_failure_warning: str = ""
    warnings: tuple[str, ...] = ()
    unreadable: int = 0

    @property
    def missing(self) -> int:
        """How many matching rows are not in `rows`."""
        return max(0, (self.total or 0) - len(self.rows))


class Counts(Struct, frozen=True, kw_only=True):
    """How many of a kind there are in each state, and where that is known from (`state_api` or `metrics`)."""

    by_state: dict[str, int] = {}
    total: int | None = None
    source: str = "state_api"

    def of(self, *states: str) -> int:
        """Return how many are in any of these states."""
        return sum(self.by_state.get(state, 0) for state in states)


class Filter(Struct, frozen=True):
    """One condition that the State API applies at the server; `predicate` is `=` or `!=`."""

    key: str
    predicate: str
    value: str
