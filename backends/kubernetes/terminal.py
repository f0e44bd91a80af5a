"""A command in a pod with this terminal's input and output, as `kubectl exec -it` gives it."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
from collections.abc import Sequence

import anyio
import websockets
from anyio import to_thread
from websockets.asyncio.client import ClientConnection

from raymon_tui.backends.errors import UnreachableError
from raymon_tui.backends.kubernetes.api_server import ApiServer
from raymon_tui.backends.kubernetes.channels import COMMANDS, open_channels
from raymon_tui.backends.kubernetes.commands import ERR, OUT, STATUS, Place, exit_status
from raymon_tui.backends.raw_terminal import raw_terminal

STDIN, RESIZE, CLOSE = 0, 4, 255
_CHUNK = 1 << 15


async def execute_in(api: ApiServer, place: Place, argv: Sequence[str], tried: str, *, terminal: bool) -> int:
    """Run `argv` and return its exit code; see `Executing.execute`."""
    line = [
        "sh",
        "-c",
        'if command -v bash >/dev/null 2>&1; then exec bash --login -c "$0" bash "$@"; fi; exec sh -l -c "$0" sh "$@"',
    ]
    wrapped = [*line, 'exec "$@"' if len(argv) > 1 else argv[0], *(argv if len(argv) > 1 else ())]
    asked = place.params(wrapped, stdin=True, tty=terminal)
    socket = await open_channels(api, place.path, asked, COMMANDS, tried)
    try:
        with raw_terminal() if terminal else contextlib.nullcontext():
            code, said = await _pass_on(socket, terminal=terminal)
    finally:
        with anyio.move_on_after(2.0, shield=True), contextlib.suppress(OSError):
            await socket.close()
    if code is None:
        raise UnreachableError(tried, said or "the connection was lost", "try again")
    return code


async def _pass_on(socket: ClientConnection, *, terminal: bool) -> tuple[int | None, str]:
    """Carry input and output until the command has ended."""
    ended: tuple[int | None, str] = (None, "")
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(_pass_input, socket)
        if terminal:
            tasks.start_soon(_follow_size, socket)
        with contextlib.suppress(websockets.exceptions.ConnectionClosed):
            while True:
                frame = await socket.recv()
                if not isinstance(frame, bytes) or not frame:
                    continue
                if frame[0] in (OUT, ERR):
                    await _write((sys.stdout if frame[0] == OUT else sys.stderr).fileno(), frame[1:])
                elif frame[0] == STATUS:
                    ended = exit_status(frame[1:])
        tasks.cancel_scope.cancel()
    return ended


async def _write(descriptor: int, data: bytes) -> None:
    while data:
        data = data[await to_thread.run_sync(os.write, descriptor, data) :]


async def _pass_input(socket: ClientConnection) -> None:
    descriptor = sys.stdin.fileno()
    with contextlib.suppress(websockets.exceptions.ConnectionClosed):
        while True:
            # A file or /dev/null is always ready, and cannot be waited for.
            with contextlib.suppress(OSError, ValueError):
                await anyio.wait_readable(descriptor)
            data = await to_thread.run_sync(os.read, descriptor, _CHUNK)
            if not data:
                if socket.subprotocol == COMMANDS[0]:
                    await socket.send(bytes([CLOSE, STDIN]))
                return
            await socket.send(bytes([STDIN]) + data)


async def _follow_size(socket: ClientConnection) -> None:
    with anyio.open_signal_receiver(signal.SIGWINCH) as signals:
        await _send_size(socket)
        async for _ in signals:
            await _send_size(socket)


async def _send_size(socket: ClientConnection) -> None:
    size = os.get_terminal_size(sys.stdin.fileno())
    with contextlib.suppress(websockets.exceptions.ConnectionClosed):
        await socket.send(bytes([RESIZE]) + json.dumps({"Width": size.columns, "Height": size.lines}).encode())
