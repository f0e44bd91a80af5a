"""Byte streams over file descriptors of pipes and terminals, waited for on the event loop and not in threads."""

from __future__ import annotations

import errno
import os

import anyio
from anyio.abc import ByteReceiveStream, ByteSendStream

CHUNK = 1 << 16


class ReadingEnd(ByteReceiveStream):
    """What can be read from a descriptor, which this closes in the end."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = _unblocked(descriptor)

    async def receive(self, max_bytes: int = CHUNK) -> bytes:
        """Return what there is, at least one byte; raises `EndOfStream` at the end."""
        while True:
            _hold_open(self._descriptor)
            try:
                data = os.read(self._descriptor, max_bytes)
            except BlockingIOError:
                await anyio.wait_readable(self._descriptor)
                continue
            except OSError as error:
                # A terminal that nobody holds open any more ends so, on Linux.
                if error.errno != errno.EIO:
                    raise
                data = b""
            if not data:
                raise anyio.EndOfStream
            return data

    async def aclose(self) -> None:
        """Close the descriptor; safe to call twice."""
        self._descriptor = _closed(self._descriptor)


class WritingEnd(ByteSendStream):
    """What can be written to a descriptor, which this closes in the end."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = _unblocked(descriptor)

    async def send(self, item: bytes) -> None:
        """Write all of `item`; raises `BrokenResourceError` where nobody reads any more."""
        left = memoryview(item)
        while left:
            _hold_open(self._descriptor)
            try:
                left = left[os.write(self._descriptor, left) :]
            except BlockingIOError:
                await anyio.wait_writable(self._descriptor)
            except OSError as error:
                raise anyio.BrokenResourceError from error

    async def aclose(self) -> None:
        """Close the descriptor, which is the end for who reads; safe to call twice."""
        self._descriptor = _closed(self._descriptor)


def _unblocked(descriptor: int) -> int:
    os.set_blocking(descriptor, False)
    return descriptor


def _hold_open(descriptor: int) -> None:
    if descriptor < 0:
        raise anyio.ClosedResourceError


def _closed(descriptor: int) -> int:
    if descriptor >= 0:
        anyio.notify_closing(descriptor)
        os.close(descriptor)
    return -1
