"""The time of day, and when it jumped."""

from __future__ import annotations

import time
from collections.abc import Callable


class WallClock:
    """Wall time for people and ages; `jumped` tells when it and the steady clock part.

    They part when the machine slept (wall time ahead) and when somebody set the clock.
    """

    def __init__(
        self,
        wall: Callable[[], float] = time.time,
        steady: Callable[[], float] = time.monotonic,
        tolerance_s: float = 5.0,
    ) -> None:
        self._wall = wall
        self._steady = steady
        self._tolerance_s = tolerance_s
        self._offset = wall() - steady()

    def now(self) -> float:
        """Return seconds since the epoch."""
        return self._wall()

    def jumped(self) -> float:
        """Return by how many seconds wall time jumped since this was last asked; 0.0 for less than the tolerance."""
        offset = self._wall() - self._steady()
        jump = offset - self._offset
        if abs(jump) < self._tolerance_s:
            return 0.0
        self._offset = offset
        return jump
