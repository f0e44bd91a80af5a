"""A command in a pod with this terminal's input and output, as `kubectl exec` gives it, and its signals too."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field

import anyio
import websockets
from anyio import to_thread
from websockets.asyncio.client import ClientConnection

from raymon_tui.backends.errors import RaymonError, UnreachableError
from raymon_tui.backends.kubernetes.api_server import ApiServer
from raymon_tui.backends.kubernetes.channels import COMMANDS, open_channels
from raymon_tui.backends.kubernetes.commands import (
    ERR,
    OUT,
    SIGNAL_S,
    STATUS,
    Place,
    closed,
    exit_status,
    send_signal,
)
from raymon_tui.backends.raw_terminal import raw_terminal

STDIN, RESIZE, CLOSE = 0, 4, 255
MARK = b"\x1eraymon-tui "
"""Comes before the process id and the command's own output: a login shell may have printed something before."""
_BY_LOGIN_SHELL = (
    'if command -v bash >/dev/null 2>&1; then exec bash --login -c "$0" bash "$@"; fi; exec sh -l -c "$0" sh "$@"'
)
_SHOWN = r"""printf '\036raymon-tui %s\n' $$; exec "$@" """
_PASSED_ON = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_CHUNK = 1 << 15


@dataclass
class _Run:
    """One command: what is known of it so far. Its output is `begun` where no mark is to come before it."""

    api: ApiServer
    place: Place
    socket: ClientConnection
    begun: bool
    pid: int | None = None
    code: int | None = None
    said: str = ""
    waiting: bytes = field(default=b"", repr=False)


async def execute_in(api: ApiServer, place: Place, argv: Sequence[str], tried: str, *, terminal: bool) -> int:
    """Run `argv` and return its exit code; see `Executing.execute`."""
    words = ["sh", "-c", _BY_LOGIN_SHELL, 'exec "$@"' if terminal else _SHOWN, *argv]
    asked = place.params(words, stdin=True, tty=terminal)
    run = _Run(api, place, await open_channels(api, place.path, asked, COMMANDS, tried), begun=terminal)
    try:
        with raw_terminal() if terminal else contextlib.nullcontext():
            await _pass_on(run, terminal=terminal)
    finally:
        await closed(run.socket)
        if run.code is None:
            # A command outlives the websocket that it was started by.
            with anyio.move_on_after(SIGNAL_S, shield=True), contextlib.suppress(RaymonError):
                await send_signal(api, place, run.pid, signal.SIGKILL)
    if run.code is None:
        raise UnreachableError(tried, run.said or "the connection was lost", "try again")
    return run.code


async def _pass_on(run: _Run, *, terminal: bool) -> None:
    """Carry input and output until the command has ended, or is let go of."""
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(_pass_input, run.socket)
        if terminal:
            tasks.start_soon(_follow_size, run.socket)
        else:
            tasks.start_soon(_pass_signals, run, tasks.cancel_scope)
        try:
            await _pass_output(run)
        except BrokenPipeError:
            run.said, run.code = "nobody reads what it writes", 128 + signal.SIGPIPE
            await send_signal(run.api, run.place, run.pid, signal.SIGPIPE)
        tasks.cancel_scope.cancel()


async def _pass_output(run: _Run) -> None:
    with contextlib.suppress(websockets.exceptions.ConnectionClosed):
        while True:
            frame = await run.socket.recv()
            if not isinstance(frame, bytes) or not frame:
                continue
            if frame[0] == STATUS:
                run.code, run.said = exit_status(frame[1:])
            elif frame[0] == OUT:
                await _write(sys.stdout.fileno(), frame[1:] if run.begun else _behind_mark(run, frame[1:]))
            elif frame[0] == ERR:
                await _write(sys.stderr.fileno(), frame[1:])


def _behind_mark(run: _Run, data: bytes) -> bytes:
    """Return what of the output is the command's own, and take note of its process."""
    run.waiting += data
    _, mark, rest = run.waiting.partition(MARK)
    number, line_break, output = rest.partition(b"\n")
    if not mark or not line_break:
        return b""
    run.begun, run.waiting = True, b""
    run.pid = int(number) if number.isdigit() else None
    return output


async def _write(descriptor: int, data: bytes) -> None:
    while data:
        data = data[await to_thread.run_sync(os.write, descriptor, data) :]


async def _pass_signals(run: _Run, whole: anyio.CancelScope) -> None:
    """Give signals to the command, which may make of them what it likes; the second Ctrl-C is for us."""
    interrupted = False
    with anyio.open_signal_receiver(*_PASSED_ON) as signals:
        async for received in signals:
            if received == signal.SIGINT and interrupted:
                await send_signal(run.api, run.place, run.pid, signal.SIGKILL)
                run.code = 128 + signal.SIGINT
                whole.cancel()
                return
            interrupted = interrupted or received == signal.SIGINT
            await send_signal(run.api, run.place, run.pid, received)


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
