"""The API server, asked in JSON; what it refuses is told with the verb and the resource that are missing."""

from __future__ import annotations

import contextlib
import json
from collections.abc import AsyncIterator, Mapping
from functools import partial
from random import Random
from typing import Any

import anyio
import httpx
from anyio import to_thread

from raymon_tui.backends.base import ConnectOptions, WatchEvent
from raymon_tui.backends.clients import LIMITS
from raymon_tui.backends.errors import (
    BadAnswerError,
    ObjectMissingError,
    RaymonError,
    RefusedError,
    RouteMissingError,
    UnauthorizedError,
)
from raymon_tui.backends.failures import failure_of
from raymon_tui.backends.kubernetes.access import Access, access

ANSWER_S, WATCH_S = 30.0, 300
LARGEST = 64 << 20
"""Bytes of one answer: a list of ten thousand pods has some fifty millions."""
LONGEST_WAIT_S = 30.0
GONE = 410
_RIGHTS = "ask for the right, or see docs/rbac.yaml for all that are needed"


class ApiServer:
    """One API server, connected to when it is first asked. Every method may raise a `RaymonError` and nothing else."""

    def __init__(self, options: ConnectOptions, environ: Mapping[str, str]) -> None:
        self._options = options
        self._environ = dict(environ)
        self._access: Access | None = None
        self._http: httpx.AsyncClient | None = None
        self._lock = anyio.Lock()
        self._rng = Random()  # noqa: S311 - it spreads retries, it guards nothing
        self._allowed: dict[tuple[str, str, str, str], bool] = {}

    async def access(self) -> Access:
        """Return how it is reached; kubeconfig is read when this is first asked."""
        async with self._lock:
            if self._access is None:
                self._access = await to_thread.run_sync(partial(access, self._options, self._environ))
        return self._access

    @property
    def known_access(self) -> Access | None:
        """How it is reached, where that is known already."""
        return self._access

    async def headers(self) -> dict[str, str]:
        """Return what says who we are."""
        return await to_thread.run_sync((await self.access()).headers)

    async def http(self) -> httpx.AsyncClient:
        """Return the client that all requests share."""
        reached = await self.access()
        if self._http is None:
            self._http = httpx.AsyncClient(
                base_url=reached.server,
                verify=reached.tls or False,
                proxy=reached.proxy,
                trust_env=False,
                timeout=ANSWER_S,
                limits=LIMITS,
            )
        return self._http

    async def aclose(self) -> None:
        """Give back all connections; safe to call twice."""
        http, self._http = self._http, None
        if http is not None:
            await http.aclose()

    async def renew(self) -> None:
        """Read kubeconfig again: what says who we are is taken no more."""
        await self.aclose()
        self._access = None
        self._allowed.clear()

    async def send(self, request: httpx.Request) -> httpx.Response:
        """Send a request as ourselves, its answer unread; raises what httpx raises."""
        reached, http = await self.access(), await self.http()
        request.headers.update(await self.headers())
        if reached.server_name:
            request.extensions = {**request.extensions, "sni_hostname": reached.server_name}
        return await http.send(request, stream=True)

    async def get(self, path: str, params: Mapping[str, str] | None = None) -> Mapping[str, Any]:
        """Return what is at a path."""
        body = await self.body("GET", path, params)
        return _decoded(body, path)

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
        try:
            status, body = await self._once(method, path, params, data, limit, cut=cut)
            if status == httpx.codes.UNAUTHORIZED:
                await self.renew()
                status, body = await self._once(method, path, params, data, limit, cut=cut)
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            raise failure_of(error, tried=f"ask the API server for {path}") from None
        if not httpx.codes.is_success(status):
            raise refusal(status, body, path)
        return body

    async def _once(
        self,
        method: str,
        path: str,
        params: Mapping[str, str] | None,
        data: Mapping[str, Any] | None,
        limit: int,
        *,
        cut: bool,
    ) -> tuple[int, bytes]:
        http = await self.http()
        answer = await self.send(http.build_request(method, path, params=dict(params or {}), json=data))
        async with contextlib.aclosing(answer):
            return answer.status_code, await _read(answer, limit, cut=cut)

    async def allowed(self, verb: str, resource: str, namespace: str, *, group: str = "") -> bool:
        """Return whether we may do that; `resource` may have a subresource behind a slash. Asked once for each."""
        key = (verb, resource, namespace, group)
        if key not in self._allowed:
            name, _, sub = resource.partition("/")
            asked = {"namespace": namespace, "verb": verb, "group": group, "resource": name, "subresource": sub}
            review = {
                "apiVersion": "authorization.k8s.io/v1",
                "kind": "SelfSubjectAccessReview",
                "spec": {"resourceAttributes": {one: value for one, value in asked.items() if value}},
            }
            path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
            answer = _decoded(await self.body("POST", path, data=review), path)
            self._allowed[key] = bool((answer.get("status") or {}).get("allowed"))
        return self._allowed[key]

    async def watch(self, path: str, params: Mapping[str, str] | None = None) -> AsyncIterator[WatchEvent]:
        """List what is at a path, then tell every change, without end.

        A watch that breaks off goes on where it was; where the server knows that no more, all is listed again.
        """
        wait_s = 0.5
        version = ""
        while True:
            if not version:
                listed = await self.get(path, params)
                version = str((listed.get("metadata") or {}).get("resourceVersion") or "0")
                yield WatchEvent("RELISTED", listed)
            began = anyio.current_time()
            try:
                async for event in self._events(path, {**(params or {}), "resourceVersion": version}):
                    wait_s = 0.5
                    version = _version(event) or version
                    if event["type"] != "BOOKMARK":
                        yield WatchEvent(event["type"], event["object"])
            except _GoneError:
                version = ""
            except RefusedError:
                raise
            except RaymonError:
                await anyio.sleep(wait_s * self._rng.uniform(0.5, 1.0))
                wait_s = min(LONGEST_WAIT_S, wait_s * 2)
                # Who was away for long knows little of what happened meanwhile.
                version = "" if anyio.current_time() - began > WATCH_S else version

    async def _events(self, path: str, params: Mapping[str, str]) -> AsyncIterator[dict[str, Any]]:
        """Yield what one watch tells until it ends."""
        asked = {**params, "watch": "1", "allowWatchBookmarks": "true", "timeoutSeconds": str(WATCH_S)}
        try:
            http = await self.http()
            request = http.build_request("GET", path, params=asked, timeout=httpx.Timeout(ANSWER_S, read=WATCH_S + 30))
            answer = await self.send(request)
            async with contextlib.aclosing(answer):
                if not answer.is_success:
                    body = await _read(answer, 1 << 16, cut=True)
                    raise _GoneError if answer.status_code == GONE else refusal(answer.status_code, body, path)
                async for line in answer.aiter_lines():
                    event = _event(line)
                    if event is not None:
                        yield event
        except (httpx.HTTPError, OSError) as error:
            raise failure_of(error, tried=f"watch {path}") from None


