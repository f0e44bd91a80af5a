"""A terminal between a test and a program."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import select
import termios
import time
from collections.abc import Iterator

PATIENCE_S = 30.0


@contextlib.contextmanager
def terminal() -> Iterator[tuple[int, int]]:
    """Give both ends of a terminal: ours, at which a user types and looks, and the program's."""
    ours, its = pty.openpty()
    try:
        yield ours, its
    finally:
        os.close(ours)
        os.close(its)


def take_terminal() -> None:
    """Make standard input the terminal whose keys send signals, as a shell does for its foreground job."""
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def read_until(screen: int, word: str) -> str:
    """Read what a terminal shows until it shows `word`."""
    shown, until = "", time.monotonic() + PATIENCE_S
    while word not in shown:
        assert select.select([screen], [], [], max(0.0, until - time.monotonic()))[0], shown
        shown += os.read(screen, 1 << 16).decode(errors="replace")
    return shown


def read_to_the_end(screen: int) -> str:
    """Read what a terminal shows until nobody has it open any more."""
    shown = b""
    with contextlib.suppress(OSError):
        while data := os.read(screen, 1 << 16):
            shown += data
    return shown.decode(errors="replace")
