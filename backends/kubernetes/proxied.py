"""HTTP to a pod through the API server's own proxy, which needs no port and no thread; else by port-forward."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import httpx

from raymon_tui.backends.base import Endpoint
from raymon_tui.backends.errors import RaymonError, RefusedError, UnreachableError
from raymon_tui.backends.failures import failure_of
from raymon_tui.backends.kubernetes.answers import for_decoded, not_reached, read_body, refusal, status_message
from raymon_tui.backends.kubernetes.api_server import ApiServer
from raymon_tui.backends.kubernetes.pods import PodPort

AUTHORIZATION = "Authorization"
PORTS = "pods/portforward"
HOP_BY_HOP = frozenset(("host", "connection", "authorization", "content-length", "transfer-encoding"))
VERBS = {"GET": "get", "HEAD": "get", "POST": "create", "PUT": "update", "PATCH": "patch", "DELETE": "delete"}
"""What the API server asks for on `pods/proxy`, by the method that is to pass."""
_FROM_SERVER = (401, 403, 404, 429, 500, 502, 503, 504)
_NOT_REACHED = "error trying to reach service"
_LARGEST_ERROR = 1 << 20


class Ways(Protocol):
    """What a transport has to know of whom it works for."""

    async def behind(self, endpoint: Endpoint) -> PodPort:
        """Return the pod's port that an endpoint stands for now."""

    async def may_proxy(self, verb: str, namespace: str) -> bool:
        """Return whether a request that needs this verb is to go through the pod proxy."""

    def lost(self, endpoint: Endpoint, failure: Exception) -> None:
        """Take note that nothing answered there: what was known of it may be old."""


class PodTransport(httpx.AsyncBaseTransport):
    """Sends each request to the pod that is behind `endpoint` just then.

    Where it cannot be proxied it goes by what `forwarding` makes, whose connections are kept: for another pod others
    are made, since the one of before may well live on.
    """

    def __init__(
        self, endpoint: Endpoint, api: ApiServer, ways: Ways, forwarding: Callable[[], httpx.AsyncBaseTransport]
    ) -> None:
        self._endpoint = endpoint
        self._api = api
        self._ways = ways
        self._forwarding = forwarding
        self._forwarded: tuple[PodPort, httpx.AsyncBaseTransport] | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request; what keeps it from being sent arrives as an `httpx.ConnectError` with that as its cause."""
        try:
            return await self._by_the_way_that_is_open(request)
        except RefusedError as failure:
            raise httpx.ConnectError(str(failure)) from failure
        except RaymonError as failure:
            self._ways.lost(self._endpoint, failure)
            raise httpx.ConnectError(str(failure)) from failure
        except httpx.TransportError as failure:
            self._ways.lost(self._endpoint, failure)
            raise

    async def _by_the_way_that_is_open(self, request: httpx.Request) -> httpx.Response:
        """Send it; where one way is refused, the rights may be others now, and the other way open.

        What says to a pod who asks is taken away by the pod proxy: it goes by port-forward, or not at all.
        """
        verb, behind = VERBS.get(request.method, "get"), await self._ways.behind(self._endpoint)
        if AUTHORIZATION in request.headers:
            tried = f"pass {AUTHORIZATION} on to {self._endpoint}, which the pod proxy takes away"
            await self._api.rights.demand(PORTS, behind.namespace, tried)
            return await self._send_by(request, behind, proxied=False)
        proxied = await self._ways.may_proxy(verb, behind.namespace)
        try:
            return await self._send_by(request, behind, proxied=proxied)
        except RefusedError:
            self._api.rights.forget()
            if await self._ways.may_proxy(verb, behind.namespace) == proxied:
                raise
        return await self._send_by(request, behind, proxied=not proxied)

    async def _send_by(self, request: httpx.Request, behind: PodPort, *, proxied: bool) -> httpx.Response:
        if proxied:
            return await self._send(request, behind)
        try:
            return await (await self._forwarded_to(behind)).handle_async_request(request)
        except httpx.TransportError as error:
            failure = failure_of(error, tried=f"connect to {self._endpoint}")
            if isinstance(failure, RefusedError):
                raise failure from error
            raise

    async def _forwarded_to(self, behind: PodPort) -> httpx.AsyncBaseTransport:
        before = self._forwarded
        if before is not None and before[0] == behind:
            return before[1]
        made = self._forwarding()
        self._forwarded = (behind, made)
        if before is not None:
            await before[1].aclose()
        return made

    async def _send(self, request: httpx.Request, behind: PodPort) -> httpx.Response:
        path = f"/api/v1/namespaces/{behind.namespace}/pods/{request.url.scheme}:{behind.pod}:{behind.port}/proxy"
        times = request.extensions.get("timeout")
        content = await request.aread()
        try:
            answer = await self._api.send(
                request.method,
                path + request.url.raw_path.decode("ascii"),
                headers=[
                    (name, value) for name, value in request.headers.raw if name.decode().lower() not in HOP_BY_HOP
                ],
                content=content,
                timeout=httpx.Timeout(**times) if times else None,
            )
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.ProxyError) as error:
            raise not_reached(error, f"connect to {self._endpoint}") from None
        if answer.status_code in _FROM_SERVER and "json" in answer.headers.get("content-type", ""):
            return await self._judged(answer, path, behind)
        return httpx.Response(answer.status_code, headers=answer.headers, stream=answer.stream, request=request)

    async def _judged(self, answer: httpx.Response, path: str, behind: PodPort) -> httpx.Response:
        """Tell an error of the API server from one of whatever is behind it, whose answer it is."""
        body = await read_body(answer, _LARGEST_ERROR, cut=True)
        await answer.aclose()
        said = status_message(body)
        if said is None:
            return httpx.Response(answer.status_code, headers=for_decoded(answer.headers), content=body)
        if _NOT_REACHED in said:
            advice = (
                f"does anything listen there in {behind.pod}? Its log tells: in the monitor key 2, then l on the pod"
            )
            raise UnreachableError(f"connect to {self._endpoint}", said.partition(": ")[2] or said, advice)
        raise refusal(answer.status_code, body, path)

    async def aclose(self) -> None:
        """Give back the forwarded connections; the API server's own stay their owner's."""
        if self._forwarded is not None:
            await self._forwarded[1].aclose()
