"""The last reading of every feed that is wanted, or was a short while ago."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from msgspec import structs

from raymon_tui.cluster.feeds.feed import FeedError, Reading

KEEP_S = 120.0
KEEP_MOST = 50
"""So long, and so many, readings that nobody wants stay, for whoever comes back to a pane."""

_NOTHING: Reading[Any] = Reading()


class Board:
    """Readings by feed name. `steady` is in seconds of a clock that never jumps."""

    def __init__(self) -> None:
        self._readings: dict[str, Reading[Any]] = {}
        self._unwanted: dict[str, float] = {}

    def get(self, name: str) -> Reading[Any]:
        """Return a feed's reading; an empty one where it was never asked."""
        return self._readings.get(name, _NOTHING)

    def put(self, name: str, reading: Reading[Any]) -> None:
        """Replace a feed's reading."""
        self._readings[name] = reading

    def all(self) -> dict[str, Reading[Any]]:
        """Return a copy of all readings."""
        return dict(self._readings)

    def keep(self, wanted: Collection[str], steady: float) -> None:
        """Note which feeds are wanted now, and drop what nobody has wanted for long."""
        unwanted = {name: self._unwanted.get(name, steady) for name in self._readings if name not in wanted}
        newest = sorted(unwanted, key=unwanted.__getitem__, reverse=True)
        kept = {name for name in newest[:KEEP_MOST] if steady - unwanted[name] < KEEP_S}
        self._unwanted = {name: since for name, since in unwanted.items() if name in kept}
        for name in unwanted.keys() - kept:
            del self._readings[name]

    def fail(self, names: Collection[str], said: str, advice: str, since: float) -> None:
        """Give each of these feeds that has no failure of its own this one."""
        for name in names:
            reading = self.get(name)
            if reading.error is None:
                error = FeedError(said=said, advice=advice, since=since)
                self._readings[name] = structs.replace(reading, error=error)

    def shift(self, seconds: float) -> None:
        """Move all times with a wall clock that was set."""
        for name, reading in self._readings.items():
            error = reading.error
            self._readings[name] = structs.replace(
                reading,
                read_at=None if reading.read_at is None else reading.read_at + seconds,
                error=None if error is None else structs.replace(error, since=error.since + seconds),
            )

    def clear(self) -> None:
        """Forget all: the cluster is another one."""
        self._readings.clear()
        self._unwanted.clear()
