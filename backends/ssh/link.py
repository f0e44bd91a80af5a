"""The one connection that everything shares: made when it is first needed, and again when it is lost."""

from __future__ import annotations

import asyncio
import concurrent.futures
import logging
import time
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, TypeVar

import anyio
import paramiko

from raymon_tui.backends.asking import Asking, HostKeyQuestion, NobodyToAsk, SecretQuestion
from raymon_tui.backends.base import Stage
from raymon_tui.backends.errors import DeclinedError, RaymonError, TimedOutError, UnreachableError
from raymon_tui.backends.ssh.channels import LOST, give_back
from raymon_tui.backends.ssh.description import SshDestination
from raymon_tui.backends.ssh.detached import detached
from raymon_tui.backends.ssh.login import Keyring
from raymon_tui.backends.ssh.opening import opened, refusal_of
from raymon_tui.backends.ssh.route import Questions, Route, connect
from raymon_tui.backends.ssh.transport import SshTransport

T = TypeVar("T")

# What it says of a refused port is told in our own words, and must not be written across the screen.
logging.getLogger("paramiko").addHandler(logging.NullHandler())

OPEN_S, PROBE_S = 5.0, 4.0
AGAIN_S = 1.0
"""So long after a failure nobody else tries: they are told the same."""
TOLD_AFTER_S = 0.7
"""A connection that is made sooner is not worth a line on the screen."""
_THREADS = 24
_SURE_S = 0.1
_CLOSED = "the connection was closed here"
_LOST = "It is connected again by itself."


