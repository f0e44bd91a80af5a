"""A node's dashboard agent serves its log directory as plain files, with sizes, times and byte ranges.

Seen on Ray 2.60: `http://<node ip>:<dashboardAgentListenPort>/logs/<name>` answers HEAD with `Content-Length` and
`Last-Modified`, and `Range` with 206, or 416 where the range begins at or behind the end. A directory is answered with
a page of links; the words of those to directories end in a slash.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email.utils import parsedate_to_datetime
from html import unescape
from types import TracebackType
from urllib.parse import quote, unquote

import anyio
import httpx

from raymon_tui.backends.base import Backend, Endpoint
from raymon_tui.backends.errors import BadAnswerError, RaymonError, TimedOutError, UnreachableError
from raymon_tui.cluster.logs.naming import component_of, wanted_directory
from raymon_tui.cluster.model.log_file import LogFile, LogWindow
from raymon_tui.cluster.model.node import Node
from raymon_tui.cluster.ray_api.failures import CLOSED

ANSWER_WITHIN_S = 10.0
LONGEST_LIST = 1 << 23
_TOTAL = re.compile(r"bytes (?:(\d+)-\d+|\*)/(\d+)")
_LINK = re.compile(r'<a href="[^"]*/logs/([^"]+)">([^<]*)</a>')
_NOTHING_BEHIND = httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE


class LogAgents:
    """The agents of all nodes, each with one client that is kept. Every question may raise a `RaymonError`."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._clients: dict[Endpoint, httpx.AsyncClient] = {}

    async def files(self, node: Node) -> tuple[LogFile, ...]:
        """Return a node's log files without sizes and times, those in directories with the directory before them."""
        names, directories = await self._list(node, "")
        for directory in directories:
            if wanted_directory(directory):
                inside, _ = await self._list(node, directory)
                names += inside
        return tuple(LogFile(node_id=node.node_id, name=name, component=component_of(name)) for name in names)

    async def measured(self, node: Node, file: LogFile) -> LogFile:
        """Return the file with its size and time."""
        async with self._asked(node, "HEAD", file.name) as answer:
            size = answer.headers.get("Content-Length", "")
            return LogFile(
                node_id=file.node_id,
                name=file.name,
                component=file.component,
                size=int(size) if size.isdigit() else None,
                modified_at=_seconds(answer.headers.get("Last-Modified")),
            )

    async def window(self, node: Node, name: str, start: int, limit: int) -> LogWindow:
        """Return up to `limit` bytes from `start`; a negative `start` counts from the end.

        An empty window with its `size` says that there is nothing behind `start`: compare the two.
        """
        wanted = f"bytes={start}" if start < 0 else f"bytes={start}-{start + limit - 1}"
        async with self._asked(node, "GET", name, {"Range": wanted}) as answer:
            first, size = _place(answer.headers.get("Content-Range", ""))
            if answer.status_code == _NOTHING_BEHIND:
                return LogWindow(data=b"", start=size, size=size)
            if answer.status_code != httpx.codes.PARTIAL_CONTENT:
                raise BadAnswerError(_tried(node, name), "its agent gives whole files alone", "")
            return LogWindow(data=await _up_to(answer, limit), start=first, size=size)

    async def _list(self, node: Node, directory: str) -> tuple[list[str], list[str]]:
        """Return the names of the files and of the directories in a directory."""
        async with self._asked(node, "GET", directory) as answer:
            page = (await _up_to(answer, LONGEST_LIST)).decode("utf-8", "replace")
        found = [(unquote(unescape(link)), words.endswith("/")) for link, words in _LINK.findall(page)]
        return [name for name, inner in found if not inner], [name.rstrip("/") for name, inner in found if inner]

    @asynccontextmanager
    async def _asked(
        self, node: Node, method: str, name: str, headers: dict[str, str] | None = None
    ) -> AsyncIterator[httpx.Response]:
        """Ask, and give the answer with its body unread: a file may be larger than any window."""
        tried = _tried(node, name)
        if node.agent_http_port is None or not node.ip:
            raise UnreachableError(tried, "its agent's port is not known", "it may not have reported yet")
        client = self._client(Endpoint(node.ip, node.agent_http_port))
        try:
            with anyio.fail_after(ANSWER_WITHIN_S):
                async with client.stream(method, f"/logs/{quote(name)}", headers=headers) as answer:
                    if answer.status_code >= 400 and answer.status_code != _NOTHING_BEHIND:
                        raise _refusal(tried, answer)
                    yield answer
        except (TimeoutError, httpx.TimeoutException):
            raise TimedOutError(tried, "the node's agent did not answer", "is a firewall in between?") from None
        except (httpx.HTTPError, httpx.InvalidURL, OSError, *CLOSED) as error:
            advice = "the agent's port may not be reachable from here"
            raise UnreachableError(tried, str(error) or type(error).__name__, advice) from None

    def _client(self, endpoint: Endpoint) -> httpx.AsyncClient:
        if endpoint not in self._clients:
            self._clients[endpoint] = self._backend.http(endpoint)
        return self._clients[endpoint]

    async def aclose(self) -> None:
        """Give back the connections."""
        while self._clients:
            _, client = self._clients.popitem()
            await client.aclose()

    async def __aenter__(self) -> LogAgents:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()


async def _up_to(answer: httpx.Response, limit: int) -> bytes:
    """Return the beginning of a body; what is behind `limit` bytes is not read."""
    data = bytearray()
    async for chunk in answer.aiter_bytes():
        data += chunk
        if len(data) >= limit:
            break
    return bytes(data[:limit])


def _tried(node: Node, name: str) -> str:
    return f"read {name or 'the list of logs'} on {node.ip or node.node_id}"


def _refusal(tried: str, answer: httpx.Response) -> RaymonError:
    if answer.status_code == httpx.codes.NOT_FOUND:
        return BadAnswerError(tried, "there is no such file any more", "it may have been rotated away")
    return BadAnswerError(tried, f"the agent answered {answer.status_code}", "its log may say why")


def _place(content_range: str) -> tuple[int | None, int | None]:
    """Return (first byte, size of the whole) of a `Content-Range`; None where it does not say."""
    match = _TOTAL.match(content_range)
    if match is None:
        return None, None
    return (int(match[1]) if match[1] else None), int(match[2])


def _seconds(text: str | None) -> float | None:
    """Return an HTTP date as seconds since the epoch."""
    if text is None:
        return None
    try:
        return parsedate_to_datetime(text).timestamp()
    except ValueError:
        return None
