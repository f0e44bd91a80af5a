"""A command on the other side with this terminal's input and output, as ssh gives it."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections.abc import Callable
from functools import partial

import anyio
import paramiko
from anyio import to_thread

from raymon_tui.backends.attached import OwnOutput, SendSignal, pass_signals, terminal_size, write_all
from raymon_tui.backends.ssh.commands import exit_code
from raymon_tui.backends.ssh.stream import ChannelStream, readable

_CHUNK = 1 << 15


def ask_for_terminal(channel: paramiko.Channel) -> None:
    """Have the other side give the command a terminal of this one's kind and size; blocks."""
    size = terminal_size()
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
        tasks.start_soon(partial(pass_signals, send, end, terminal=terminal))
        try:
            await _pass_output(channel, began, terminal=terminal)
        except BrokenPipeError:
            end(128 + signal.SIGPIPE)
        tasks.cancel_scope.cancel()
    return let_go[0] if let_go else await to_thread.run_sync(exit_code, channel)


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
    def __init__(self, descriptor: int, began: Callable[[int], None], *, hold_back: bool) -> None:
        self._descriptor = descriptor
        self._own = OwnOutput(began, hold_back=hold_back)

    async def write(self, data: bytes) -> None:
        await write_all(self._descriptor, self._own.of(data))


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
            size = terminal_size()
            await to_thread.run_sync(channel.resize_pty, size.columns, size.lines)
