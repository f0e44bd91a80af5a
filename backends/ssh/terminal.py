"""A command on the other side with this terminal's input and output, as ssh gives it."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections.abc import Awaitable, Callable

import anyio
import paramiko
from anyio import to_thread

from raymon_tui.backends.ssh.commands import MARK, exit_code
from raymon_tui.backends.ssh.stream import ChannelStream, readable

SendSignal = Callable[[signal.Signals], Awaitable[None]]
_CHUNK = 1 << 15
_LONGEST_MARK = 32
HUNG_UP_S = 2.0
"""So long a command may take to end once its terminal was closed."""


def ask_for_terminal(channel: paramiko.Channel) -> None:
    """Have the other side give the command a terminal of this one's kind and size; blocks."""
    size = _size()
    channel.get_pty(os.environ.get("TERM", "xterm"), size.columns, size.lines)


async def pass_on(channel: paramiko.Channel, began: Callable[[int], None], send: SendSignal, *, terminal: bool) -> int:
    """Carry input and output until the command has ended; return its exit code.

    `began` is told its process there, and `send` is then given the signals that come here; in a terminal Ctrl-C is a
    key, which is none of them. Returns early, the command still running, where one that asks for its end comes twice,
    where our own terminal was closed, or where nobody reads what it writes any more.
    """
    let_go: list[int] = []
    async with anyio.create_task_group() as tasks:

        def end(code: int) -> None:
            let_go.append(code)
            tasks.cancel_scope.cancel()

        tasks.start_soon(_pass_input, channel)
        if terminal:
            tasks.start_soon(_follow_size, channel)
            tasks.start_soon(_pass_ends, send, end)
        else:
            tasks.start_soon(_pass_signals, send, end)
        try:
            await _pass_output(channel, began, terminal=terminal)
        except BrokenPipeError:
            end(128 + signal.SIGPIPE)
        tasks.cancel_scope.cancel()
    return let_go[0] if let_go else await to_thread.run_sync(exit_code, channel)


async def _pass_signals(send: SendSignal, end: Callable[[int], None]) -> None:
    """Give signals to the command, which may make of them what it likes; the second Ctrl-C is for us."""
    interrupted = False
    with anyio.open_signal_receiver(signal.SIGINT, signal.SIGTERM, signal.SIGHUP) as signals:
        async for received in signals:
            if received == signal.SIGINT and interrupted:
                end(128 + signal.SIGINT)
                return
            interrupted = interrupted or received == signal.SIGINT
            await send(received)


async def _pass_ends(send: SendSignal, end: Callable[[int], None]) -> None:
    """Give signals to a command in a terminal; what was asked to end twice, or has no terminal here, is let go of."""
    asked = False
    with anyio.open_signal_receiver(signal.SIGTERM, signal.SIGHUP) as signals:
        async for received in signals:
            if asked:
                end(128 + received)
                return
            asked = True
            await send(received)
            if received == signal.SIGHUP:
                await anyio.sleep(HUNG_UP_S)
                end(128 + received)


async def _pass_output(channel: paramiko.Channel, began: Callable[[int], None], *, terminal: bool) -> None:
    out = _Writer(sys.stdout.fileno(), began, hold_back=not terminal)
    err = _Writer(sys.stderr.fileno(), began, hold_back=True)
    while True:
        found = False
        while channel.recv_ready():
            found = True
            await out.write(channel.recv(_CHUNK))
        while channel.recv_stderr_ready():
            found = True
            await err.write(channel.recv_stderr(_CHUNK))
        if found:
            continue
        if channel.closed or (channel.eof_received and channel.exit_status_ready()):
            return
        if channel.eof_received:
            await anyio.sleep(0.01)
        else:
            await readable(channel)


class _Writer:
    """Writes what stands behind the mark; a login shell may have printed something before.

    In a terminal that is not held back: it may ask for something, such as a new password.
    """

    def __init__(self, descriptor: int, began: Callable[[int], None], *, hold_back: bool) -> None:
        self._descriptor = descriptor
        self._tell = began
        self._waiting = b""
        self._begun = False
        self._hold_back = hold_back

    async def write(self, data: bytes) -> None:
        if not self._begun:
            data = self._behind_mark(self._waiting + data)
        while data:
            written = await to_thread.run_sync(os.write, self._descriptor, data)
            data = data[written:]

    def _behind_mark(self, data: bytes) -> bytes:
        """Return what of `data` is to be written; the rest waits for more."""
        before, mark, rest = data.partition(MARK)
        number, line_break, behind = rest.partition(b"\n")
        if mark and line_break:
            self._begun, self._waiting = True, b""
            # A terminal ends lines in its own way.
            if number.rstrip(b"\r").isdigit():
                self._tell(int(number))
            return behind if self._hold_back else before + behind
        if self._hold_back:
            self._waiting = data
            return b""
        kept = data.rfind(MARK[:1], -_LONGEST_MARK)
        self._waiting = data[kept:] if kept >= 0 else b""
        return data[:kept] if kept >= 0 else data


async def _pass_input(channel: paramiko.Channel) -> None:
    stream, descriptor = ChannelStream(channel), sys.stdin.fileno()
    while True:
        # A file or /dev/null is always ready, and cannot be waited for.
        with contextlib.suppress(OSError, ValueError):
            await anyio.wait_readable(descriptor)
        try:
            data = await to_thread.run_sync(os.read, descriptor, _CHUNK)
        except OSError:
            # The terminal was closed.
            data = b""
        if not data:
            await stream.send_eof()
            return
        await stream.send(data)


async def _follow_size(channel: paramiko.Channel) -> None:
    with anyio.open_signal_receiver(signal.SIGWINCH) as signals:
        async for _ in signals:
            size = _size()
            await to_thread.run_sync(channel.resize_pty, size.columns, size.lines)


def _size() -> os.terminal_size:
    """Return how large the terminal is now; what COLUMNS and LINES say may be of long ago."""
    return os.get_terminal_size(sys.stdin.fileno())
