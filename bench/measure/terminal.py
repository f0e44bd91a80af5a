"""A program in a terminal of its own: its bytes counted and timed, its screen to be read, its keys to be pressed."""

from __future__ import annotations

import codecs
import contextlib
import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time
from collections.abc import Callable, Sequence
from types import TracebackType

import psutil
import pyte

from measure.command import ordinary_environment

Seen = Callable[[pyte.Screen], bool]

# What pyte would take for text: queries of modes, the kitty keyboard protocol, modifyOtherKeys.
_NOT_FOR_PYTE = re.compile(r"\x1b\[(?:\?[0-9;]*\$p|[<>=][0-9;?]*[a-zA-Z])")
_UNFINISHED = re.compile(r"\x1b(?:\[[0-9;?<>=$]*)?\Z")


class NeverSeenError(Exception):
    """The screen did not come to show what was waited for; the message holds the last screen."""


class Terminal:
    """`argv` in a pseudo-terminal of 256 colours, as tmux or ssh gives it. Times are of `time.perf_counter`."""

    def __init__(self, argv: Sequence[str], columns: int = 140, lines: int = 45) -> None:
        self.screen = pyte.Screen(columns, lines)
        self.received = 0
        self._stream = pyte.Stream(self.screen)
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._unfinished = ""
        env = ordinary_environment() | {"TERM": "xterm-256color", "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"}
        self.started = time.perf_counter()
        pid, self._fd = pty.fork()
        if pid == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
            os.execvpe(argv[0], list(argv), env)
        self.process = psutil.Process(pid)

    def __enter__(self) -> Terminal:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.process.pid, signal.SIGTERM)
        self._drain_until_ended(5.0)
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.process.pid, signal.SIGKILL)
        with contextlib.suppress(ChildProcessError):
            os.waitpid(self.process.pid, 0)
        os.close(self._fd)

    def press(self, keys: str) -> float:
        """Type `keys` and return when."""
        os.write(self._fd, keys.encode())
        return time.perf_counter()

    def read(self, timeout_s: float) -> float | None:
        """Take in what the program writes next and return when it came; None where nothing came in time."""
        ready, _, _ = select.select([self._fd], [], [], max(0.0, timeout_s))
        if not ready:
            return None
        try:
            data = os.read(self._fd, 1 << 16)
        except OSError:
            data = b""
        at = time.perf_counter()
        if not data:
            raise NeverSeenError(f"the program ended; its last screen:\n{self.text()}")
        self.received += len(data)
        text = self._unfinished + self._decoder.decode(data)
        cut = _UNFINISHED.search(text)
        self._unfinished = text[cut.start() :] if cut else ""
        self._stream.feed(_NOT_FOR_PYTE.sub("", text[: cut.start()] if cut else text))
        return at

    def until(self, seen: Seen, timeout_s: float = 60.0) -> float:
        """Read until the screen is as wanted and return when the bytes that made it so came."""
        deadline = time.perf_counter() + timeout_s
        while (left := deadline - time.perf_counter()) > 0:
            at = self.read(left)
            if at is not None and seen(self.screen):
                return at
        raise NeverSeenError(f"not seen in {timeout_s:g} s; the last screen:\n{self.text()}")

    def settle(self, seconds: float) -> None:
        """Read for so long, whatever comes."""
        deadline = time.perf_counter() + seconds
        while (left := deadline - time.perf_counter()) > 0:
            self.read(left)

    def text(self) -> str:
        """Return the screen as text."""
        return "\n".join(line.rstrip() for line in self.screen.display)

    def _drain_until_ended(self, timeout_s: float) -> None:
        deadline = time.perf_counter() + timeout_s
        with contextlib.suppress(NeverSeenError):
            while (left := deadline - time.perf_counter()) > 0:
                self.read(left)
