"""An HTTP server in front of another one, which can be told to fail in the ways that real ones do."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from enum import Enum
from typing import NamedTuple

import httpx

PATIENCE_S = 30.0


class Reply(NamedTuple):
    """An answer, whole."""

    status: int = 200
    body: bytes = b"{}"
    content_type: str = "application/json"


Upstream = Callable[[str], Awaitable[Reply]]
"""Gives the answer to a path with its query."""


class Fault(Enum):
    """What the server does instead of passing the answer on."""

    PASS = "pass"
    UNAUTHORIZED = "401"
    FORBIDDEN = "403"
    MISSING = "404"
    BROKEN = "500"
    HTML = "html"
    TRUNCATED = "truncated"
    HANG = "hang"


_REPLIES = {
    Fault.UNAUTHORIZED: Reply(401, b"Unauthorized", "text/plain"),
    Fault.FORBIDDEN: Reply(403, b"Forbidden", "text/plain"),
    Fault.MISSING: Reply(404, b"404: Not Found", "text/plain"),
    Fault.BROKEN: Reply(500, b"Internal Server Error", "text/plain"),
    Fault.HTML: Reply(200, b"<html><body>Please log in</body></html>", "text/html"),
}


class FaultyServer:
    """Answers GET requests from `upstream`, unless it was told of a fault for a path that begins so.

    `asked` counts requests by path, without its query; `in_flight` those not answered yet; `dropped` those that hung
    until their client went away; `connected` the connections that were made.
    """

    def __init__(self, upstream: Upstream) -> None:
        self.port = self.connected = 0
        self.asked: Counter[str] = Counter()
        self.in_flight: Counter[str] = Counter()
        self.dropped: Counter[str] = Counter()
        self.upstream = upstream
        self._faults: dict[str, Fault] = {}
        self._server: asyncio.Server | None = None
        self._connections: set[asyncio.StreamWriter] = set()
        self._happened = asyncio.Condition()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def fail(self, fault: Fault, prefix: str = "/") -> None:
        """Do this from now on with paths that begin with `prefix`; the longest prefix counts."""
        self._faults[prefix] = fault

    def heal(self) -> None:
        """Pass everything on again; requests that hang stay hanging."""
        self._faults.clear()

    async def listen(self) -> None:
        """Take connections, at the same port as before."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def refuse(self) -> None:
        """Close all connections, and refuse new ones."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for writer in tuple(self._connections):
            writer.transport.abort()
        await self.until(lambda: not self._connections)

    async def until(self, happened: Callable[[], bool]) -> None:
        """Wait until `happened` is true; it is looked at whenever a request or a connection begins or ends."""
        async with self._happened:
            await asyncio.wait_for(self._happened.wait_for(happened), PATIENCE_S)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._connections.add(writer)
        self.connected += 1
        try:
            while head := await _read_head(reader):
                target = head.split(b" ")[1].decode()
                path = target.partition("?")[0]
                await self._note(path, 1)
                try:
                    await self._answer(target, path, reader, writer)
                finally:
                    await self._note(path, -1)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()
            self._connections.discard(writer)
            await self._tell()

    async def _answer(self, target: str, path: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        fault = self._fault_of(path)
        if fault is Fault.HANG:
            await reader.read(1)
            self.dropped[path] += 1
            raise ConnectionAbortedError
        reply = _REPLIES.get(fault) or await self.upstream(target)
        await _write(writer, reply, cut=fault is Fault.TRUNCATED)

    def _fault_of(self, path: str) -> Fault:
        fitting = [prefix for prefix in self._faults if path.startswith(prefix)]
        return self._faults[max(fitting, key=len)] if fitting else Fault.PASS

    async def _note(self, path: str, change: int) -> None:
        self.in_flight[path] += change
        if change > 0:
            self.asked[path] += 1
        await self._tell()

    async def _tell(self) -> None:
        async with self._happened:
            self._happened.notify_all()


async def _read_head(reader: asyncio.StreamReader) -> bytes:
    with contextlib.suppress(asyncio.IncompleteReadError):
        return await reader.readuntil(b"\r\n\r\n")
    return b""


async def _write(writer: asyncio.StreamWriter, reply: Reply, *, cut: bool) -> None:
    """Cut: valid HTTP around half an answer, as from a proxy that lost its upstream."""
    body = reply.body[: len(reply.body) // 2] if cut else reply.body
    head = f"HTTP/1.1 {reply.status} Said\r\nContent-Type: {reply.content_type}\r\nContent-Length: {len(body)}\r\n\r\n"
    writer.write(head.encode() + body)
    await writer.drain()


@asynccontextmanager
async def faulty(upstream: Upstream) -> AsyncIterator[FaultyServer]:
    """Run a server for as long as the block lasts."""
    server = FaultyServer(upstream)
    await server.listen()
    try:
        yield server
    finally:
        await server.refuse()


@asynccontextmanager
async def in_front_of(url: str) -> AsyncIterator[FaultyServer]:
    """Run a server in front of a real dashboard."""
    async with httpx.AsyncClient(base_url=url, timeout=60.0) as client:

        async def upstream(target: str) -> Reply:
            answer = await client.get(target)
            return Reply(answer.status_code, answer.content, answer.headers.get("content-type", ""))

        async with faulty(upstream) as server:
            yield server
