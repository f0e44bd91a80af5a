"""What one asking of a feed came to, and the reading that it makes of the one before."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import anyio
from msgspec import Struct, structs

from raymon_tui.backends.errors import RaymonError, RouteMissingError, TimedOutError
from raymon_tui.cluster.feeds.feed import Feed, FeedError, Reading

if TYPE_CHECKING:
    from raymon_tui.cluster.ray_api.client import RayApi

_log = logging.getLogger(__name__)


class Answer(Struct, frozen=True, kw_only=True):
    """A value, or the failure in its place; `took_s` counts either way.

    `crowd` is how many feeds were being asked meanwhile, this one among them.
    """

    took_s: float
    crowd: float = 1.0
    value: Any = None
    failure: RaymonError | None = None


class BrokenFeedError(RaymonError):
    """A fault of our own while a feed was asked: it is shown and logged, and the other feeds go on."""


async def ask(feed: Feed[Any], api: RayApi) -> Answer:
    """Ask once, within the feed's time limit; whatever goes wrong is in the answer."""
    started = anyio.current_time()
    value, failure = None, None
    try:
        with anyio.fail_after(feed.timeout_s):
            value = await feed.ask(api)
    except RaymonError as error:
        failure = error
    except TimeoutError:
        failure = TimedOutError(
            f"asking for {feed.name}", f"no answer within {feed.timeout_s:g} s", "It is asked again by itself."
        )
    except Exception as error:
        _log.exception("feed %s is broken", feed.name)
        failure = BrokenFeedError(
            f"reading {feed.name}", f"{type(error).__name__} inside raymon-tui", "Please report this with the log."
        )
    return Answer(took_s=anyio.current_time() - started, value=value, failure=failure)


def next_reading(before: Reading[Any], answer: Answer, now: float) -> Reading[Any]:
    """Return the reading after `answer`: a failure leaves the last value, and its age, in place."""
    if answer.failure is None:
        return Reading(value=answer.value, read_at=now, took_s=answer.took_s, cost_s=answer.took_s / answer.crowd)
    return structs.replace(before, error=next_error(before.error, answer.failure, now))


def next_error(before: FeedError | None, failure: RaymonError, now: float) -> FeedError:
    """Return the failure as data: `since` stays that of the first failure in a row."""
    return FeedError(
        said=failure.said,
        advice=failure.advice,
        since=before.since if before else now,
        failures=before.failures + 1 if before else 1,
        unsupported=isinstance(failure, RouteMissingError),
    )
