"""The API server, asked in JSON; what it refuses is told with the verb and the resource that are missing."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from functools import partial
from typing import Any

import anyio
import httpx
from anyio import to_thread

from raymon_tui.backends.base import ConnectOptions
from raymon_tui.backends.clients import LIMITS
from raymon_tui.backends.errors import RefusedError, TimedOutError, UsageError
from raymon_tui.backends.kubernetes.access import Access, access
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

ANSWER_S = 30.0
"""A server may take 20 s under load."""
LARGEST = 64 << 20
"""Bytes of one answer."""
PAGE = "100"
"""Objects: a page of so many pods has a megabyte, which is decoded in the time of one frame."""
RENEW_REST_S = 10.0
"""Whoever is refused again after so short a time is refused for good: a plug-in is not to be run for each request."""
_REVIEWS = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
_STATUS_SIZE = 1 << 16


class ApiServer:
    """One API server, connected to when it is first asked. Every method may raise a `RaymonError`."""

    def __init__(self, options: ConnectOptions, environ: Mapping[str, str]) -> None:
        self._options = options
        self._environ = dict(environ)
        self._access: Access | None = None
        self._stale = True
        self._http: httpx.AsyncClient | None = None
        self._retired: list[httpx.AsyncClient] = []
        self._renewed_at = -RENEW_REST_S
        self._lock = anyio.Lock()
        self._allowed: dict[tuple[str, str, str, str], bool] = {}

    async def access(self) -> Access:
        """Return how it is reached; kubeconfig is read when this is first asked."""
        return (await self._reached())[0]

    async def _reached(self) -> tuple[Access, httpx.AsyncClient]:
        async with self._lock:
            if self._access is None or self._stale:
                self._access = await to_thread.run_sync(partial(access, self._options, self._environ))
                self._stale = False
            if self._http is None:
                self._http = _client(self._access)
            return self._access, self._http

    @property
    def known_access(self) -> Access | None:
        """How it is reached, or was last, where that is known already."""
        return self._access

    async def headers(self) -> dict[str, str]:
        """Return what says who we are."""
        return await to_thread.run_sync((await self.access()).headers)

    async def renewed(self, stale: Access) -> bool:
        """Have kubeconfig read again where nobody has since `stale`: what says who we are is taken no more.

        Returns False where that was done a moment ago, and did not help.
        """
        async with self._lock:
            if self._stale or self._access is not stale:
                return True
            if anyio.current_time() - self._renewed_at < RENEW_REST_S:
                return False
            self._renewed_at = anyio.current_time()
            # What is being read by the client of before is read to its end.
            retired, self._retired = self._retired, [self._http] if self._http is not None else []
            self._stale, self._http = True, None
            self._allowed.clear()
        for client in retired:
            await client.aclose()
        return True

    async def aclose(self) -> None:
        """Give back all connections; safe to call twice."""
        clients = [*self._retired, *([self._http] if self._http is not None else [])]
        self._http, self._retired = None, []
        for client in clients:
            await client.aclose()

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
            reached, http = await self._reached()
            request = http.build_request(
                method,
                path,
                params=params or None,
                json=data,
                content=content,
                headers=headers,
                timeout=timeout or ANSWER_S,
            )
            request.headers.update(await to_thread.run_sync(reached.headers))
            if reached.server_name:
                request.extensions = {**request.extensions, "sni_hostname": reached.server_name}
            answer = await http.send(request, stream=True)
            if answer.status_code != httpx.codes.UNAUTHORIZED:
                return answer
            body = await read_body(answer, _STATUS_SIZE, cut=True)
            await answer.aclose()
            # Ray behind the pod proxy may have said it: that is for whoever asked Ray.
            if status_message(body) is None or not await self.renewed(reached):
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
        await self._reached()
        try:
            with anyio.fail_after(2 * ANSWER_S):
                answer = await self.send(method, path, params=params, data=data)
                async with contextlib.aclosing(answer):
                    body = await read_body(answer, limit, cut=cut)
        except TimeoutError:
            said = f"it was not done with its answer within {2 * ANSWER_S:.0f} s"
            raise TimedOutError(tried, said, "the API server may be overloaded, or the link slow") from None
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            raise not_reached(error, tried) from None
        if not answer.is_success:
            raise refusal(answer.status_code, body, path)
        return body

    async def allowed(self, verb: str, resource: str, namespace: str, *, group: str = "") -> bool:
        """Return whether we may do that; `resource` may have a subresource behind a slash.

        Asked once for each, until `forget_rights`. Where one may not even ask, it is tried.
        """
        key = (verb, resource, namespace, group)
        if key not in self._allowed:
            name, _, sub = resource.partition("/")
            asked = {"namespace": namespace, "verb": verb, "group": group, "resource": name, "subresource": sub}
            review = {
                "apiVersion": "authorization.k8s.io/v1",
                "kind": "SelfSubjectAccessReview",
                "spec": {"resourceAttributes": {one: value for one, value in asked.items() if value}},
            }
            try:
                answer = decoded(await self.body("POST", _REVIEWS, data=review), _REVIEWS)
            except RefusedError:
                return True
            self._allowed[key] = bool(mapping(answer.get("status")).get("allowed"))
        return self._allowed[key]

    def forget_rights(self) -> None:
        """Ask anew what we may do: something was refused that was allowed before."""
        self._allowed.clear()


def _client(reached: Access) -> httpx.AsyncClient:
    try:
        return httpx.AsyncClient(
            base_url=reached.server,
            verify=reached.tls or False,
            proxy=reached.proxy,
            trust_env=False,
            timeout=ANSWER_S,
            limits=LIMITS,
        )
    except (ImportError, ValueError, httpx.InvalidURL) as error:
        scheme = (reached.proxy or "").partition(":")[0]
        advice = "pip install 'httpx[socks]' python-socks" if scheme.startswith("socks") else "mend its proxy-url"
        raise UsageError("use the proxy that the kubeconfig names", str(error)[:200], advice) from None
