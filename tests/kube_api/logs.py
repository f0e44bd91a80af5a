"""What containers write, told as a kubelet tells it: whole, its end, from a time on, and as it is written."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any, NamedTuple

from aiohttp import web

from kube_api.answers import status
from kube_api.objects import NAMESPACE

Key = tuple[str, str, str]
"""Namespace, pod, container."""


class Line(NamedTuple):
    """A line with its end, and when it was written."""

    at: datetime
    text: str

    def shown(self, *, stamped: bool) -> bytes:
        stamp = f"{self.at:%Y-%m-%dT%H:%M:%S.%f}000Z " if stamped else ""
        return (stamp + self.text).encode()


@dataclass
class Log:
    """What one run of a container has written; `followers` are given None when it ends."""

    lines: list[Line] = field(default_factory=list)
    followers: list[asyncio.Queue[Line | None]] = field(default_factory=list)
    ended: bool = False


class Logs:
    """The logs of all containers, of their present run and of the one before."""

    def __init__(self) -> None:
        self._now: dict[Key, Log] = {}
        self._before: dict[Key, Log] = {}

    def write(
        self,
        pod: str,
        text: str,
        container: str = "ray-head",
        *,
        namespace: str = NAMESPACE,
        at: datetime | None = None,
    ) -> None:
        """Have a container write, by default now; whoever follows is told."""
        log = self._now.setdefault((namespace, pod, container), Log())
        for text_of_line in text.splitlines(keepends=True):
            line = Line(at or datetime.now(timezone.utc), text_of_line)
            log.lines.append(line)
            for queue in log.followers:
                queue.put_nowait(line)

    def end(self, pod: str, container: str = "ray-head", *, namespace: str = NAMESPACE) -> None:
        """End a container's run; whoever follows is told all, and the next that is written is of another run."""
        key = (namespace, pod, container)
        self._before[key] = log = self._now.pop(key, Log())
        log.ended = True
        for queue in log.followers:
            queue.put_nowait(None)

    def followed(self, pod: str, container: str = "ray-head", *, namespace: str = NAMESPACE) -> int:
        """Return how many follow what a container writes now."""
        log = self._now.get((namespace, pod, container))
        return 0 if log is None else len(log.followers)

    def cut(self) -> None:
        """End every answer that follows a log, as an API server that is restarted does; the containers go on."""
        for log in self._now.values():
            for queue in log.followers:
                queue.put_nowait(None)

    async def answer(self, request: web.Request, pod: dict[str, Any]) -> web.StreamResponse:
        """Answer a request for the log of a pod that is there."""
        names = [one["name"] for one in pod["spec"]["containers"]]
        pod_name, chosen = pod["metadata"]["name"], request.query.get("container") or names[0]
        if "container" not in request.query and len(names) > 1:
            said = f"a container name must be specified for pod {pod_name}, choose one of: [{' '.join(names)}]"
            return status(400, said, "BadRequest")
        if chosen not in names:
            return status(400, f"container {chosen} is not valid for pod {pod_name}", "BadRequest")
        key = (pod["metadata"]["namespace"], pod_name, chosen)
        if request.query.get("previous") == "true":
            log = self._before.get(key)
            if log is None:
                said = f'previous terminated container "{chosen}" in pod "{pod_name}" not found'
                return status(400, said, "BadRequest")
        elif pod["status"]["phase"] == "Pending":
            return _of_waiting(pod, chosen)
        else:
            log = self._now.get(key) or self._before.get(key) or self._now.setdefault(key, Log())
        return await _written(request, log)


def _of_waiting(pod: Mapping[str, Any], container: str) -> web.Response:
    waiting = [one.get("state", {}).get("waiting") for one in pod["status"].get("containerStatuses") or ()]
    if not any(waiting):
        return web.Response(status=204)
    reason = next(one["reason"] for one in waiting if one)
    why = "trying and failing to pull image" if reason in ("ImagePullBackOff", "ErrImagePull") else reason
    said = f'container "{container}" in pod "{pod["metadata"]["name"]}" is waiting to start: {why}'
    return status(400, said, "BadRequest")


async def _written(request: web.Request, log: Log) -> web.StreamResponse:
    """Write what was asked for of a log, and with `follow` what is written from then on."""
    query = request.query
    stamped, left = query.get("timestamps") == "true", int(query.get("limitBytes") or 1 << 62)
    answer = web.StreamResponse(headers={"Content-Type": "text/plain"})
    await answer.prepare(request)
    queue: asyncio.Queue[Line | None] = asyncio.Queue()
    for line in _chosen(log, query):
        queue.put_nowait(line)
    if query.get("follow") == "true" and not log.ended:
        log.followers.append(queue)
    else:
        queue.put_nowait(None)
    with contextlib.suppress(ConnectionError):
        while left > 0 and (line := await queue.get()) is not None:
            data = line.shown(stamped=stamped)[:left]
            left -= len(data)
            await answer.write(data)
    with contextlib.suppress(ValueError):
        log.followers.remove(queue)
    return answer


def _chosen(log: Log, query: Mapping[str, str]) -> list[Line]:
    since = datetime.min.replace(tzinfo=timezone.utc)
    if "sinceTime" in query:
        since = datetime.fromisoformat(query["sinceTime"].replace("Z", "+00:00"))
    elif "sinceSeconds" in query:
        since = datetime.now(timezone.utc) - timedelta(seconds=int(query["sinceSeconds"]))
    lines = [line for line in log.lines if line.at >= since]
    tail = query.get("tailLines")
    return lines if tail is None else lines[len(lines) - min(len(lines), int(tail)) :]
