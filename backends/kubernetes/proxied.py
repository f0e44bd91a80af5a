"""HTTP to a pod through the API server's own proxy, which needs no port and no thread; else by port-forward."""

from __future__ import annotations

from typing import Protocol

import httpx

from raymon_tui.backends.base import Endpoint
from raymon_tui.backends.errors import RaymonError, RefusedError, UnreachableError
from raymon_tui.backends.kubernetes.answers import for_decoded, read_body, refusal, status_message
from raymon_tui.backends.kubernetes.api_server import ApiServer
from raymon_tui.backends.kubernetes.pods import PodPort, Pods

HOP_BY_HOP = frozenset(("host", "connection", "authorization", "content-length", "transfer-encoding"))
VERBS = {"GET": "get", "HEAD": "get", "POST": "create", "PUT": "update", "PATCH": "patch", "DELETE": "delete"}
"""What the API server asks for on `pods/proxy`, by the method that is to pass."""
_FROM_SERVER = (401, 403, 404, 429, 500, 502, 503, 504)
_NOT_REACHED = "error trying to reach service"
_LARGEST_ERROR = 1 << 20


class Ways(Protocol):
    """What a transport has to know of whom it works for."""

    async def may_proxy(self, verb: str, namespace: str) -> bool:
        """Return whether a request that needs this verb is to go through the pod proxy."""

    def lost(self) -> None:
        """Take note that nothing answered: what was known of pods may be old."""


class PodTransport(httpx.AsyncBaseTransport):
    """Sends each request to the pod that is behind `endpoint` just then; by `forwarded` where it cannot be proxied."""

    def __init__(
        self, endpoint: Endpoint, api: ApiServer, pods: Pods, ways: Ways, forwarded: httpx.AsyncBaseTransport
    ) -> None:
        self._endpoint = endpoint
        self._api = api
        self._pods = pods
        self._ways = ways
        self._forwarded = forwarded

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request; what keeps it from being sent arrives as an `httpx.ConnectError` with that as its cause."""
        try:
            return await self._by_the_way_that_is_open(request)
        except RefusedError as failure:
            self._api.forget_rights()
            raise httpx.ConnectError(str(failure)) from failure
        except RaymonError as failure:
            self._ways.lost()
            raise httpx.ConnectError(str(failure)) from failure
        except httpx.TransportError:
            self._ways.lost()
            raise

    async def _by_the_way_that_is_open(self, request: httpx.Request) -> httpx.Response:
        verb, behind = VERBS.get(request.method, "get"), await self._pods.behind(self._endpoint)
        if await self._ways.may_proxy(verb, behind.namespace):
            try:
                return await self._send(request, behind)
            except RefusedError:
                # The right may have been taken away since; the other way may still be open.
                self._api.forget_rights()
                if await self._ways.may_proxy(verb, behind.namespace):
                    raise
        return await self._forwarded.handle_async_request(request)

    async def _send(self, request: httpx.Request, behind: PodPort) -> httpx.Response:
        path = f"/api/v1/namespaces/{behind.namespace}/pods/{request.url.scheme}:{behind.pod}:{behind.port}/proxy"
        times = request.extensions.get("timeout")
        answer = await self._api.send(
            request.method,
            path + request.url.raw_path.decode("ascii"),
            headers=[(name, value) for name, value in request.headers.raw if name.decode().lower() not in HOP_BY_HOP],
            content=await request.aread(),
            timeout=httpx.Timeout(**times) if times else None,
        )
        if answer.status_code in _FROM_SERVER and "json" in answer.headers.get("content-type", ""):
            return await self._judged(answer, path)
        return httpx.Response(answer.status_code, headers=answer.headers, stream=answer.stream, request=request)

    async def _judged(self, answer: httpx.Response, path: str) -> httpx.Response:
        """Tell an error of the API server from one of whatever is behind it, whose answer it is."""
        body = await read_body(answer, _LARGEST_ERROR, cut=True)
        await answer.aclose()
        said = status_message(body)
        if said is None:
            return httpx.Response(answer.status_code, headers=for_decoded(answer.headers), content=body)
        if _NOT_REACHED in said:
            raise UnreachableError(f"connect to {self._endpoint}", said.partition(": ")[2] or said, "does it run?")
        raise refusal(answer.status_code, body, path)

    async def aclose(self) -> None:
        """Give back the forwarded connections; the API server's own stay their owner's."""
        await self._forwarded.aclose()
