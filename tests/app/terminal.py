"""The real program on a real pseudo-terminal, seen through a terminal emulator."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable
from types import TracebackType

import pyte

SIZE = (140, 45)


class Program:
    """`raymon-tui` with `arguments` on a terminal of `size` (columns, lines); ended with the context."""

    def __init__(self, *arguments: str, size: tuple[int, int] = SIZE) -> None:
        self._master, slave = pty.openpty()
        self.sent = b""
        self._screen = pyte.Screen(*size)
        self._stream = pyte.ByteStream(self._screen)
        self.resize(*size)
        environ = {
            name: value
            for name, value in os.environ.items()
            if name not in ("COLORTERM", "NO_COLOR", "COLUMNS", "LINES")
        }
        self.process = subprocess.Popen(
            [sys.executable, "-m", "raymon_tui.tui", *arguments],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
            # Without this the terminal is not the program's own, and closing it tells the program nothing.
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # noqa: PLW1509 - nothing else runs here yet
            env=environ | {"TERM": "xterm-256color", "LC_ALL": "C.UTF-8"},
        )
        os.close(slave)

    def resize(self, columns: int, lines: int) -> None:
        """Give the terminal another size, as a user does by dragging its corner."""
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
        self._screen.resize(lines, columns)
        if hasattr(self, "process"):
            self.process.send_signal(signal.SIGWINCH)

    def press(self, keys: str) -> None:
        """Type keys."""
        os.write(self._master, keys.encode())

    @property
    def text(self) -> str:
        """What stands on the screen."""
        return "\n".join(self._screen.display)

    def until(self, seen: Callable[[str], bool], within_s: float = 30.0) -> str:
        """Read until the screen shows what `seen` looks for, and return the screen."""
        end = time.monotonic() + within_s
        while not seen(self.text):
            assert time.monotonic() < end, f"not seen within {within_s:.0f} s:\n{self.text}"
            assert self.read(0.2) or self.process.poll() is None, f"it ended:\n{self.text}"
        return self.text

    def ended(self, within_s: float = 20.0) -> int:
        """Read until the program has ended, and return its exit code."""
        end = time.monotonic() + within_s
        while self.process.poll() is None:
            assert time.monotonic() < end, f"still running after {within_s:.0f} s:\n{self.text}"
            self.read(0.1)
        while self.read(0.1):
            pass
        return self.process.returncode

    def close_terminal(self) -> None:
        """Close the terminal's window."""
        os.close(self._master)
        self._master = -1

    def read(self, wait_s: float = 0.05) -> bool:
        """Take what the program sends within `wait_s` seconds; whether that was anything."""
        if self._master < 0:
            time.sleep(wait_s)
            return False
        ready, _, _ = select.select([self._master], [], [], wait_s)
        if not ready:
            return False
        try:
            data = os.read(self._master, 1 << 16)
        except OSError:
            return False
        self.sent += data
        self._stream.feed(data)
        return bool(data)

    def __enter__(self) -> Program:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        if self._master >= 0:
            os.close(self._master)


def is_restored(sent: bytes) -> bool:
    """Whether the terminal was left: its own screen back, the cursor shown, the mouse let go."""
    return all(
        sent.rfind(off) > sent.rfind(on) or on not in sent
        for on, off in (
            (b"\x1b[?1049h", b"\x1b[?1049l"),
            (b"\x1b[?25l", b"\x1b[?25h"),
            (b"\x1b[?1000h", b"\x1b[?1000l"),
            (b"\x1b[?1003h", b"\x1b[?1003l"),
        )
    )
