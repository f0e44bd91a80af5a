"""The API server, asked in JSON; what it refuses is told with the verb and the resource that are missing."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator, Mapping
from functools import partial
from typing import Any, NamedTuple

import anyio
import httpx
from anyio import to_thread

from raymon_tui.backends.base import ConnectOptions
from raymon_tui.backends.clients import LIMITS
from raymon_tui.backends.errors import TimedOutError, UsageError
from raymon_tui.backends.kubernetes.access import Access, Headers, access
from raymon_tui.backends.kubernetes.answers import (
    GoneError,
    decoded,
    for_decoded,
    mapping,
    not_reached,
    read_body,
    refusal,
    status_message,
)
from raymon_tui.backends.kubernetes.errand import Errand
from raymon_tui.backends.kubernetes.keepalive import KEEPALIVE
from raymon_tui.backends.kubernetes.rights import Rights

ANSWER_S = 30.0
"""A server may take 20 s under load."""
LARGEST = 64 << 20
"""Bytes of one answer."""
PAGE = "100"
"""Objects: a page of so many pods has a megabyte, which is decoded in the time of one frame."""
RENEW_REST_S = 10.0
"""Whoever is refused again after so short a time is refused for good: a plug-in is not to be run for each request."""
_STATUS_SIZE = 1 << 16


class _Reached(NamedTuple):
    """The API server as kubeconfig was last read; `naming` fetches what says who we are."""

    access: Access
    http: httpx.AsyncClient
    naming: Errand[Headers]


class ApiServer:
    """One API server, connected to when it is first asked. Every method may raise a `RaymonError`.

    What may run a plug-in, which may take a minute and ask its user something, is done once for all who wait for it.
    `known_access` is how it is reached, or was last, where that is known.
    """

    def __init__(self, options: ConnectOptions, environ: Mapping[str, str]) -> None:
        self._options = options
        self._environ = dict(environ)
        self.known_access: Access | None = None
        self._reached: _Reached | None = None
        self._stale = True
        self._reading = Errand(self._read, RENEW_REST_S)
        self._retired: list[_Reached] = []
        self._renewed_at = -RENEW_REST_S
        self.rights = Rights(self._ask)

    async def access(self) -> Access:
        """Return how it is reached; kubeconfig is read when this is first asked."""
        return (await self._current()).access

    async def identified(self) -> tuple[Access, Headers]:
        """Return how it is reached, and what says who we are."""
        reached = await self._current()
        return reached.access, await reached.naming.result()

    async def bearer(self) -> str | None:
        """Return the token by which the API server knows us; None where it knows us by something else."""
        _, headers = await self.identified()
        scheme, _, sent = next((value for name, value in headers if name.lower() == "authorization"), "").partition(" ")
        return sent if scheme.lower() == "bearer" else None

    async def _current(self) -> _Reached:
        return await self._reading.result() if self._reached is None or self._stale else self._reached

    async def _read(self) -> _Reached:
        found = await to_thread.run_sync(partial(access, self._options, self._environ))
        if self._reached is not None:
            # What is being read by the client of before is read to its end.
            retired, self._retired = self._retired, [self._reached]
            for one in retired:
                await one.http.aclose()
        naming = Errand(partial(to_thread.run_sync, found.headers), RENEW_REST_S)
        self._reached, self._stale = _Reached(found, _client(found), naming), False
        self.known_access = found
        return self._reached

    async def renewed(self, stale: Access) -> bool:
        """Have kubeconfig read again where nobody has since `stale`: what says who we are is taken no more.

        Returns False where that was done a moment ago, and did not help.
        """
        if self._stale or self.known_access is not stale:
            return True
        if anyio.current_time() - self._renewed_at < RENEW_REST_S:
            return False
        self._renewed_at = anyio.current_time()
        self._stale = True
        self.rights.forget()
        return True

    async def aclose(self) -> None:
        """Give back all connections, and end what was to be done; safe to call twice."""
        await self._reading.aclose()
        await self.rights.aclose()
        reached = [*self._retired, *([self._reached] if self._reached is not None else [])]
        self._reached, self._stale, self._retired = None, True, []
        for one in reached:
            await one.naming.aclose()
            await one.http.aclose()

    async def send(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        data: Mapping[str, Any] | None = None,
        content: bytes | None = None,
        headers: list[tuple[bytes, bytes]] | None = None,
        timeout: httpx.Timeout | None = None,  # noqa: ASYNC109 - httpx has four of them
    ) -> httpx.Response:
        """Send a request as ourselves, its answer unread; raises what httpx raises, or a `RaymonError`.

        Where the API server does not know us any more, kubeconfig is read again, and the request sent once more.
        """
        while True:
            reached = await self._current()
            request = reached.http.build_request(
                method,
                path,
                params=params or None,
                json=data,
                content=content,
                headers=headers,
                timeout=timeout or ANSWER_S,
            )
            ours = [(name.encode(), value.encode()) for name, value in await reached.naming.result()]
            request.headers = httpx.Headers([*request.headers.raw, *ours])
            answer = await reached.http.send(request, stream=True)
            if answer.status_code != httpx.codes.UNAUTHORIZED:
                return answer
            body = await read_body(answer, _STATUS_SIZE, cut=True)
            await answer.aclose()
            # Ray behind the pod proxy may have said it: that is for whoever asked Ray.
            if status_message(body) is None or not await self.renewed(reached.access):
                return httpx.Response(answer.status_code, headers=for_decoded(answer.headers), content=body)

    async def get(self, path: str, params: Mapping[str, str] | None = None) -> Mapping[str, Any]:
        """Return what is at a path: an object, or a list, which is fetched in pages."""
        asked = {"limit": PAGE, **(params or {})}
        for _ in range(2):
            with contextlib.suppress(GoneError):
                return await self._paged(path, asked, whole="limit" not in (params or {}))
        raise GoneError

    async def _paged(self, path: str, asked: Mapping[str, str], *, whole: bool) -> dict[str, Any]:
        found = decoded(await self.body("GET", path, asked), path)
        following = mapping(found.get("metadata")).pop("continue", None)
        while whole and following and isinstance(found.get("items"), list):
            page = decoded(await self.body("GET", path, {**asked, "continue": str(following)}), path)
            found["items"] += page.get("items") or ()
            following = mapping(page.get("metadata")).get("continue")
        return found

    async def text(self, path: str, params: Mapping[str, str] | None = None, limit: int = 1 << 20) -> str:
        """Return a text, the first `limit` bytes of it at most."""
        return (await self.body("GET", path, params, limit=limit, cut=True)).decode("utf-8", "replace")

    async def stream(self, path: str, params: Mapping[str, str] | None = None) -> AsyncGenerator[bytes, None]:
        """Yield a text part by part as it comes, however long nothing does: keepalives tell that the way is gone."""
        try:
            answer = await self.send("GET", path, params=params, timeout=httpx.Timeout(ANSWER_S, read=None))
            async with contextlib.aclosing(answer):
                if not answer.is_success:
                    raise refusal(answer.status_code, await read_body(answer, _STATUS_SIZE, cut=True), path)
                async for part in answer.aiter_bytes():
                    yield part
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            raise not_reached(error, f"follow {path}") from None

    async def body(
        self,
        method: str,
        path: str,
        params: Mapping[str, str] | None = None,
        *,
        data: Mapping[str, Any] | None = None,
        limit: int = LARGEST,
        cut: bool = False,
    ) -> bytes:
        """Return the body of a good answer; one that is larger than `limit` is cut, or is an error."""
        tried = f"ask the API server for {path}"
        # A plug-in has a limit of its own.
        await self.identified()
        try:
            with anyio.fail_after(2 * ANSWER_S):
                answer = await self.send(method, path, params=params, data=data)
                async with contextlib.aclosing(answer):
                    body = await read_body(answer, limit, cut=cut)
        except TimeoutError:
            said = f"API server: not done with its answer within {2 * ANSWER_S:.0f} s"
            raise TimedOutError(tried, said, "the API server may be overloaded, or the link slow") from None
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            raise not_reached(error, tried) from None
        if not answer.is_success:
            raise refusal(answer.status_code, body, path)
        return body

    async def _ask(self, path: str, data: Mapping[str, Any] | None) -> Mapping[str, Any]:
        """Put a question to a path."""
        return decoded(await self.body("GET" if data is None else "POST", path, data=data), path)


def _client(reached: Access) -> httpx.AsyncClient:
    try:
        transport = httpx.AsyncHTTPTransport(
            verify=reached.tls or False,
            proxy=reached.proxy,
            trust_env=False,
            limits=LIMITS,
            socket_options=KEEPALIVE,
        )
    except (ImportError, ValueError, httpx.InvalidURL) as error:
        scheme = (reached.proxy or "").partition(":")[0]
        advice = "pip install 'httpx[socks]' python-socks" if scheme.startswith("socks") else "mend its proxy-url"
        raise UsageError("use the proxy that the kubeconfig names", str(error)[:200], advice) from None
    return httpx.AsyncClient(base_url=reached.server, transport=transport, timeout=ANSWER_S, trust_env=False)
