"""One feed, asked again and again for as long as it is wanted, one request at a time."""

from __future__ import annotations

import math
from typing import Any, Protocol

import anyio

from raymon_tui.cluster.feeds.answer import Answer
from raymon_tui.cluster.feeds.feed import Feed


class Host(Protocol):
    """Whom a poller works for. None of these raises."""

    async def turn(self, feed: Feed[Any]) -> None:
        """Return when it is this feed's turn to be asked for the first time."""

    async def ask(self, feed: Feed[Any]) -> Answer:
        """Ask once."""

    def take(self, feed: Feed[Any], answer: Answer) -> None:
        """Take what an asking came to."""

    def rest_s(self, feed: Feed[Any]) -> float:
        """Return the seconds to rest after the last answer; infinity to rest until told otherwise."""


class Poller:
    """Asks its feed, reports the answer, rests, and asks again.

    `asking_since` is when the request in flight began, by the event loop's clock. A `predecessor` is a poller of the
    same feed that was stopped: its request has ended before the first one here begins.
    """

    def __init__(self, feed: Feed[Any], host: Host, predecessor: Poller | None = None) -> None:
        self.feed = feed
        self.ended = anyio.Event()
        self.asking_since: float | None = None
        self._host = host
        self._predecessor = predecessor
        self._scope = anyio.CancelScope()
        self._request: anyio.CancelScope | None = None
        self._answered_at = -math.inf
        self._stirred = anyio.Event()

    @property
    def stopped(self) -> bool:
        """Whether `stop` was called."""
        return self._scope.cancel_called

    async def run(self) -> None:
        """Poll until `stop`, or until cancelled."""
        try:
            with self._scope:
                if self._predecessor is not None:
                    await self._predecessor.ended.wait()
                    self._predecessor = None
                await self._host.turn(self.feed)
                while True:
                    await self._until_due()
                    await self._ask_once()
        finally:
            self.ended.set()

    def stop(self) -> None:
        """End the polling, and with it the request in flight."""
        self._scope.cancel()

    def interrupt(self) -> None:
        """Drop the request in flight, if any: nothing is reported for it."""
        if self._request is not None:
            self._request.cancel()

    def hurry(self) -> None:
        """Ask now, unless a request is in flight or the host says to rest for ever."""
        self._answered_at = -math.inf
        self._stirred.set()

    def replan(self) -> None:
        """Look again at how long to rest."""
        self._stirred.set()

    async def _ask_once(self) -> None:
        self.asking_since = anyio.current_time()
        with anyio.CancelScope() as self._request:
            answer = await self._host.ask(self.feed)
            self._answered_at, self.asking_since = anyio.current_time(), None
            self._host.take(self.feed, answer)
        self._request = self.asking_since = None

    async def _until_due(self) -> None:
        while (left := self._left()) > 0:
            self._stirred = anyio.Event()
            with anyio.move_on_after(left):
                await self._stirred.wait()

    def _left(self) -> float:
        rest_s = self._host.rest_s(self.feed)
        return math.inf if math.isinf(rest_s) else self._answered_at + rest_s - anyio.current_time()
