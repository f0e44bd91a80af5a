"""A command on the other side with this terminal's input and output, as ssh gives it."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import anyio
import paramiko
from anyio import to_thread

from raymon_tui.backends.attached import OwnOutput, SendSignal, pass_signals, terminal_size, write_all
from raymon_tui.backends.ssh.channels import LOST
from raymon_tui.backends.ssh.commands import exit_code
from raymon_tui.backends.ssh.stream import ChannelStream, readable

_CHUNK = 1 << 15


def ask_for_terminal(channel: paramiko.Channel) -> None:
    """Have the other side give the command a terminal of this one's kind and size; blocks."""
    size = terminal_size()
    channel.get_pty(os.environ.get("TERM", "xterm"), size.columns, size.lines)


class Passed(NamedTuple):
    """How a command ended; `instead` is what came in the place of its output where it was never begun, else None."""

    code: int
    instead: bytes | None = None


async def pass_on(
    channel: paramiko.Channel, began: Callable[[int], None], send: SendSignal | None, *, terminal: bool
) -> Passed:
    """Carry input and output until the command has ended.

    `began` is told its process there, and `send` is then given the signals that come here, which where it is None stay
    whose they are; in a terminal Ctrl-C is a key, which is none of them. Returns early, the command still running,
    where one that asks for its end comes twice, where our own terminal was closed, or where nobody reads what it writes
    any more. Raises one of `LOST` where the connection is lost.
    """
    let_go: list[int] = []
    lost: list[Exception] = []
    outputs = _Outputs(began, terminal=terminal)
    async with anyio.create_task_group() as tasks:

        def end(code: int) -> None:
            let_go.append(code)
            tasks.cancel_scope.cancel()

        tasks.start_soon(_pass_input, channel)
        if terminal:
            tasks.start_soon(_follow_size, channel)
        if send is not None:
            tasks.start_soon(partial(pass_signals, send, end, terminal=terminal))
        try:
            await outputs.pass_on(channel)
        except BrokenPipeError:
            end(128 + signal.SIGPIPE)
        except LOST as error:
            lost.append(error)
        tasks.cancel_scope.cancel()
    if let_go:
        return Passed(let_go[0])
    if lost:
        raise lost[0]
    return Passed(await exit_code(channel), outputs.instead)


class _Outputs:
    """What a command writes, on its way to where we write; in a terminal all of it is seen as it comes."""

    def __init__(self, began: Callable[[int], None], *, terminal: bool) -> None:
        self._out = OwnOutput(began, hold_back=not terminal)
        self._err = OwnOutput(began, hold_back=not terminal)

    async def pass_on(self, channel: paramiko.Channel) -> None:
        """Write all that comes, until it ends."""
        out, err = sys.stdout.fileno(), sys.stderr.fileno()
        while True:
            found = False
            while channel.recv_ready():
                found = True
                await write_all(out, self._out.of(channel.recv(_CHUNK)))
            while channel.recv_stderr_ready():
                found = True
                await write_all(err, self._err.of(channel.recv_stderr(_CHUNK)))
            if found:
                continue
            if channel.closed or (channel.eof_received and channel.exit_status_ready()):
                return
            if channel.eof_received:
                await anyio.sleep(0.01)
            else:
                await readable(channel)

    @property
    def instead(self) -> bytes | None:
        """What came in the place of all output, whether it was seen or not; None where the command began."""
        return None if self._out.began else self._err.before + self._out.before


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
        try:
            await stream.send(data)
        except anyio.BrokenResourceError:
            # Whether that is a command that has ended is told by its output.
            return


async def _follow_size(channel: paramiko.Channel) -> None:
    with anyio.open_signal_receiver(signal.SIGWINCH) as signals:
        async for _ in signals:
            size = terminal_size()
            with contextlib.suppress(*LOST):
                await to_thread.run_sync(channel.resize_pty, size.columns, size.lines)
