"""Small listeners on this machine, each as unfriendly as its name says."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

from raymon_tui.backends.base import Endpoint

HERE = "127.0.0.1"
_REPLY = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Type: application/json\r\n\r\n{}"


def closed_port() -> int:
    """Return a port on which nothing listens."""
    with socket.create_server((HERE, 0)) as server:
        port: int = server.getsockname()[1]
    return port


@contextmanager
def silent() -> Iterator[Endpoint]:
    """Give a port whose queue is full, so that the system answers nothing to whoever connects."""
    with contextlib.ExitStack() as opened:
        listener = opened.enter_context(socket.socket())
        listener.bind((HERE, 0))
        listener.listen(0)
        for _ in range(4):
            waiting = opened.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(listener.getsockname())
        yield Endpoint(HERE, listener.getsockname()[1])


@asynccontextmanager
async def echoing() -> AsyncIterator[Endpoint]:
    """Give a port that sends back what it is sent, until that ends."""

    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(1 << 16):
            writer.write(data)
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(echo, HERE, 0)
    async with server:
        yield Endpoint(HERE, server.sockets[0].getsockname()[1])


@asynccontextmanager
async def recording(
    reply: bytes = _REPLY, *, host: str = HERE, port: int = 0, tls: ssl.SSLContext | None = None
) -> AsyncIterator[tuple[Endpoint, list[str]]]:
    """Give a port that answers every HTTP request alike, and the list of the requests' heads."""
    heads: list[str] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                heads.append((await reader.readuntil(b"\r\n\r\n")).decode("latin-1"))
                writer.write(reply)
                await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, host, port, ssl=tls)
    async with server:
        yield Endpoint(host, server.sockets[0].getsockname()[1]), heads


@asynccontextmanager
async def pouring() -> AsyncIterator[Endpoint]:
    """Give a port that says more than anybody wants to read."""

    async def pour(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while not writer.is_closing():
            writer.write(bytes(1 << 16))
            await writer.drain()

    server = await asyncio.start_server(pour, HERE, 0)
    async with server:
        yield Endpoint(HERE, server.sockets[0].getsockname()[1])
