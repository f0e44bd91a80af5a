"""An answer of the State API: rows, and the truth about what is missing from them."""

from __future__ import annotations

from typing import Generic, TypeVar

from msgspec import Struct

Row = TypeVar("Row")


class Page(Struct, Generic[Row], frozen=True, kw_only=True):
    """Rows of a list, with Ray's own account of how many there are.

    `total`: how many there are, of those that pass the filters which GCS itself applies. `num_after_truncation`: how
    many of them Ray looked at (at most 10,000).
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
    def matching(self) -> int | None:
        """How many rows match; where some are `unseen`, how many of those that were looked at.

        A filter that GCS applies is in `total` already; one that the dashboard applies only in `num_filtered`.
        """
        if self.num_filtered is None or self.num_filtered == self.num_after_truncation:
            return self.total
        return self.num_filtered

    @property
    def missing(self) -> int:
        """How many matching rows are not in `rows`, though they could be read."""
        return max(0, (self.matching or 0) - len(self.rows) - self.unreadable)

    @property
    def unseen(self) -> int:
        """How many rows the filter was never applied to, because Ray looks at 10,000 at most."""
        if self.num_filtered is None or self.num_filtered == self.num_after_truncation:
            return 0
        return max(0, (self.total or 0) - (self.num_after_truncation or 0))


class Counts(Struct, frozen=True, kw_only=True):
    """How many of a kind there are in each state, and where that is known from (`state_api`, `metrics`, `prometheus`).

    `at_least`: what ended, and so the total, was counted a while ago and may be more by now.
    """

    by_state: dict[str, int] = {}
    total: int | None = None
    source: str = "state_api"
    at_least: bool = False

    def of(self, *states: str) -> int:
        """Return how many are in any of these states."""
        return sum(self.by_state.get(state, 0) for state in states)


class Filter(Struct, frozen=True):
    """One condition that the State API applies at the server; `predicate` is `=` or `!=`."""

    key: str
    predicate: str
    value: str
