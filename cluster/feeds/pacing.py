"""When a feed is asked again: pure arithmetic over its cost and its failures."""

from __future__ import annotations

from random import Random
from typing import Any

from raymon_tui.cluster.feeds.feed import Feed, FeedError

LONGEST_BACKOFF_S = 30.0
UNSUPPORTED_S = 300.0
"""After this long a route that this Ray has not is tried again."""
PROBE_S = 2.0


def interval(feed: Feed[Any], refresh_s: float, took_s: float | None) -> float:
    """Return the seconds between the end of one asking and the next, while all is well."""
    return max(feed.pace * refresh_s, feed.rest * (took_s or 0.0))


def delay(feed: Feed[Any], error: FeedError | None, took_s: float | None, refresh_s: float, rng: Random) -> float:
    """Return the seconds to wait after an asking that took `took_s`: longer the more often in a row it failed.

    The jitter spreads feeds that failed together, so that a head that comes back is not asked everything at once.
    """
    if error is None:
        return interval(feed, refresh_s, took_s)
    if error.unsupported:
        return UNSUPPORTED_S
    doubled = max(refresh_s, 0.5) * float(2 ** min(error.failures, 10))
    return max(feed.pace * refresh_s, min(LONGEST_BACKOFF_S, doubled) * rng.uniform(0.75, 1.0))


def probe_delay(refresh_s: float) -> float:
    """Return the seconds between two probes of a lost link: it must be found again soon, however slow the refresh."""
    return min(PROBE_S, max(refresh_s, 0.5))
