"""A node's dashboard agent serves its log directory as plain files, with sizes, times and byte ranges.

Seen on Ray 2.60: `http://<node ip>:<dashboardAgentListenPort>/logs/<name>` answers HEAD with `Content-Length` and
`Last-Modified`, and `Range` with 206, or 416 where the range begins at or behind the end.
"""

from __future__ import annotations

import re
from email.utils import parsedate_to_datetime
from types import TracebackType
from urllib.parse import quote

import httpx

from raymon_tui.backends.base import Backend, Endpoint
from raymon_tui.backends.errors import BadAnswerError, RaymonError, TimedOutError, UnreachableError
from raymon_tui.cluster.model.log_file import LogFile, LogWindow
from raymon_tui.cluster.model.node import Node

ANSWER_WITHIN_S = 5.0
_TOTAL = re.compile(r"bytes (?:(\d+)-\d+|\*)/(\d+)")


class LogAgents:
    """The agents of all nodes, each with one client that is kept."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._clients: dict[Endpoint, httpx.AsyncClient] = {}

    async def measured(self, node: Node, file: LogFile) -> LogFile:
        """Return the file with its size and time; raises a `RaymonError` where the agent does not answer."""
        answer = await self._ask(node, "HEAD", file.name)
        size = answer.headers.get("Content-Length")
        changed = answer.headers.get("Last-Modified")
        return LogFile(
            node_id=file.node_id,
            name=file.name,
            component=file.component,
            size=int(size) if size and size.isdigit() else None,
            modified_at=_seconds(changed),
        )

    async def window(self, node: Node, name: str, start: int, limit: int) -> LogWindow:
        """Return up to `limit` bytes from `start`; a negative `start` counts from the end.

        An empty window with its `size` says that there is nothing behind `start`: compare the two.
        """
        wanted = f"bytes={start}" if start < 0 else f"bytes={start}-{start + limit - 1}"
        answer = await self._ask(node, "GET", name, {"Range": wanted})
        first, size = _place(answer.headers.get("Content-Range", ""))
        if answer.status_code == httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE:
            return LogWindow(data=b"", start=size, size=size)
        if answer.status_code != httpx.codes.PARTIAL_CONTENT:
            first, size = 0, len(answer.content)
        return LogWindow(data=answer.content[:limit], start=first, size=size)

    async def _ask(self, node: Node, method: str, name: str, headers: dict[str, str] | None = None) -> httpx.Response:
        tried = f"read {name} on {node.ip}"
        if node.agent_http_port is None:
            raise UnreachableError(tried, "its agent's port is not known", "it may not have reported yet")
        client = self._client(Endpoint(node.ip, node.agent_http_port))
        try:
            answer = await client.request(method, f"/logs/{quote(name)}", headers=headers, timeout=ANSWER_WITHIN_S)
        except httpx.TimeoutException:
            raise TimedOutError(tried, "the node's agent did not answer", "is a firewall in between?") from None
        except httpx.HTTPError as error:
            advice = "the agent's port may not be reachable from here"
            raise UnreachableError(tried, str(error) or type(error).__name__, advice) from None
        if answer.status_code >= 400 and answer.status_code != httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE:
            raise _refusal(tried, answer)
        return answer

    def _client(self, endpoint: Endpoint) -> httpx.AsyncClient:
        if endpoint not in self._clients:
            self._clients[endpoint] = self._backend.http(endpoint)
        return self._clients[endpoint]

    async def aclose(self) -> None:
        """Give back the connections."""
        for client in self._clients.values():
            await client.aclose()
        self._clients.clear()

    async def __aenter__(self) -> LogAgents:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()


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
