"""Keeps the readings of all wanted feeds fresh, and says how the link to the cluster is."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable
from random import Random
from typing import TYPE_CHECKING, Any

import anyio
from msgspec import structs

from raymon_tui.backends.errors import TimedOutError, UnreachableError
from raymon_tui.cluster.feeds import pacing
from raymon_tui.cluster.feeds.answer import Answer, ask, next_reading
from raymon_tui.cluster.feeds.board import Board
from raymon_tui.cluster.feeds.catalogue import VERSION
from raymon_tui.cluster.feeds.feed import Feed
from raymon_tui.cluster.feeds.pollers import Pollers
from raymon_tui.cluster.link import BROKEN, LinkWatch
from raymon_tui.cluster.model.version import Version
from raymon_tui.cluster.snapshot import Link
from raymon_tui.cluster.wall_clock import WallClock

if TYPE_CHECKING:
    from raymon_tui.cluster.ray_api.client import RayApi

CHEAP_FIRST_S = 1.0


class Reader:
    """Decides when each feed is asked, and what its answers mean for the others.

    `changed` is called with the names of feeds whose reading changed; `restarted` when the answers begin to come from
    another Ray session than before, whose readings are gone by then.
    """

    def __init__(
        self,
        api: RayApi,
        clock: WallClock,
        rng: Random,
        refresh_s: float,
        changed: Callable[[Iterable[str]], None],
        restarted: Callable[[], None],
    ) -> None:
        self.board = Board()
        self.pollers = Pollers(self)
        self.refresh_s = refresh_s
        self._api = api
        self._clock = clock
        self._rng = rng
        self._changed = changed
        self._restarted = restarted
        self._watch = LinkWatch(clock.now(), time.monotonic())
        self._session = ""
        self._taken = anyio.Event()
        self.want(())

    @property
    def link(self) -> Link:
        """How the link to the cluster is."""
        return self._watch.link

    def want(self, feeds: Iterable[Feed[Any]]) -> None:
        """Keep these feeds fresh, and no others but the version, which is also the probe of the link."""
        wanted = {VERSION.name: VERSION} | {feed.name: feed for feed in feeds}
        self.board.keep(wanted, time.monotonic())
        self.pollers.match(wanted)
        self._spread_loss()

    def set_refresh(self, seconds: float) -> None:
        """Ask feeds of pace 1 every so many seconds from now on."""
        self.refresh_s = seconds
        for feed in self.pollers.wanted.values():
            self._plan(feed)
        self.pollers.replan()

    def tend(self) -> None:
        """Look after what no answer brings about: a clock that jumped, readings that nobody wants any more."""
        self._follow_clock()
        self.board.keep(self.pollers.wanted, time.monotonic())

    def _follow_clock(self) -> None:
        jump_s = self._clock.jumped()
        if jump_s < 0:
            self.board.shift(jump_s)
            self._watch.shift(jump_s)
            self._changed(())
        elif jump_s > 0:
            # The machine slept, most likely: what was in flight will never be answered.
            self.pollers.interrupt()
            self.pollers.hurry()

    async def turn(self, feed: Feed[Any]) -> None:
        """Let cheap questions go first, for a while: whoever has just come sees what they say at once."""
        if pacing.is_dear(feed):
            with anyio.move_on_after(CHEAP_FIRST_S):
                while any(self._is_awaited(other) for other in self.pollers.wanted.values()):
                    await self._taken.wait()

    def _is_awaited(self, feed: Feed[Any]) -> bool:
        reading = self.board.get(feed.name)
        return not pacing.is_dear(feed) and not reading.known and reading.error is None

    async def ask(self, feed: Feed[Any]) -> Answer:
        """Ask once; whatever goes wrong is in the answer."""
        before = self.pollers.in_flight
        answer = await ask(feed, self._api)
        return structs.replace(answer, crowd=max(1.0, (before + self.pollers.in_flight) / 2))

    def rest_s(self, feed: Feed[Any]) -> float:
        """Return the seconds between the feed's last answer and its next asking; infinity while the link is lost."""
        if feed.name != VERSION.name and self._watch.held:
            return math.inf
        if feed.name == VERSION.name and (self._watch.held or self.link.state in BROKEN):
            return pacing.probe_delay(self.refresh_s)
        planned = self.board.get(feed.name).interval_s
        if planned is None:
            return pacing.interval(feed, self.refresh_s, None)
        wanted = (self.board.get(name) for name in self.pollers.wanted)
        return planned * pacing.stretch((one.cost_s or 0.0, one.interval_s or math.inf) for one in wanted)

    def take(self, feed: Feed[Any], answer: Answer) -> None:
        """Take an answer into the readings and the link's state."""
        self._follow_clock()
        now, before = self._clock.now(), self.link.state
        if feed.name == VERSION.name:
            self._take_probe(answer, now)
        elif answer.failure is None:
            self._watch.answered(now, time.monotonic())
        elif isinstance(answer.failure, UnreachableError) and not isinstance(answer.failure, TimedOutError):
            self.pollers.hurry((VERSION.name,))
        self.board.put(feed.name, next_reading(self.board.get(feed.name), answer, now))
        self._plan(feed)
        if before in BROKEN and self.link.state not in BROKEN:
            self.pollers.hurry(self.pollers.wanted.keys() - {feed.name})
        self._changed((feed.name,))
        taken, self._taken = self._taken, anyio.Event()
        taken.set()

    def _plan(self, feed: Feed[Any]) -> None:
        reading = self.board.get(feed.name)
        if reading.known or reading.error is not None:
            delay = pacing.delay(feed, reading.error, reading.cost_s, self.refresh_s, self._rng)
            self.board.put(feed.name, structs.replace(reading, interval_s=delay))

    def _take_probe(self, answer: Answer, now: float) -> None:
        busy = any(_is_dear(feed) for feed in self.pollers.asking(anyio.current_time() - answer.took_s))
        self._watch.probed(answer, now, time.monotonic(), busy=busy)
        if isinstance(answer.value, Version):
            self._take_session(answer.value.session_name)
        if self._watch.held and self.link.state in BROKEN:
            self.pollers.interrupt(but=VERSION.name)
            self._spread_loss()
        self.pollers.replan()

    def _take_session(self, session: str) -> None:
        if self._session and session and session != self._session:
            self._changed(self.board.all())
            self.board.clear()
            self._restarted()
            self.pollers.interrupt(but=VERSION.name)
            self.pollers.hurry(self.pollers.wanted.keys() - {VERSION.name})
        self._session = session or self._session

    def _spread_loss(self) -> None:
        """While the link is lost no feed is asked, so each one's reading says why."""
        if self._watch.held and self.link.state in BROKEN:
            names = self.pollers.wanted.keys() - {VERSION.name}
            self.board.fail(names, self.link.said, self.link.advice, self.link.since)
            self._changed(names)


def _is_dear(feed: Feed[Any]) -> bool:
    """Whether an answer may rightly take longer than the probe is given, and block it meanwhile."""
    return feed.timeout_s > 2 * VERSION.timeout_s
