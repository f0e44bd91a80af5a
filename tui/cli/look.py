"""One look at a cluster, no longer than it takes."""

from __future__ import annotations

from collections.abc import Callable
from threading import Thread

from raymon_tui.backends.base import Backend, Connecting
from raymon_tui.backends.errors import RaymonError
from raymon_tui.backends.resolve import Candidate
from raymon_tui.cluster.feeds.catalogue import BASE_FEEDS, TASK_COUNTS
from raymon_tui.cluster.feeds.feed import Feed
from raymon_tui.cluster.model.page import Counts
from raymon_tui.cluster.monitor import Monitor
from raymon_tui.cluster.snapshot import Snapshot

CHEAP_S = 0.25
"""A dashboard that counts what lives in so short a time counts all tasks without keeping others waiting."""


CHEAP_TASK_COUNTS: Feed[Counts] = Feed(
    TASK_COUNTS.name, lambda api: api.task_counts(whole_within_s=CHEAP_S), timeout_s=30.0
)
_CHEAP = (*(feed for feed in BASE_FEEDS if feed is not TASK_COUNTS), CHEAP_TASK_COUNTS)


async def look_once(
    candidate: Candidate,
    target: str | None,
    timeout_s: float,
    patience_s: float,
    meanwhile: Callable[[], object],
) -> Snapshot:
    """Return what the cluster answers within `timeout_s`; raises the `RaymonError` of a cluster that is not reached.

    While the answers are waited for, `meanwhile` is done, in a thread.

    The dashboard answers nothing else while it counts very many tasks, so that is asked last, and waited for
    `patience_s` at most: what there is of the counts stays.
    """
    backend = candidate.open()
    monitor = Monitor(backend, target=target or backend.describe())
    try:
        if isinstance(backend, Connecting):
            await backend.connect()
        Thread(target=meanwhile).start()
        snapshot = await monitor.once(_CHEAP, timeout_s)
        counts = snapshot.value(CHEAP_TASK_COUNTS)
        if counts is None or counts.total is None:
            snapshot = await monitor.more((TASK_COUNTS,), patience_s)
    except RaymonError as error:
        raise _named(error, backend) from None
    finally:
        await monitor.aclose()
        await backend.aclose()
    return snapshot


def _named(error: RaymonError, backend: Backend) -> RaymonError:
    """Return the failure with the cluster that it is about, where it does not say so itself."""
    name = backend.describe()
    way, _, where = name.partition(" ")
    if str(backend.dashboard) in error.tried or error.tried.endswith(way) or (where and where in error.tried):
        return error
    return type(error)(f"{error.tried} at {name}", error.said, error.advice)
