"""Samples at uneven times made into even buckets: pure, so that any series can be drawn in any width."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from statistics import median

HOLD = 2.5
"""A value counts for up to so many of the usual distances between samples; after that there is a gap."""

Sample = tuple[float, float | None]


def resample(samples: Sequence[Sample], buckets: int, span_s: float, now: float) -> tuple[float | None, ...]:
    """Return the mean of each of `buckets` equal parts of the `span_s` seconds before `now`, oldest first.

    `samples` are (time, value) in order of time. A bucket without a sample takes the value that still held then; None
    where none did.
    """
    if not samples:
        return (None,) * buckets
    width, start, hold_s = span_s / buckets, now - span_s, _hold_s(samples)
    sums, counts = [0.0] * buckets, [0] * buckets
    held: list[float | None] = [None] * buckets
    ends = [*(at for at, _ in samples[1:]), now]
    for (at, value), end in zip(samples, ends, strict=True):
        if at > now or end <= start:
            continue
        bucket = min(buckets - 1, int((at - start) // width))
        first = max(0, bucket)
        if value is None:
            held[first] = None
            continue
        if bucket >= 0:
            sums[bucket] += value
            counts[bucket] += 1
        if end - at <= hold_s:
            last = min(buckets - 1, int((end - start) // width))
            held[first : last + 1] = [value] * (last + 1 - first)
    return tuple(total / n if n else holding for total, n, holding in zip(sums, counts, held, strict=True))


def _hold_s(samples: Sequence[Sample]) -> float:
    distances = [after[0] - before[0] for before, after in pairwise(samples)]
    return HOLD * median(distances) if distances else 0.0
