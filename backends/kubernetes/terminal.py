"""A command in a pod with this terminal's input and output, as `kubectl exec` gives it, and its signals too."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import stat
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import anyio
import websockets
from anyio import to_thread
from websockets.asyncio.client import ClientConnection

from raymon_tui.backends.attached import (
    ANNOUNCED,
    ANNOUNCED_IN_TERMINAL,
    OwnOutput,
    never_began,
    pass_signals,
    terminal_size,
    write_all,
)
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
_BY_LOGIN_SHELL = (
    'if command -v bash >/dev/null 2>&1; then exec bash --login -c "$0" bash "$@"; fi; exec sh -l -c "$0" sh "$@"'
)
_ENDLESS = (
    b"raymon-tui: this API server is older than Kubernetes 1.30, and cannot be told that the input has ended: "
    b"a command that reads to its end waits for more. Ctrl-C ends it.\n"
)
_CHUNK = 1 << 15


async def execute_in(
    api: ApiServer, place: Place, argv: Sequence[str], tried: str, *, terminal: bool, signals: bool
) -> int:
    """Run `argv` and return its exit code; see `Executing.execute`."""
    begin = f"{_sized()}; {_BY_LOGIN_SHELL}" if terminal else _BY_LOGIN_SHELL
    words = ["sh", "-c", begin, ANNOUNCED_IN_TERMINAL if terminal else ANNOUNCED, *argv]
    has_input = terminal or not _is_empty(sys.stdin.fileno())
    asked = place.params(words, stdin=has_input, tty=terminal)
    socket = await open_channels(api, place.path, asked, COMMANDS, tried)
    attached = _Attached(api, place, socket, terminal=terminal, has_input=has_input)
    try:
        with raw_terminal() if terminal else contextlib.nullcontext():
            await attached.to_the_end(signals=signals)
    finally:
        await closed(socket)
        await attached.end()
    if attached.code is None:
        raise UnreachableError(tried, attached.said or "the connection was lost", "try again")
    if attached.instead is not None:
        raise never_began(tried, attached.code, attached.instead, "Does that container's login shell let anybody in?")
    return attached.code


def _sized() -> str:
    """Return what gives a command its terminal's size: it may be there before the word of that, which is sent too."""
    size = terminal_size()
    return f"stty rows {size.lines} cols {size.columns} 2>/dev/null"


class _Attached:
    """A command that runs: its exit `code` once it has one, or was let go of, and what was `said` where it has none."""

    def __init__(
        self, api: ApiServer, place: Place, socket: ClientConnection, *, terminal: bool, has_input: bool
    ) -> None:
        self.code: int | None = None
        self.said = ""
        self._api = api
        self._place = place
        self._socket = socket
        self._terminal = terminal
        self._has_input = has_input
        self._pid: int | None = None
        self._runs = True
        self._out, self._err = (OwnOutput(self._began, hold_back=not terminal) for _ in range(2))

    @property
    def instead(self) -> bytes | None:
        """What came in the place of all output where the command ended before it began; None where it did begin."""
        return None if self._runs or self._out.began else self._err.before + self._out.before

    def _began(self, pid: int) -> None:
        self._pid = pid

    async def to_the_end(self, *, signals: bool) -> None:
        """Carry input, output and, if they are to be, signals until the command has ended, or is let go of."""
        async with anyio.create_task_group() as tasks:

            def let_go(code: int) -> None:
                self.code = code
                tasks.cancel_scope.cancel()

            if self._has_input:
                tasks.start_soon(_pass_input, self._socket)
            if self._terminal:
                tasks.start_soon(_follow_size, self._socket)
            if signals:
                tasks.start_soon(partial(pass_signals, self._send, let_go, terminal=self._terminal))
            try:
                await self._pass_output()
            except BrokenPipeError:
                let_go(128 + signal.SIGPIPE)
            tasks.cancel_scope.cancel()

    async def end(self) -> None:
        """End the command where it still runs: it outlives the websocket that it was started by."""
        if self._runs:
            with anyio.move_on_after(SIGNAL_S, shield=True), contextlib.suppress(RaymonError):
                await self._send(signal.SIGKILL)

    async def _send(self, sent: signal.Signals) -> None:
        await send_signal(self._api, self._place, self._pid, sent)

    async def _pass_output(self) -> None:
        with contextlib.suppress(websockets.exceptions.ConnectionClosed):
            while True:
                frame = await self._socket.recv()
                if not isinstance(frame, bytes) or not frame:
                    continue
                if frame[0] == STATUS:
                    self.code, self.said = exit_status(frame[1:])
                    self._runs = self.code is None
                elif frame[0] == OUT:
                    await write_all(sys.stdout.fileno(), self._out.of(frame[1:]))
                elif frame[0] == ERR:
                    await write_all(sys.stderr.fileno(), self._err.of(frame[1:]))


async def _pass_input(socket: ClientConnection) -> None:
    descriptor = sys.stdin.fileno()
    with contextlib.suppress(websockets.exceptions.ConnectionClosed):
        while True:
            # A file or /dev/null is always ready, and cannot be waited for.
            with contextlib.suppress(OSError, ValueError):
                await anyio.wait_readable(descriptor)
            data = await to_thread.run_sync(os.read, descriptor, _CHUNK)
            if not data:
                await _end_input(socket)
                return
            await socket.send(bytes([STDIN]) + data)


def _is_empty(descriptor: int) -> bool:
    """Return whether an input is known to hold nothing: it is then left out, so that no end of it has to be told."""
    here = os.fstat(descriptor)
    is_null = stat.S_ISCHR(here.st_mode) and here.st_rdev == Path(os.devnull).stat().st_rdev
    return is_null or (stat.S_ISREG(here.st_mode) and here.st_size == 0)


async def _end_input(socket: ClientConnection) -> None:
    """Tell that no more comes; servers before 1.30 have no word for that."""
    if socket.subprotocol == COMMANDS[0]:
        await socket.send(bytes([CLOSE, STDIN]))
    else:
        await write_all(sys.stderr.fileno(), _ENDLESS)


async def _follow_size(socket: ClientConnection) -> None:
    with anyio.open_signal_receiver(signal.SIGWINCH) as signals:
        await _send_size(socket)
        async for _ in signals:
            await _send_size(socket)


async def _send_size(socket: ClientConnection) -> None:
    size = terminal_size()
    with contextlib.suppress(websockets.exceptions.ConnectionClosed):
        await socket.send(bytes([RESIZE]) + json.dumps({"Width": size.columns, "Height": size.lines}).encode())
