"""What was: bounded series of numbers over time, with gaps where nothing was known."""

from __future__ import annotations

import math
from array import array
from bisect import bisect_right

from raymon_tui.cluster.resampling import resample

SPAN_S = 900.0
SHOWN_SPANS_S = (120.0, 300.0, 900.0)
STEP_S = 2.0
MOST_SERIES = 6000


class Series:
    """One ring of samples: times in seconds and values, NaN standing for "not known".

    Samples closer together than `step_s` are thinned, so that `capacity` of them always span `capacity * step_s`.
    """

    def __init__(self, capacity: int, step_s: float) -> None:
        self._capacity = capacity
        self._step_s = step_s
        self._times = array("d")
        self._values = array("d")

    def __len__(self) -> int:
        return len(self._times)

    @property
    def last_at(self) -> float:
        """When the newest sample was taken; minus infinity while there is none."""
        return self._times[-1] if self._times else -math.inf

    @property
    def last(self) -> float | None:
        """The newest value."""
        return _known(self._values[-1]) if self._values else None

    def add(self, at: float, value: float | None) -> None:
        """Append a sample; those that claim to be later than `at` (the clock was set back) go."""
        while self._times and (self._times[-1] > at or self._crowded(at)):
            self._times.pop()
            self._values.pop()
        self._times.append(at)
        self._values.append(math.nan if value is None else value)
        # Trimmed in steps of a half: an array has no cheap way to lose its first item.
        if len(self._times) > self._capacity * 3 // 2:
            del self._times[: -self._capacity]
            del self._values[: -self._capacity]

    def _crowded(self, at: float) -> bool:
        """Whether a sample at `at` would make the newest one needless."""
        return len(self._times) >= 2 and at - self._times[-2] < self._step_s * 0.95

    def since(self, start: float) -> list[tuple[float, float | None]]:
        """Return (time, value), oldest first, from the sample that held at `start` on."""
        first = max(0, bisect_right(self._times, start) - 1)
        return [(at, _known(value)) for at, value in zip(self._times[first:], self._values[first:], strict=True)]


def _known(value: float) -> float | None:
    return None if math.isnan(value) else value


class History:
    """Named series, each of at most `span_s` seconds; beyond `most_series` no new one is begun until others end."""

    def __init__(self, span_s: float = SPAN_S, most_series: int = MOST_SERIES) -> None:
        self.span_s = span_s
        self._most_series = most_series
        self._series: dict[str, Series] = {}
        self._began_at: float | None = None

    def shown_span_s(self, now: float) -> float:
        """Return how much time a chart should span: the least of the usual spans that reaches back to the beginning.

        Most of a quarter of an hour would be empty at first.
        """
        known_s = 0.0 if self._began_at is None else now - self._began_at
        return next((span_s for span_s in SHOWN_SPANS_S if known_s <= span_s), SHOWN_SPANS_S[-1])

    def names(self) -> tuple[str, ...]:
        """Return the names of all series."""
        return tuple(self._series)

    def add(self, name: str, at: float, value: float | None, step_s: float = STEP_S) -> None:
        """Add a sample at `at` seconds since the epoch; None makes a gap.

        A new series keeps no more than one sample in `step_s` seconds.
        """
        series = self._series.get(name)
        self._began_at = at if self._began_at is None else min(at, self._began_at)
        if series is None:
            if len(self._series) >= self._most_series:
                return
            series = self._series[name] = Series(max(2, math.ceil(self.span_s / step_s)), step_s)
        series.add(at, value)

    def last(self, name: str) -> float | None:
        """Return the newest value of a series, if it is known."""
        series = self._series.get(name)
        return series.last if series else None

    def resample(self, name: str, buckets: int, span_s: float, now: float) -> tuple[float | None, ...]:
        """Return `buckets` values over the last `span_s` seconds before `now`, oldest first: the mean of each bucket.

        A bucket without a sample repeats the one before it while samples come as regularly as they usually do, and is
        None where nothing was known.
        """
        series = self._series.get(name)
        if buckets <= 0 or span_s <= 0 or series is None:
            return (None,) * max(0, buckets)
        return resample(series.since(now - span_s), buckets, span_s, now)

    def drop_before(self, at: float) -> None:
        """Forget the series that have had no sample since `at`: their node left, or nobody asks for them."""
        self._series = {name: series for name, series in self._series.items() if series.last_at >= at}

    def clear(self) -> None:
        """Forget all."""
        self._series.clear()
        self._began_at = None
