"""The whole picture of a cluster at one moment, never changed, only replaced."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from msgspec import Struct

from raymon_tui.cluster.feeds.feed import Feed, Reading
from raymon_tui.cluster.findings.finding import Finding

T = TypeVar("T")

_NOTHING: Reading[Any] = Reading()


class Link(Struct, frozen=True, kw_only=True):
    """How the connection to the cluster is.

    `state` is `connecting`, `live`, `slow`, `lost` or `refused`; `since` when it became so; `said` and `advice` are the
    last failure's words.
    """

    state: str = "connecting"
    since: float = 0.0
    said: str = ""
    advice: str = ""


class Snapshot(Struct, frozen=True, kw_only=True):
    """Every feed's last reading at `at` (seconds since the epoch), and what was found in them.

    `dashboard_host` is where the dashboard listens, as seen from the head node; `restarted_at` when the cluster was
    last seen to have been started anew, in another session.
    """

    at: float = 0.0
    target: str = ""
    reached_by: str = ""
    dashboard_host: str = ""
    restarted_at: float | None = None
    link: Link = Link()
    readings: Mapping[str, Reading[Any]] = {}
    findings: tuple[Finding, ...] = ()

    def reading(self, feed: Feed[T]) -> Reading[T]:
        """Return what is known of `feed`; an empty reading where it was never asked."""
        return cast("Reading[T]", self.readings.get(feed.name, _NOTHING))

    @property
    def heard_at(self) -> float | None:
        """When Ray last answered anything; what else is told of the cluster says nothing of that."""
        answered = (one.read_at for one in self.readings.values() if one.read_at is not None and not one.pushed)
        return max(answered, default=None)

    def value(self, feed: Feed[T]) -> T | None:
        """Return the last good answer of `feed`, however old."""
        return self.reading(feed).value
