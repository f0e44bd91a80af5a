"""Ray's token as the head itself keeps it, for a dashboard that wants one where none is known here."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable

import anyio
import httpx

from raymon_tui.backends.base import Completed, ConnectOptions
from raymon_tui.backends.errors import RaymonError
from raymon_tui.backends.tokens import ORDINARY_HEADER, find_token

PLACE = ("sh", "-c", 'cat "${RAY_AUTH_TOKEN_PATH:-$HOME/.ray/auth_token}"')
LARGEST = 1 << 14
AGAIN_S = 30.0
"""So long after the head was asked it is not asked again over the same connection."""
_WANTS_ANOTHER = frozenset({httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN})

Run = Callable[[], Awaitable[Completed]]


class HeadToken(httpx.Auth):
    """Sends a request again with the head's token where it came back for want of the right one.

    The token is that of one connection: over the next one may be another head, or another cluster, to which it must not
    go. `connection` gives the number of the one that there is, 0 where there is none.
    """

    def __init__(self, run: Run, connection: Callable[[], int]) -> None:
        self._run = run
        self._connection = connection
        self._over = 0
        self._asked_at = float("-inf")
        self._token: str | None = None
        self._asking = anyio.Lock()

    async def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        """Yield the request, and once more where another token was found meanwhile."""
        if ORDINARY_HEADER in request.headers:
            yield request
            return
        sent = self._token if 0 < self._over == self._connection() else None
        self._add(request, sent)
        response = yield request
        if response.status_code in _WANTS_ANOTHER:
            found = await self._other_than(sent)
            if found is not None:
                self._add(request, found)
                yield request

    def _add(self, request: httpx.Request, token: str | None) -> None:
        if token is not None:
            request.headers[ORDINARY_HEADER] = f"Bearer {token}"

    async def _other_than(self, sent: str | None) -> str | None:
        """Return the head's token where it is another; whoever asks meanwhile is told the same."""
        async with self._asking:
            over = self._connection()
            recently = anyio.current_time() - self._asked_at < AGAIN_S
            if not (self._over == over and (recently or self._token != sent)):
                self._token = await self._found()
                now = self._connection()
                # Where there was none it was made for the asking.
                self._over, self._asked_at = over or now, anyio.current_time()
            return None if self._token == sent else self._token

    async def _found(self) -> str | None:
        try:
            done = await self._run()
            if done.returncode:
                return None
            return find_token(ConnectOptions(token=done.stdout.decode("ascii", "replace")), {})
        except RaymonError:
            return None
