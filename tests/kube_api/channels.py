"""Port-forward and exec, by the channels that a websocket carries: real connections, real commands."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import json
import os
import pty
import signal
import struct
import subprocess
import termios
from collections.abc import Sequence
from typing import Any

import aiohttp
from aiohttp import web

STDIN, OUT, ERR, STATUS, RESIZE = 0, 1, 2, 3, 4
_CLOSE_STDIN = b"\xff\x00"
_CHUNK = 1 << 16


async def forwarded(request: web.Request, address: str) -> web.StreamResponse:
    """Carry one connection to a port."""
    port = int(request.query["ports"])
    socket = web.WebSocketResponse(protocols=("v4.channel.k8s.io",), max_msg_size=0)
    await socket.prepare(request)
    for channel in (0, 1):
        await socket.send_bytes(bytes([channel]) + port.to_bytes(2, "little"))
    try:
        reading, writing = await asyncio.open_connection(address, port)
    except OSError as error:
        await socket.send_bytes(b"\x01error forwarding port: " + str(error).encode())
        await socket.close()
        return socket

    async def back() -> None:
        with contextlib.suppress(ConnectionError):
            while data := await reading.read(_CHUNK):
                await socket.send_bytes(b"\x00" + data)
            await socket.close()

    task = asyncio.ensure_future(back())
    try:
        async for message in socket:
            if message.type == aiohttp.WSMsgType.BINARY and message.data[:1] == b"\x00":
                writing.write(message.data[1:])
                await writing.drain()
    finally:
        task.cancel()
        writing.close()
    return socket


async def executed(request: web.Request, protocols: Sequence[str]) -> web.StreamResponse:
    """Run a command here. That whoever asked goes away does not end it, as in a pod; that the server does, does."""
    socket = web.WebSocketResponse(protocols=tuple(protocols), max_msg_size=0)
    await socket.prepare(request)
    words = request.query.getall("command")
    if request.query.get("tty"):
        return await _on_terminal(socket, words)
    process = await asyncio.create_subprocess_exec(
        *words,
        stdin=asyncio.subprocess.PIPE if request.query.get("stdin") else subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )

    async def out(stream: asyncio.StreamReader | None, channel: int) -> None:
        while stream is not None and (data := await stream.read(_CHUNK)):
            with contextlib.suppress(ConnectionError):
                await socket.send_bytes(bytes([channel]) + data)

    async def into() -> None:
        async for message in socket:
            if process.stdin is None or message.type != aiohttp.WSMsgType.BINARY:
                continue
            if message.data == _CLOSE_STDIN:
                process.stdin.close()
            elif message.data[:1] == bytes([STDIN]):
                process.stdin.write(message.data[1:])

    reading = asyncio.ensure_future(into())
    try:
        await asyncio.gather(out(process.stdout, OUT), out(process.stderr, ERR))
        await _tell_end(socket, await process.wait())
    finally:
        reading.cancel()
        _end(process.pid)
    return socket


async def _on_terminal(socket: web.WebSocketResponse, words: Sequence[str]) -> web.WebSocketResponse:
    master, slave = pty.openpty()
    process = await asyncio.create_subprocess_exec(
        *words, stdin=slave, stdout=slave, stderr=slave, start_new_session=True
    )
    os.close(slave)

    async def out() -> None:
        with contextlib.suppress(OSError):
            while data := await asyncio.to_thread(os.read, master, _CHUNK):
                await socket.send_bytes(bytes([OUT]) + data)

    async def into() -> None:
        async for message in socket:
            if message.type != aiohttp.WSMsgType.BINARY:
                continue
            if message.data[:1] == bytes([STDIN]):
                os.write(master, message.data[1:])
            elif message.data[:1] == bytes([RESIZE]):
                size = json.loads(message.data[1:])
                fcntl.ioctl(master, termios.TIOCSWINSZ, struct.pack("HHHH", size["Height"], size["Width"], 0, 0))

    reading = asyncio.ensure_future(into())
    try:
        await out()
        await _tell_end(socket, await process.wait())
    finally:
        reading.cancel()
        _end(process.pid)
        os.close(master)
    return socket


def _end(pid: int) -> None:
    """End a command and all that it has started."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)


async def _tell_end(socket: web.WebSocketResponse, code: int) -> None:
    told: dict[str, Any] = {"status": "Success"}
    if code:
        code = 128 - code if code < 0 else code
        cause = {"reason": "ExitCode", "message": str(code)}
        message = f"command terminated with non-zero exit code: exit status {code}"
        told = {"status": "Failure", "message": message, "reason": "NonZeroExitCode", "details": {"causes": [cause]}}
    with contextlib.suppress(ConnectionError):
        await socket.send_bytes(bytes([STATUS]) + json.dumps(told).encode())
        await socket.close()
