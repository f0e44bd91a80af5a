"""An SSH channel as a byte stream on the event loop: no thread of its own, however long it says nothing."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from typing import Any

import anyio
import paramiko
from anyio.abc import ByteStream, SocketAttribute

from raymon_tui.backends.ssh.channels import LOST, give_back

FULL_WINDOW_S = 0.005
"""paramiko tells by no event when the other side takes bytes again."""


class Readable:
    """Polls as readable when a channel has something to say, its end among that."""

    def __init__(self, channel: paramiko.Channel) -> None:
        self._channel = channel

    def fileno(self) -> int:
        """Return the descriptor; -1 once the channel is closed, when to ask for it would make a new one."""
        return -1 if self._channel.closed else self._channel.fileno()


class ChannelStream(ByteStream):
    """Bytes over a channel that is open."""

    def __init__(self, channel: paramiko.Channel) -> None:
        channel.setblocking(0)
        self._channel = channel
        self._polled: int | None = None

    @property
    def extra_attributes(self) -> Mapping[Any, Callable[[], Any]]:
        """Give what tells that the stream has ended, where it waits for its next use."""
        return {SocketAttribute.raw_socket: lambda: Readable(self._channel)}

    async def receive(self, max_bytes: int = 65536) -> bytes:
        """Return the next bytes."""
        while True:
            try:
                data: bytes = self._channel.recv(max_bytes)
            except TimeoutError:
                await self._wait_readable()
                continue
            except LOST as error:
                raise anyio.BrokenResourceError from error
            if data:
                return data
            raise anyio.EndOfStream

    async def _wait_readable(self) -> None:
        self._polled = self._channel.fileno()
        try:
            await readable(self._channel)
        finally:
            self._polled = None

    async def send(self, item: bytes) -> None:
        """Send all of `item`."""
        rest = memoryview(item)
        while rest:
            try:
                sent = self._channel.send(rest[: 1 << 15].tobytes())
            except TimeoutError:
                await anyio.sleep(FULL_WINDOW_S)
                continue
            except LOST as error:
                raise anyio.BrokenResourceError from error
            if not sent:
                raise anyio.BrokenResourceError
            rest = rest[sent:]
            await anyio.lowlevel.checkpoint()

    async def send_eof(self) -> None:
        """Say that nothing more comes from here."""
        with contextlib.suppress(*LOST):
            self._channel.shutdown_write()

    async def aclose(self) -> None:
        """Close the channel; whoever waits for bytes from it is told."""
        if self._polled is not None:
            anyio.notify_closing(self._polled)
        give_back(self._channel)
        await anyio.lowlevel.checkpoint()


async def readable(channel: paramiko.Channel) -> None:
    """Wait until a channel has something to say."""
    descriptor = channel.fileno()
    try:
        await anyio.wait_readable(descriptor)
    except (OSError, ValueError, anyio.ClosedResourceError) as error:
        raise anyio.BrokenResourceError from error
