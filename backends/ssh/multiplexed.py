"""Many byte streams over one, in the frames of `relay_program`: one that nobody reads holds up no other."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from collections.abc import Callable, Mapping
from typing import Any

import anyio
from anyio.abc import ByteStream

from raymon_tui.backends.base import Endpoint
from raymon_tui.backends.dialling import Idle
from raymon_tui.backends.errors import TimedOutError, UnreachableError
from raymon_tui.backends.ssh.relay_program import (
    AMOUNT,
    CHUNK,
    CLOSE,
    CONNECT_WITHIN_S,
    DATA,
    END,
    FAILED,
    HEADER,
    LATE,
    OPEN,
    OPENED,
    TAKEN,
    WINDOW,
)

_MOST_WORDS = 300


class Multiplexed:
    """The near end: it speaks over the stream `under` until that ends, and every stream with it.

    `early` has come already. `heard_at` is when something came last, in the event loop's time.
    """

    def __init__(self, under: ByteStream, early: bytes = b"") -> None:
        self.ended = False
        self.heard_at = anyio.current_time()
        self._under = under
        self._unread, self._unsent = bytearray(early), bytearray()
        self._something_to_send = anyio.Event()
        self._streams: dict[int, OneOfMany] = {}
        self._numbers = itertools.count(1)
        self._tasks = [asyncio.create_task(work()) for work in (self._hear, self._speak)]

    async def open(self, endpoint: Endpoint, tried: str) -> ByteStream:
        """Open a stream to a port as seen from the far end; raises `UnreachableError` where there is none."""
        number = next(self._numbers)
        stream = OneOfMany(number, self.send, lambda: self._streams.pop(number, None))
        if self.ended:
            stream.take(CLOSE, b"")
        else:
            self._streams[number] = stream
            self.send(OPEN, number, f"{endpoint.port} {endpoint.host}".encode())
        try:
            await stream.opened(tried)
        except BaseException:
            stream.forget()
            raise
        return stream

    def send(self, kind: int, number: int, data: bytes = b"") -> None:
        """Have a frame sent; nothing is, once the other side is gone."""
        if not self.ended:
            self._unsent += HEADER.pack(kind, number, len(data)) + data
            self._something_to_send.set()

    async def _speak(self) -> None:
        with contextlib.suppress(anyio.BrokenResourceError, anyio.ClosedResourceError):
            while True:
                await self._something_to_send.wait()
                self._something_to_send = anyio.Event()
                while self._unsent:
                    part = bytes(self._unsent[:CHUNK])
                    del self._unsent[:CHUNK]
                    await self._under.send(part)
        self._end()

    async def _hear(self) -> None:
        with contextlib.suppress(anyio.EndOfStream, anyio.BrokenResourceError, anyio.ClosedResourceError):
            while True:
                self._take_frames()
                self._unread += await self._under.receive(4 * CHUNK)
                self.heard_at = anyio.current_time()
        self._end()

    def _take_frames(self) -> None:
        while len(self._unread) >= HEADER.size:
            kind, number, length = HEADER.unpack_from(self._unread)
            end = HEADER.size + length
            if len(self._unread) < end:
                return
            stream = self._streams.get(number)
            # There may still come some of a stream that was closed here.
            if stream is not None:
                stream.take(kind, bytes(self._unread[HEADER.size : end]))
            del self._unread[:end]

    def _end(self) -> None:
        self.ended = True
        self._unsent.clear()
        streams, self._streams = tuple(self._streams.values()), {}
        for stream in streams:
            stream.take(CLOSE, b"")

    async def aclose(self) -> None:
        """End every stream, and the one under them."""
        for task in self._tasks:
            task.cancel()
        await asyncio.wait(self._tasks)
        self._end()
        await self._under.aclose()


class OneOfMany(ByteStream):
    """One of the streams; `send` has a frame sent, `forgotten` is called once it is over here."""

    def __init__(self, number: int, send: Callable[[int, int, bytes], None], forgotten: Callable[[], object]) -> None:
        self._number = number
        self._send = send
        self._forgotten = forgotten
        self._received = bytearray()
        self._credit = WINDOW
        self._untold = 0
        self._open = self._ended = self._broken = self._closed = False
        self._failure: tuple[int, str] | None = None
        self._changed = anyio.Event()

    @property
    def extra_attributes(self) -> Mapping[Any, Callable[[], Any]]:
        """Give what tells that the stream has ended, where it waits for its next use."""
        return {Idle.has_spoken: lambda: bool(self._received or self._ended or self._broken or self._closed)}

    def take(self, kind: int, data: bytes) -> None:
        """Take a frame that has come."""
        if kind == DATA:
            self._received += data
        elif kind == TAKEN:
            self._credit += AMOUNT.unpack(data)[0]
        elif kind in (FAILED, LATE):
            self._failure = kind, " ".join(data.decode("utf-8", "replace").split())[:_MOST_WORDS]
        self._open = self._open or kind == OPENED
        self._ended = self._ended or kind == END
        self._broken = self._broken or kind == CLOSE
        self._tell_change()

    async def opened(self, tried: str) -> None:
        """Wait until the far end is connected; raises `UnreachableError` where it cannot be."""
        while not (self._open or self._broken or self._failure):
            await self._changed.wait()
        if self._failure is not None:
            kind, said = self._failure
            if kind == LATE:
                raise TimedOutError(tried, f"no answer within {CONNECT_WITHIN_S:.0f} s", "Is it up?")
            raise UnreachableError(tried, said or "it cannot be reached", "Is it up, and is that its port?")
        if not self._open:
            raise UnreachableError(tried, "the command that passes bytes on there has ended", "It is tried again.")

    async def receive(self, max_bytes: int = 65536) -> bytes:
        """Return the next bytes."""
        while not self._received:
            if self._closed:
                raise anyio.ClosedResourceError
            if self._ended:
                raise anyio.EndOfStream
            if self._broken:
                raise anyio.BrokenResourceError
            await self._changed.wait()
        data = bytes(self._received[:max_bytes])
        del self._received[:max_bytes]
        self._untold += len(data)
        if self._untold >= WINDOW // 4:
            self._send(TAKEN, self._number, AMOUNT.pack(self._untold))
            self._untold = 0
        return data

    async def send(self, item: bytes) -> None:
        """Send all of `item`, once as much may be under way."""
        rest = memoryview(item)
        while rest:
            if self._closed:
                raise anyio.ClosedResourceError
            if self._broken:
                raise anyio.BrokenResourceError
            part = rest[: min(CHUNK, self._credit)]
            if not part:
                await self._changed.wait()
                continue
            self._credit -= len(part)
            self._send(DATA, self._number, part.tobytes())
            rest = rest[len(part) :]
        await anyio.lowlevel.checkpoint()

    async def send_eof(self) -> None:
        """Say that nothing more comes from here."""
        if not (self._broken or self._closed):
            self._send(END, self._number, b"")

    async def aclose(self) -> None:
        """Close the stream, both ways."""
        self.forget()
        await anyio.lowlevel.checkpoint()

    def forget(self) -> None:
        """Close the stream at once; what it was sent to is told."""
        if not self._closed:
            self._closed = True
            self._forgotten()
            if not (self._broken or self._failure):
                self._send(CLOSE, self._number, b"")
            self._tell_change()

    def _tell_change(self) -> None:
        self._changed.set()
        self._changed = anyio.Event()