class Link:
    """Opens channels over one connection.

    `connected` counts how often it was made; `stages` are the parts of the way that were behind us last time, with the
    seconds since its beginning.
    """

    def __init__(self, destination: SshDestination, asking: Asking) -> None:
        self.destination = destination
        self.connected = 0
        self.stages: list[tuple[Stage, float]] = []
        self._asking = asking
        self._ring = Keyring()
        self._route: Route | None = None
        self._making: Route | None = None
        self._answers: set[concurrent.futures.Future[Any]] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._connecting: asyncio.Task[Route] | None = None
        self._looking: asyncio.Task[bool] | None = None
        self._threads = anyio.CapacityLimiter(_THREADS)
        self._failure: tuple[float, RaymonError] | None = None
        self._declined: DeclinedError | None = None
        self._step: Stage | None = None
        self._began = 0.0
        self._closed = False

    @property
    def hops(self) -> Sequence[SshTransport]:
        """The connections that there are: over the jumps, the last one to the head."""
        return () if self._route is None else tuple(self._route.hops)

    @property
    def connection(self) -> int:
        """The number of the connection that works just now; 0 where none does."""
        return self.connected if self.hops and all(hop.is_active() for hop in self.hops) else 0

    @property
    def under_way(self) -> Stage | None:
        """The part of the way that is being gone; None where no connection is being made, or not for long."""
        return self._step if time.monotonic() - self._began > TOLD_AFTER_S else None

    @property
    def declined(self) -> bool:
        """Whether the user would not answer, or not rightly, so that nothing is tried before they say so."""
        return self._declined is not None

    async def connect(self) -> None:
        """Connect because the user wants it, who is then asked again what they would not answer before."""
        self._declined = self._failure = None
        if self._connecting is None or self._connecting.done():
            self._ring.declined.clear()
        await self.transport()

    async def transport(self) -> SshTransport:
        """Return the connection, made anew where there is none that works; raises the `RaymonError` of that.

        Whoever waits may give up: the connection is made all the same, as a user may be answering a question. Where
        they would not, it is not tried again: neither they nor the server is to be bothered every few seconds.
        """
        route = self._route
        if route is not None and all(hop.is_active() for hop in route.hops):
            return route.transport
        if self._closed:
            raise UnreachableError(f"reach {self.destination}", _CLOSED, _LOST)
        if self._declined is not None:
            raise self._declined
        if self._failure is not None and anyio.current_time() - self._failure[0] < AGAIN_S:
            raise self._failure[1]
        if self._connecting is None or self._connecting.done():
            self._connecting = asyncio.create_task(self._connect_anew())
        return (await asyncio.shield(self._connecting)).transport

    async def _connect_anew(self) -> Route:
        self._loop = asyncio.get_running_loop()
        await self._drop()
        route = self._making = Route()
        try:
            await detached(lambda: self._connect(route), lambda _: route.close())
        except RaymonError as failure:
            self._failure = (anyio.current_time(), failure)
            if isinstance(failure, DeclinedError) and not isinstance(self._asking, NobodyToAsk):
                self._declined = failure
            raise
        finally:
            self._making = self._step = None
        self._route, self._failure = route, None
        self.connected += 1
        return route

    def _connect(self, route: Route) -> None:
        began = self._began = time.monotonic()
        self.stages = []

        def begins(stage: Stage) -> None:
            self._step = stage

        def passed(stage: Stage) -> None:
            self.stages.append((stage, time.monotonic() - began))

        connect(route, self.destination, self._ring, Questions(self._trusts, self._secret, begins, passed))

    def _trusts(self, question: HostKeyQuestion) -> bool:
        return self._asked(self._asking.trusts(question))

    def _secret(self, question: SecretQuestion) -> str | None:
        return self._asked(self._asking.secret(question))

    def _asked(self, answer: Coroutine[Any, Any, T]) -> T:
        # What a server asks at the keyboard arrives in paramiko's own thread, which anyio does not know; and where the
        # program ends before there is an answer, asyncio alone is silent about that.
        assert self._loop is not None
        try:
            future = asyncio.run_coroutine_threadsafe(answer, self._loop)
        except RuntimeError:
            # The program ends.
            answer.close()
            raise UnreachableError(f"reach {self.destination}", _CLOSED, _LOST) from None
        self._answers.add(future)
        if self._closed:
            # Whoever closed it may not have seen it yet.
            future.cancel()
        try:
            return future.result()
        except concurrent.futures.CancelledError:
            raise UnreachableError(f"reach {self.destination}", _CLOSED, _LOST) from None
        finally:
            self._answers.discard(future)

    async def open_channel(self, kind: str, address: tuple[str, int] | None, tried: str) -> paramiko.Channel:
        """Open a channel; raises `ForwardingForbiddenError` where the server does so, else `UnreachableError`."""
        transport = await self.transport()
        try:
            return await self._blocking(lambda: opened(transport, kind, address, OPEN_S), give_back)
        except paramiko.ChannelException as error:
            raise refusal_of(error, tried, session=address is None) from None
        except ValueError as error:
            raise UnreachableError(tried, str(error), "Is the address right?") from None
        except LOST:
            # paramiko says the same of a host that swallows packets and of a connection that is gone.
            if await asyncio.shield(self._looked_at(transport)):
                raise TimedOutError(
                    tried, f"no answer within {OPEN_S:.0f} s", "Is it up, and the link fast enough?"
                ) from None
            raise UnreachableError(tried, f"the connection to {self.destination} is lost", _LOST) from None
        except anyio.get_cancelled_exc_class():
            # Whoever asked had less patience; the connection may be gone all the same.
            self._looked_at(transport)
            raise

    async def works(self) -> bool:
        """Whether the other side of the connection still answers; one that does not is given up."""
        route = self._route
        return route is not None and await asyncio.shield(self._looked_at(route.transport))

    def _looked_at(self, transport: SshTransport) -> asyncio.Task[bool]:
        """Look, in a task of its own, whether the connection still works, and drop it where it does not."""
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look(transport))
        return self._looking

    async def _look(self, transport: SshTransport) -> bool:
        works = await self._works(transport)
        if not works and self._route is not None and self._route.transport is transport:
            await self._drop()
        return works

    async def _works(self, transport: SshTransport) -> bool:
        """Whether the other side still answers; it need not say yes, nor have come to that where the cable is slow."""
        began = time.monotonic()

        def probe() -> bool:
            try:
                give_back(transport.open_channel("session", timeout=PROBE_S))
            except paramiko.ChannelException:
                return True
            except LOST:
                return bool(transport.is_active()) and transport.heard_at > began
            return True

        return bool(transport.is_active()) and await self._blocking(probe)

    async def blocking(self, work: Callable[[], T]) -> T:
        """Do work on a channel that blocks, in one of a few threads of its own."""
        route = self._route

        def do() -> T:
            try:
                return work()
            except paramiko.SSHException:
                # Of a connection that is lost paramiko closes the channels before it says so of that.
                if route is not None:
                    route.transport.join(_SURE_S)
                raise

        return await self._blocking(do)

    async def _blocking(self, work: Callable[[], T], unwanted: Callable[[T], object] = lambda _result: None) -> T:
        async with self._threads:
            return await detached(work, unwanted)

    async def _drop(self) -> None:
        route, self._route = self._route, None
        if route is not None:
            # However it goes on here, the thread closes it.
            await detached(route.close)

    async def aclose(self) -> None:
        """Give the connection back, for good."""
        self._closed = True
        making = self._making
        for answer in tuple(self._answers):
            answer.cancel()
        for task in (self._connecting, self._looking):
            if task is not None:
                task.cancel()
                await asyncio.wait([task])
        for route in (making, self._route):
            if route is not None:
                await asyncio.shield(detached(route.close))
        self._route = None
