"""Headers that are for one server's eyes."""

from __future__ import annotations

from collections.abc import Mapping

import httpx


class Credentials:
    """Adds headers to the requests that go to one origin, and to no others; a request hook of an httpx client.

    A client's own headers would go wherever it is led, by a redirect or by a URL with a host in it, and only those that
    httpx knows to be secret would be left out of its `repr`.
    """

    def __init__(self, base_url: str, headers: Mapping[str, str]) -> None:
        self._origin = _origin(httpx.URL(base_url))
        self._headers = dict(headers)

    async def __call__(self, request: httpx.Request) -> None:
        """Add the headers, or take away those that a redirect has copied from the request before it."""
        # Its own guess is ASCII, which not every header that a user may give is.
        request.headers.encoding = "utf-8"
        for name, value in self._headers.items():
            if _origin(request.url) == self._origin:
                request.headers[name] = value
            elif request.headers.get(name) == value:
                del request.headers[name]


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port
