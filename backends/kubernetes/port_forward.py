"""A byte stream to a port of a pod, through a websocket of the API server."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from typing import Any

import anyio
import websockets
from anyio.abc import ByteStream, SocketAttribute
from websockets.asyncio.client import ClientConnection
from websockets.protocol import State

from raymon_tui.backends.errors import TimedOutError, UnreachableError
from raymon_tui.backends.kubernetes.api_server import ApiServer
from raymon_tui.backends.kubernetes.channels import PORTS, open_channels

DATA, ERROR = 0, 1
REFUSAL_S = 0.1
"""So long a kubelet may take to say that nobody listens; nothing tells that somebody does."""
CLOSE_S = 2.0
_CHUNK = 1 << 16
_NOBODY = "does anything listen on that port?"


class Readable:
    """Polls as readable when a websocket has something to say, its end among that."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket

    def fileno(self) -> int:
        """Return the descriptor; -1 once the websocket is closed."""
        raw = self._socket.transport.get_extra_info("socket")
        return raw.fileno() if self._socket.state is State.OPEN and raw is not None else -1


class ForwardedStream(ByteStream):
    """One connection to a pod's port. The protocol has no half of an end: `send_eof` is the end of both.

    Where nobody listens, reading raises the `UnreachableError` of what the kubelet said.
    """

    def __init__(self, socket: ClientConnection, tried: str) -> None:
        self._socket = socket
        self._tried = tried
        self._left = memoryview(b"")
        # The port's number comes first on both channels.
        self._unnumbered = {DATA, ERROR}

    async def receive(self, max_bytes: int = _CHUNK) -> bytes:
        """Return what comes next; raises `EndOfStream` where nothing more does."""
        while not self._left:
            try:
                frame = await self._socket.recv()
            except websockets.exceptions.ConnectionClosed:
                raise anyio.EndOfStream from None
            except websockets.exceptions.ConcurrencyError:
                raise anyio.BusyResourceError("reading from") from None
            if isinstance(frame, bytes) and frame:
                self._take(frame)
        taken, self._left = self._left[:max_bytes], self._left[max_bytes:]
        return bytes(taken)

    def _take(self, frame: bytes) -> None:
        if frame[0] in self._unnumbered:
            self._unnumbered.discard(frame[0])
        elif frame[0] == DATA:
            self._left = memoryview(frame)[1:]
        elif frame[0] == ERROR and len(frame) > 1:
            said = frame[1:].decode("utf-8", "replace").strip()[:300]
            raise UnreachableError(self._tried, said or "it was refused", _NOBODY)

    async def begun(self) -> None:
        """Wait a moment for a refusal, and raise it; nothing that the pod has said meanwhile is lost."""
        with anyio.move_on_after(REFUSAL_S):
            while not self._left:
                try:
                    frame = await self._socket.recv()
                except websockets.exceptions.ConnectionClosed as error:
                    said = f"the connection was closed: {error.rcvd.reason if error.rcvd else ''}".rstrip(": ")
                    raise UnreachableError(self._tried, said, _NOBODY) from None
                if isinstance(frame, bytes) and frame:
                    self._take(frame)

    async def send(self, item: bytes) -> None:
        """Send bytes."""
        try:
            for start in range(0, len(item), _CHUNK):
                await self._socket.send(bytes([DATA]) + item[start : start + _CHUNK])
        except websockets.exceptions.ConnectionClosed as error:
            raise anyio.BrokenResourceError(str(error)) from None

    async def send_eof(self) -> None:
        """End the stream: there is no way to end one half of it."""
        await self.aclose()

    async def aclose(self) -> None:
        """Give the connection back; safe to call twice."""
        with anyio.move_on_after(CLOSE_S, shield=True), contextlib.suppress(OSError):
            await self._socket.close()

    @property
    def extra_attributes(self) -> Mapping[Any, Callable[[], Any]]:
        """Give what tells that the stream has ended, where it waits for its next use."""
        return {SocketAttribute.raw_socket: lambda: Readable(self._socket)}


async def forward(
    api: ApiServer, namespace: str, pod: str, port: int, tried: str, limit_s: float, *, certain: bool = True
) -> ForwardedStream:
    """Connect to a port of a pod; raises `UnreachableError` where nobody listens, `RefusedError` where we may not.

    Unless it is to be `certain`, that nobody listens is told when the stream is read: that spares a tenth of a second.
    """
    path = f"/api/v1/namespaces/{namespace}/pods/{pod}/portforward"
    try:
        with anyio.fail_after(limit_s):
            socket = await open_channels(api, path, [("ports", str(port))], PORTS, tried)
            stream = ForwardedStream(socket, tried)
            if certain:
                try:
                    await stream.begun()
                except BaseException:
                    await stream.aclose()
                    raise
    except TimeoutError:
        raise TimedOutError(tried, f"no answer within {limit_s:g} s", "is the API server overloaded?") from None
    return stream
