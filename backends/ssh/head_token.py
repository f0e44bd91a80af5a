"""Ray's token as the head itself keeps it, for a dashboard that wants one where none is known here."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable

import httpx

from raymon_tui.backends.base import Completed, ConnectOptions
from raymon_tui.backends.errors import RaymonError
from raymon_tui.backends.tokens import ORDINARY_HEADER, find_token

PLACE = ("sh", "-c", 'cat "${RAY_AUTH_TOKEN_PATH:-$HOME/.ray/auth_token}"')
LARGEST = 1 << 14

Run = Callable[[], Awaitable[Completed]]


class HeadToken(httpx.Auth):
    """Sends a request again with the head's token where it came back for want of one; the head is asked once."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._asked = False
        self._token: str | None = None

    async def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        """Yield the request, and once more where a token was found meanwhile."""
        self._add(request)
        response = yield request
        if response.status_code == httpx.codes.UNAUTHORIZED and not self._asked:
            self._asked = True
            self._token = await self._found()
            if self._token is not None:
                self._add(request)
                yield request

    def _add(self, request: httpx.Request) -> None:
        if self._token is not None and ORDINARY_HEADER not in request.headers:
            request.headers[ORDINARY_HEADER] = f"Bearer {self._token}"

    async def _found(self) -> str | None:
        try:
            done = await self._run()
            if done.returncode:
                return None
            return find_token(ConnectOptions(token=done.stdout.decode("ascii", "replace")), {})
        except RaymonError:
            return None
