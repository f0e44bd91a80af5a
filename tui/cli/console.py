"""This program's own input, output and signals, given to a command that runs elsewhere."""

from __future__ import annotations

import contextlib
import os
import signal
import stat
import sys
import termios
import tty
from collections.abc import AsyncIterator, Callable, Iterator

import anyio
import anyio.to_thread
from anyio.abc import ByteReceiveStream, TaskGroup

from raymon_tui.backends.attached import AttachedCommand, Terminal

STDIN, STDOUT, STDERR = 0, 1, 2
CHUNK = 1 << 16
PASSED_ON = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)


def terminal_here() -> Terminal:
    """Return what kind of terminal the user sits at, and its size now."""
    size = os.get_terminal_size(STDIN)
    return Terminal(os.environ.get("TERM") or "dumb", size.columns, size.lines)


@contextlib.contextmanager
def every_key_passed_on() -> Iterator[None]:
    """Let the terminal hand over every key as it is typed, Ctrl-C too: what they mean is for the command to say."""
    before = termios.tcgetattr(STDIN)
    tty.setraw(STDIN)
    try:
        yield
    finally:
        termios.tcsetattr(STDIN, termios.TCSADRAIN, before)


async def converse(command: AttachedCommand, *, typed: bool) -> int:
    """Pass on what the command writes and, where `typed`, what is typed here, until it ends; return its exit code.

    Signals go to the command. The second Ctrl-C is for us: it lets go of the command, whatever that does.
    """
    code = 128 + signal.SIGINT
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(_pass_on_signals, command, tasks.cancel_scope.cancel)
        if typed:
            tasks.start_soon(_pass_on_input, command)
        else:
            await command.stdin.aclose()
        async with anyio.create_task_group() as outputs:
            outputs.start_soon(_pass_on_output, command.stdout, STDOUT, outputs)
            outputs.start_soon(_pass_on_output, command.stderr, STDERR, outputs)
        code = await command.wait() if not outputs.cancel_scope.cancel_called else 128 + signal.SIGPIPE
        tasks.cancel_scope.cancel()
    return code


async def _pass_on_output(stream: ByteReceiveStream, descriptor: int, all_output: TaskGroup) -> None:
    async for data in stream:
        try:
            await anyio.to_thread.run_sync(_write, descriptor, data)
        except BrokenPipeError:
            # Who read it has gone, as head does: nobody waits for the rest.
            all_output.cancel_scope.cancel()
            return


def _write(descriptor: int, data: bytes) -> None:
    left = memoryview(data)
    while left:
        left = left[os.write(descriptor, left) :]


async def _pass_on_input(command: AttachedCommand) -> None:
    with contextlib.suppress(anyio.BrokenResourceError, anyio.ClosedResourceError):
        async for data in _typed():
            await command.stdin.send(data)
        await command.stdin.aclose()


async def _typed() -> AsyncIterator[bytes]:
    """Give what comes in. A file always has something to read, and cannot be waited for."""
    mode = os.fstat(STDIN).st_mode
    waited_for = stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode) or sys.stdin.isatty()
    while True:
        if waited_for:
            await anyio.wait_readable(STDIN)
        data = os.read(STDIN, CHUNK)
        if not data:
            return
        yield data


async def _pass_on_signals(command: AttachedCommand, let_go: Callable[[], None]) -> None:
    interrupted = False
    with anyio.open_signal_receiver(*PASSED_ON, signal.SIGWINCH) as signals:
        async for received in signals:
            if received == signal.SIGWINCH:
                if sys.stdin.isatty():
                    size = os.get_terminal_size(STDIN)
                    await command.resize(size.columns, size.lines)
            elif received == signal.SIGINT and interrupted:
                let_go()
            else:
                interrupted = interrupted or received == signal.SIGINT
                await command.send_signal(received)
