"""HTTP to the dashboard wherever on the head it is, at no cost where that is its usual port."""

from __future__ import annotations

import asyncio
import contextlib

import httpx
from anyio.abc import ByteStream

from raymon_tui.backends.base import Endpoint
from raymon_tui.backends.dialling import Dial, dialling_transport
from raymon_tui.backends.errors import RaymonError
from raymon_tui.backends.ssh.dashboard_port import DashboardPort


class FindingTransport(httpx.AsyncBaseTransport):
    """Carries requests to the port that `place` finds.

    The first request goes to the usual port while the right one is looked for, so that nothing is lost where it is that
    one; its answer is given only once that is known. Requests that are `secret` wait until it is known who hears them.
    """

    def __init__(self, place: DashboardPort, dial: Dial, *, secret: bool) -> None:
        self._place = place
        self._dial = dial
        self._secret = secret
        self._ways: dict[Endpoint, httpx.AsyncBaseTransport] = {}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Return the answer of the dashboard that is meant."""
        if self._place.found:
            try:
                return await self._through(self._place.endpoint, request)
            except httpx.ConnectError:
                if not self._place.doubt():
                    raise
        return await (self._once_found(request) if self._secret else self._while_looking(request))

    async def _once_found(self, request: httpx.Request) -> httpx.Response:
        try:
            found = await self._place.find()
        except RaymonError as error:
            raise httpx.ConnectError(str(error), request=request) from error
        return await self._through(found, request)

    async def _while_looking(self, request: httpx.Request) -> httpx.Response:
        first = self._place.endpoint
        looking = asyncio.ensure_future(self._place.find())
        answer: httpx.Response | None = None
        failure: httpx.ConnectError | None = None
        try:
            try:
                answer = await self._through(first, request)
            except httpx.ConnectError as error:
                failure = error
            found = await looking
        except RaymonError as error:
            await _closed(answer)
            raise httpx.ConnectError(str(error), request=request) from error
        except BaseException:
            await _ended(looking)
            await _closed(answer)
            raise
        if found == first and failure is not None:
            raise failure
        if found == first and answer is not None:
            return answer
        await _closed(answer)
        return await self._through(found, request)

    async def _through(self, endpoint: Endpoint, request: httpx.Request) -> httpx.Response:
        async def dial(_: Endpoint) -> ByteStream:
            return await self._dial(endpoint)

        if endpoint not in self._ways:
            self._ways[endpoint] = dialling_transport(dial)
        return await self._ways[endpoint].handle_async_request(request)

    async def aclose(self) -> None:
        """Close the connections to every port."""
        for way in self._ways.values():
            await way.aclose()


async def _closed(answer: httpx.Response | None) -> None:
    if answer is not None:
        await answer.aclose()


async def _ended(looking: asyncio.Future[Endpoint]) -> None:
    looking.cancel()
    with contextlib.suppress(asyncio.CancelledError, RaymonError):
        await looking
