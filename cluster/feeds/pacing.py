"""When a feed is asked again: pure arithmetic over its cost and its failures."""

from __future__ import annotations

from collections.abc import Iterable
from random import Random
from typing import Any

from raymon_tui.cluster.feeds.feed import Feed, FeedError

LONGEST_BACKOFF_S = 30.0
UNSUPPORTED_S = 300.0
"""After this long a route that this Ray has not is tried again."""
PROBE_S = 2.0
MOST_LOAD = 0.35
"""Of the head's time, all feeds together."""
DEAR_REST = 20.0
"""A feed that rests so many times its own cost blocks the dashboard while it is answered."""


def is_dear(feed: Feed[Any]) -> bool:
    """Whether cheap questions should be answered before this one is asked for the first time."""
    return feed.rest >= DEAR_REST


def interval(feed: Feed[Any], refresh_s: float, cost_s: float | None) -> float:
    """Return the seconds between the end of one asking and the next, while all is well."""
    return max(feed.pace * refresh_s, feed.rest * (cost_s or 0.0))


def stretch(costs: Iterable[tuple[float, float]]) -> float:
    """Return by what factor to lengthen all intervals, so that the feeds together leave the head its time.

    Takes the cost of each feed and its interval as planned, both in seconds.
    """
    load = sum(cost_s / (cost_s + interval_s) for cost_s, interval_s in costs if cost_s)
    return max(1.0, load / MOST_LOAD)


def delay(feed: Feed[Any], error: FeedError | None, cost_s: float | None, refresh_s: float, rng: Random) -> float:
    """Return the seconds to wait after an asking that cost `cost_s`: longer the more often in a row it failed.

    The jitter spreads feeds that failed together, so that a head that comes back is not asked everything at once.
    """
    if error is None:
        return interval(feed, refresh_s, cost_s)
    if error.unsupported:
        return UNSUPPORTED_S
    doubled = max(refresh_s, 0.5) * float(2 ** min(error.failures, 10))
    return max(feed.pace * refresh_s, min(LONGEST_BACKOFF_S, doubled) * rng.uniform(0.75, 1.0))


def probe_delay(refresh_s: float) -> float:
    """Return the seconds between two probes of a lost link: it must be found again soon, however slow the refresh."""
    return min(PROBE_S, max(refresh_s, 0.5))
