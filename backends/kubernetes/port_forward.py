"""A byte stream to a port of a pod, through a websocket of the API server."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from typing import Any

import anyio
import websockets
from anyio.abc import ByteStream
from websockets.asyncio.client import ClientConnection

from raymon_tui.backends.errors import TimedOutError, UnreachableError
from raymon_tui.backends.kubernetes.api_server import ApiServer
from raymon_tui.backends.kubernetes.channels import PORTS, open_channels

DATA, ERROR = 0, 1
REFUSAL_S = 0.1
"""So long a kubelet may take to say that nobody listens; nothing tells that somebody does."""
_CHUNK = 1 << 16


class ForwardedStream(ByteStream):
    """One connection to a pod's port. The protocol has no half of an end: `send_eof` is the end of both."""

    def __init__(self, socket: ClientConnection, tried: str, first: bytes = b"") -> None:
        self._socket = socket
        self._tried = tried
        self._left = memoryview(first)

    async def receive(self, max_bytes: int = _CHUNK) -> bytes:
        """Return what comes next; raises `EndOfStream` where nothing more does."""
        while not self._left:
            try:
                frame = await self._socket.recv()
            except websockets.exceptions.ConnectionClosed:
                raise anyio.EndOfStream from None
            if isinstance(frame, bytes) and frame[:1] == bytes([DATA]):
                self._left = memoryview(frame)[1:]
            elif isinstance(frame, bytes) and len(frame) > 1:
                raise anyio.BrokenResourceError(_said(frame)) from None
        taken, self._left = self._left[:max_bytes], self._left[max_bytes:]
        return bytes(taken)

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
        with anyio.move_on_after(2.0, shield=True), contextlib.suppress(OSError):
            await self._socket.close()

    @property
    def extra_attributes(self) -> Mapping[Any, Callable[[], Any]]:
        """Nothing is known of the other side."""
        return {}


async def forward(api: ApiServer, namespace: str, pod: str, port: int, tried: str, limit_s: float) -> ForwardedStream:
    """Connect to a port of a pod; raises `UnreachableError` where nobody listens, `RefusedError` where we may not."""
    path = f"/api/v1/namespaces/{namespace}/pods/{pod}/portforward"
    try:
        with anyio.fail_after(limit_s):
            socket = await open_channels(api, path, [("ports", str(port))], PORTS, tried)
            try:
                return await _begun(socket, tried)
            except BaseException:
                with anyio.CancelScope(shield=True), contextlib.suppress(OSError):
                    await socket.close()
                raise
    except TimeoutError:
        raise TimedOutError(tried, f"no answer within {limit_s:g} s", "is the API server overloaded?") from None


async def _begun(socket: ClientConnection, tried: str) -> ForwardedStream:
    """Take the port's number, which comes first on both channels, and a refusal where there is one."""
    waiting, first = {DATA, ERROR}, b""
    with contextlib.suppress(TimeoutError):
        with anyio.fail_after(REFUSAL_S):
            while True:
                try:
                    frame = await socket.recv()
                except websockets.exceptions.ConnectionClosed as error:
                    raise UnreachableError(
                        tried, f"the connection was closed: {error.reason or 'no reason'}", ""
                    ) from None
                if not isinstance(frame, bytes) or not frame:
                    continue
                if frame[0] in waiting and len(frame) == 3:
                    waiting.discard(frame[0])
                elif frame[0] == ERROR:
                    raise UnreachableError(tried, _said(frame), "does anything listen on that port?")
                else:
                    first = frame[1:]
                    break
    return ForwardedStream(socket, tried, first)


def _said(frame: bytes) -> str:
    return frame[1:].decode("utf-8", "replace").strip()[:300] or "it was refused"
