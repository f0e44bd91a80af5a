"""Medians and percentiles, and how a figure stands against its goal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median, quantiles


@dataclass(frozen=True)
class Figure:
    """One line of the results. `value` and `goal` are in `unit`; less is better."""

    what: str
    value: float
    unit: str
    goal: float | None = None
    note: str = ""

    @property
    def met(self) -> bool | None:
        """Whether the goal is reached; None where there is none."""
        return None if self.goal is None else self.value <= self.goal


def percentile(values: Sequence[float], share: int) -> float:
    """Return the value below which `share` percent of `values` lie."""
    return max(values) if len(values) < 2 else quantiles(values, n=100, method="inclusive")[share - 1]


def spread(values: Sequence[float]) -> str:
    """Return the median with the lowest and the highest, in seconds."""
    return f"{median(values):.2f} s ({min(values):.2f}–{max(values):.2f})"
