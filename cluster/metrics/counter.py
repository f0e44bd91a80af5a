"""One counter of one process: what it rose by per second between two scrapes."""

from __future__ import annotations

import math

LONGEST_GAP_S = 1800.0
"""After so long without a value nobody can say how often it began again in between."""


class Counter:
    """A counter's last value, from which the next one makes a rate; each series has its own, and begins again alone.

    Rates are those of PromQL's `rate()` over a window that holds two samples.
    """

    __slots__ = ("_at", "_value")

    def __init__(self) -> None:
        self._at, self._value = math.nan, math.nan

    def rate(self, at: float, value: float) -> float:
        """Take a value at `at` (seconds since the epoch); return the rise per second since the one before, or NaN.

        One that is lower than before began again at zero.
        """
        passed, before = at - self._at, self._value
        self._at, self._value = at, value
        if not 0 < passed <= LONGEST_GAP_S:
            return math.nan
        return (value - before if value >= before else value) / passed
