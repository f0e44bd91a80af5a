"""HTTP to a pod through the API server's own proxy, which needs no port and no thread; else by port-forward."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable

import httpx

from raymon_tui.backends.base import Endpoint
from raymon_tui.backends.errors import RaymonError, UnreachableError
from raymon_tui.backends.kubernetes.api_server import ApiServer, refusal
from raymon_tui.backends.kubernetes.pods import Pods

HOP_BY_HOP = frozenset(("host", "connection", "authorization", "content-length", "transfer-encoding"))
_FROM_SERVER = (401, 403, 404, 500, 502, 503, 504)
_NOT_REACHED = "error trying to reach service"


class PodTransport(httpx.AsyncBaseTransport):
    """Sends each request to the pod that is behind `endpoint` when it is sent.

    `proxied` says whether we may use the proxy; `forwarded` is the transport that is used where not. `lost` is called
    where nothing answers: what was known of pods may be old.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        api: ApiServer,
        pods: Pods,
        proxied: Callable[[], Awaitable[bool]],
        forwarded: httpx.AsyncBaseTransport,
        lost: Callable[[], None],
    ) -> None:
        self._endpoint = endpoint
        self._api = api
        self._pods = pods
        self._proxied = proxied
        self._forwarded = forwarded
        self._lost = lost

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request; what keeps it from being sent arrives as an `httpx.ConnectError` with that as its cause."""
        try:
            if not await self._proxied():
                return await self._forwarded.handle_async_request(request)
            return await self._send(request)
        except RaymonError as failure:
            self._lost()
            raise httpx.ConnectError(str(failure)) from failure

    async def _send(self, request: httpx.Request) -> httpx.Response:
        behind = await self._pods.behind(self._endpoint)
        server = (await self._api.access()).server
        path = f"/api/v1/namespaces/{behind.namespace}/pods/http:{behind.pod}:{behind.port}/proxy"
        sent = httpx.Request(
            request.method,
            f"{server}{path}{request.url.raw_path.decode('ascii')}",
            headers=[(name, value) for name, value in request.headers.raw if name.decode().lower() not in HOP_BY_HOP],
            content=await request.aread(),
            extensions={name: value for name, value in request.extensions.items() if name == "timeout"},
        )
        answer = await self._api.send(sent)
        if answer.status_code in _FROM_SERVER and "json" in answer.headers.get("content-type", ""):
            return await self._judged(answer, path)
        return httpx.Response(answer.status_code, headers=answer.headers, stream=answer.stream, request=request)

    async def _judged(self, answer: httpx.Response, path: str) -> httpx.Response:
        """Tell an error of the API server from one of whatever is behind it, whose answer it is."""
        body = await answer.aread()
        await answer.aclose()
        said = _status_message(body)
        if said is not None:
            if _NOT_REACHED in said:
                raise UnreachableError(f"connect to {self._endpoint}", said.partition(": ")[2] or said, "does it run?")
            raise refusal(answer.status_code, body, path)
        headers = [
            (name, value)
            for name, value in answer.headers.items()
            if name not in ("content-encoding", "content-length")
        ]
        return httpx.Response(answer.status_code, headers=headers, content=body)

    async def aclose(self) -> None:
        """Give back the forwarded connections; the API server's own stay their owner's."""
        await self._forwarded.aclose()


def _status_message(body: bytes) -> str | None:
    """Return what a `Status` object of Kubernetes says; None where this is none."""
    try:
        found = json.loads(body)
    except ValueError:
        return None
    if isinstance(found, dict) and found.get("kind") == "Status" and found.get("apiVersion") == "v1":
        return str(found.get("message") or "")
    return None
