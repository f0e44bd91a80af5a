"""Commands of this machine that speak with the user while they run."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import signal
import struct
import subprocess
import termios
from collections.abc import Sequence
from typing import IO

import anyio
import anyio.to_thread
from anyio.abc import ByteReceiveStream, ByteSendStream

from raymon_tui.backends.attached import Terminal
from raymon_tui.backends.descriptors import ReadingEnd, WritingEnd
from raymon_tui.backends.errors import UnreachableError


class LocalCommand:
    """A command that runs here, in a session of its own."""

    def __init__(
        self,
        process: subprocess.Popen[bytes],
        stdin: ByteSendStream,
        stdout: ByteReceiveStream,
        stderr: ByteReceiveStream,
        terminal: int | None = None,
    ) -> None:
        self._process, self._terminal = process, terminal
        self.stdin, self.stdout, self.stderr = stdin, stdout, stderr

    async def wait(self) -> int:
        """Return its exit code, once it ended; 128 and the signal's number where a signal ended it."""
        code = await anyio.to_thread.run_sync(self._process.wait, abandon_on_cancel=True)
        return code if code >= 0 else 128 - code

    async def send_signal(self, signal: signal.Signals) -> None:
        """Send a signal to it and all that it started."""
        if self._process.poll() is None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal)

    async def resize(self, columns: int, rows: int) -> None:
        """Tell it that its terminal has another size."""
        if self._terminal is not None:
            _set_size(self._terminal, columns, rows)

    async def aclose(self) -> None:
        """End it if it still runs, with all that it started."""
        await self.send_signal(signal.SIGKILL)
        for stream in (self.stdin, self.stdout, self.stderr):
            await stream.aclose()
        self._terminal = None
        with anyio.CancelScope(shield=True):
            await anyio.to_thread.run_sync(self._process.wait)


async def attach_here(argv: Sequence[str], terminal: Terminal | None = None) -> LocalCommand:
    """Start a command of this machine, the user's shell where it has no words; see `Attaching.attach`."""
    words = list(argv) or [os.environ.get("SHELL") or "/bin/sh"]
    try:
        return await (_with_pipes(words) if terminal is None else _with_terminal(words, terminal))
    except (OSError, ValueError) as error:
        said = getattr(error, "strerror", None) or str(error)
        raise UnreachableError(f"run {words[0]}", said, "is it installed here?") from None


async def _with_pipes(words: list[str]) -> LocalCommand:
    process = await anyio.to_thread.run_sync(_start_with_pipes, words)
    stdin, stdout, stderr = _taken(process.stdin), _taken(process.stdout), _taken(process.stderr)
    return LocalCommand(process, WritingEnd(stdin), ReadingEnd(stdout), ReadingEnd(stderr))


def _start_with_pipes(words: list[str]) -> subprocess.Popen[bytes]:
    pipe = subprocess.PIPE
    # To run what the user names is what this is for.
    return subprocess.Popen(words, bufsize=0, stdin=pipe, stdout=pipe, stderr=pipe, start_new_session=True)  # noqa: S603


def _taken(pipe: IO[bytes] | None) -> int:
    """Return the descriptor of a pipe, which is ours to close now."""
    if pipe is None:
        raise ValueError("it was started without a pipe")
    with pipe:
        return os.dup(pipe.fileno())


async def _with_terminal(words: list[str], terminal: Terminal) -> LocalCommand:
    ours, its = pty.openpty()
    try:
        _set_size(ours, terminal.columns, terminal.rows)
        process = await anyio.to_thread.run_sync(_start_with_terminal, words, its, terminal.kind)
    except BaseException:
        os.close(ours)
        raise
    finally:
        os.close(its)
    nothing = os.open(os.devnull, os.O_RDONLY)
    return LocalCommand(process, WritingEnd(os.dup(ours)), ReadingEnd(ours), ReadingEnd(nothing), ours)


def _start_with_terminal(words: list[str], terminal: int, kind: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603
        words,
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
        start_new_session=True,
        # It makes one call to the system and takes no lock, so other threads do not matter to it.
        preexec_fn=_take_terminal,  # noqa: PLW1509
        env=os.environ | {"TERM": kind},
    )


def _take_terminal() -> None:
    """Make the terminal that stands as input the one whose keys send signals; runs in the command's own process."""
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def _set_size(terminal: int, columns: int, rows: int) -> None:
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
