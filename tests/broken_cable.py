"""A cable between here and a port of loopback, which can be pulled out, cut, and put in again."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Cable:
    """Carries bytes while it is whole; out, it carries none and says nothing, as a real one."""

    def __init__(self, to_port: int) -> None:
        self.port = 0
        self._to_port = to_port
        self._whole = asyncio.Event()
        self._whole.set()
        self._writers: set[asyncio.StreamWriter] = set()

    def pull_out(self) -> None:
        self._whole.clear()

    def put_in(self) -> None:
        self._whole.set()

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
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._to_port)
            ours = {writer, far_writer}
            self._writers |= ours
            with contextlib.suppress(OSError):
                await asyncio.gather(_carry(reader, far_writer, whole), _carry(far_reader, writer, whole))
            self._writers -= ours


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


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, whole: asyncio.Event) -> None:
    while data := await reader.read(65536):
        await whole.wait()
        writer.write(data)
        await writer.drain()
    writer.close()
