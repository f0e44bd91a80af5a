"""One look at a cluster, no longer than it takes."""

from __future__ import annotations

from raymon_tui.backends.base import Backend, Connecting
from raymon_tui.backends.errors import RaymonError
from raymon_tui.backends.resolve import Candidate
from raymon_tui.cluster.feeds.catalogue import BASE_FEEDS, TASK_COUNTS
from raymon_tui.cluster.feeds.feed import Feed
from raymon_tui.cluster.model.page import Counts
from raymon_tui.cluster.monitor import Monitor
from raymon_tui.cluster.snapshot import Snapshot

LIVE_TASK_COUNTS: Feed[Counts] = Feed(TASK_COUNTS.name, lambda api: api.task_counts(whole=False), timeout_s=30.0)
"""The same question, answered without what is dear to count."""

_CHEAP = (*(feed for feed in BASE_FEEDS if feed is not TASK_COUNTS), LIVE_TASK_COUNTS)


async def look_once(candidate: Candidate, target: str | None, timeout_s: float, patience_s: float) -> Snapshot:
    """Return what the cluster answers within `timeout_s`; raises the `RaymonError` of a cluster that is not reached.

    The dashboard answers nothing else while it counts all tasks, so that is asked last, and waited for `patience_s`
    at most: what there is of the counts stays.
    """
    backend = candidate.open()
    monitor = Monitor(backend, target=target or backend.describe())
    try:
        if isinstance(backend, Connecting):
            await backend.connect()
        return await monitor.once(_CHEAP, timeout_s, last=(TASK_COUNTS,), patience_s=patience_s)
    except RaymonError as error:
        raise _named(error, backend) from None
    finally:
        await monitor.aclose()
        await backend.aclose()


def _named(error: RaymonError, backend: Backend) -> RaymonError:
    """Return the failure with the cluster that it is about, where it does not say so itself."""
    if str(backend.dashboard) in error.tried:
        return error
    return type(error)(f"{error.tried} at {backend.describe()}", error.said, error.advice)