class _GoneError(BadAnswerError):
    """The server knows nothing of what was before: all has to be listed again."""

    def __init__(self) -> None:
        super().__init__("go on watching", "too long ago", "")


def refusal(status: int, body: bytes, path: str) -> RaymonError:
    """Return the failure that an answer of this status stands for, in the API server's own words."""
    try:
        said = str(json.loads(body).get("message") or "")[:500]
    except (ValueError, AttributeError):
        said = body[:200].decode("utf-8", "replace").strip()
    tried, said = f"ask the API server for {path}", said or f"HTTP {status}"
    if status == httpx.codes.NOT_FOUND and not body.lstrip().startswith(b"{"):
        # It knows no such group of objects at all: about an object it answers in JSON.
        return RouteMissingError(tried, said, "is KubeRay installed in this cluster?")
    if status == httpx.codes.UNAUTHORIZED:
        advice = "log in again: kubectl get pods tells whether that worked"
        return UnauthorizedError(tried, f"it does not know who we are: {said}", advice)
    if status == httpx.codes.FORBIDDEN:
        return RefusedError(tried, said, _RIGHTS)
    if status == httpx.codes.NOT_FOUND:
        return ObjectMissingError(tried, said, "is the name right, and the namespace (-n) and context (--context)?")
    return BadAnswerError(tried, said, "")


def _decoded(body: bytes, path: str) -> Mapping[str, Any]:
    try:
        found = json.loads(body)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise BadAnswerError(f"read {path}", "the API server answered with no JSON", "is that an API server?")
    return found


def _event(line: str) -> dict[str, Any] | None:
    try:
        event = json.loads(line)
    except ValueError:
        return None
    if not isinstance(event, dict) or not isinstance(event.get("object"), dict):
        return None
    if event.get("type") == "ERROR":
        status = event["object"]
        raise _GoneError if status.get("code") == GONE else BadAnswerError("watch", str(status.get("message")), "")
    return event if event.get("type") in ("ADDED", "MODIFIED", "DELETED", "BOOKMARK") else None


def _version(event: Mapping[str, Any]) -> str:
    return str((event["object"].get("metadata") or {}).get("resourceVersion") or "")


async def _read(answer: httpx.Response, limit: int, *, cut: bool) -> bytes:
    parts, size = [], 0
    async for part in answer.aiter_bytes():
        parts.append(part)
        size += len(part)
        if size > limit:
            if cut:
                break
            raise BadAnswerError("read what the API server answers", f"it is larger than {limit >> 20} MiB", "")
    return b"".join(parts)[:limit]
