"""A feed is one question; a reading is its last answer, or why there is none."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, NoReturn, TypeVar

from msgspec import Struct

from raymon_tui.backends.errors import UnsupportedError

if TYPE_CHECKING:
    from raymon_tui.cluster.ray_api.client import RayApi

T = TypeVar("T")


@dataclass(frozen=True)
class Feed(Generic[T]):
    """One question to the cluster.

    `name` names it on screen and is its identity: two feeds of one name are the same question.
    `pace`: how many refresh intervals lie between two askings.
    `rest`: how many times its own cost a feed rests before it asks again, so that it takes at most 1/(1+rest) of the
    head's time.
    `pushed`: a `Source` gives its readings by itself, and nobody asks.
    """

    name: str
    ask: Callable[[RayApi], Awaitable[T]]
    pace: float = 1.0
    rest: float = 4.0
    timeout_s: float = 10.0
    pushed: bool = False


async def not_asked(_api: RayApi) -> NoReturn:
    """Stand in for the question of a feed that is pushed."""
    raise UnsupportedError("ask the dashboard for what it does not know", "nothing was asked", "")


class FeedError(Struct, frozen=True, kw_only=True):
    """Why a feed has no fresh answer. `unsupported`: this Ray has no such route, so it is not asked again soon."""

    said: str
    advice: str = ""
    since: float
    failures: int = 1
    unsupported: bool = False


class Reading(Struct, Generic[T], frozen=True, kw_only=True):
    """The last good answer of a feed with its age and cost, and the present failure, if any.

    `read_at` is seconds since the epoch, `took_s` how long that answer took, and `cost_s` what of that the
    head spent on it: it does one thing at a time, so what is asked together takes long together. `value` stays while
    `error` is set. `pushed`: it is not of Ray's dashboard, and says nothing of how that is.
    """

    value: T | None = None
    read_at: float | None = None
    took_s: float | None = None
    cost_s: float | None = None
    error: FeedError | None = None
    interval_s: float | None = None
    pushed: bool = False

    @property
    def known(self) -> bool:
        """Whether there ever was an answer."""
        return self.read_at is not None
