"""A cable between here and a port of loopback, which can be pulled out, cut, put in again, and slow."""

from __future__ import annotations

import asyncio
import contextlib
import math
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

_PART, _EVERY_S = 1 << 16, 0.02


class Cable:
    """Carries bytes while it is whole; out, it carries none and says nothing, as a real one."""

    def __init__(self, to_port: int) -> None:
        self.port = 0
        self._to_port = to_port
        self._whole = asyncio.Event()
        self._whole.set()
        self._bytes_per_s = math.inf
        self._writers: set[asyncio.StreamWriter] = set()

    def pull_out(self) -> None:
        self._whole.clear()

    def put_in(self) -> None:
        self._whole.set()

    def slow_down(self, bytes_per_s: float) -> None:
        """Carry so many bytes a second each way; what is sent faster waits at the far end."""
        self._bytes_per_s = bytes_per_s

    def speed_up(self) -> None:
        self._bytes_per_s = math.inf

    def cut(self) -> None:
        """End every connection at once, as a firewall that was restarted."""
        for writer in tuple(self._writers):
            writer.transport.abort()

    def forget(self) -> None:
        """Put it in again for new connections, while those that there are stay silent for ever, as behind a router
        that was restarted.
        """
        self._whole = asyncio.Event()
        self._whole.set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            whole = self._whole
            await whole.wait()
            far_reader, far_writer = await asyncio.open_connection(sock=_connected(self._to_port), limit=_PART)
            ours = {writer, far_writer}
            self._writers |= ours
            with contextlib.suppress(OSError):
                await asyncio.gather(self._carry(reader, far_writer, whole), self._carry(far_reader, writer, whole))
            self._writers -= ours

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, whole: asyncio.Event) -> None:
        while data := await reader.read(_PART):
            await whole.wait()
            while data and not math.isinf(self._bytes_per_s):
                size = max(1, int(self._bytes_per_s * _EVERY_S))
                part, data = data[:size], data[size:]
                await asyncio.sleep(_EVERY_S)
                writer.write(part)
                await writer.drain()
            writer.write(data)
            await writer.drain()
        writer.close()


def _connected(port: int) -> socket.socket:
    """Connect with little room for what has come: what a real cable does not carry yet waits where it is sent."""
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _PART)
    sock.connect(("127.0.0.1", port))
    sock.setblocking(False)
    return sock


@asynccontextmanager
async def cable(to_port: int) -> AsyncIterator[Cable]:
    made = Cable(to_port)
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        made.put_in()
        made.cut()
        server.close()
