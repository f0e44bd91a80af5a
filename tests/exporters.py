"""Exporters of metrics that say what a test wants, well or not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from raymon_tui.backends.base import Endpoint
from raymon_tui.cluster.metrics.targets import MetricsTarget

Answer = Callable[[asyncio.StreamWriter], Awaitable[None]]


def head(kind: str = "text/plain", more: str = "", status: str = "200 OK") -> bytes:
    return f"HTTP/1.0 {status}\r\nContent-Type: {kind}\r\n{more}\r\n".encode()


@asynccontextmanager
async def exporter(answer: Answer) -> AsyncIterator[MetricsTarget]:
    """Serve `answer` to every request, as a target."""

    async def handle(reading: asyncio.StreamReader, writing: asyncio.StreamWriter) -> None:
        try:
            await reading.readuntil(b"\r\n\r\n")
            await answer(writing)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writing.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    endpoint = Endpoint("127.0.0.1", server.sockets[0].getsockname()[1])
    async with server:
        yield MetricsTarget(str(endpoint), endpoint, "agent", "nodes")


def saying(data: bytes) -> Answer:
    async def answer(writing: asyncio.StreamWriter) -> None:
        writing.write(data)
        await writing.drain()

    return answer
