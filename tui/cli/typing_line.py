"""A line that is typed at the terminal, whatever the standard streams are, as readpassphrase(3) reads one."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import termios
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import anyio

_TAKEN = (signal.SIGTSTP, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)


async def typed_line(prompt: str, *, hidden: bool = False) -> str:
    """Return what is typed after `prompt`, without its end; no thread waits for it, which nothing could call back.

    Where it is `hidden` the terminal shows again what is typed whatever ends the question: an answer, Ctrl-C, a signal.
    After Ctrl-Z it is asked anew once the program goes on. Raises `OSError` where there is no terminal.
    """
    descriptor, line = open_terminal(), b""
    try:
        with _asking(_Question(descriptor, prompt, hidden=hidden)):
            while not line.endswith(b"\n"):
                await anyio.wait_readable(descriptor)
                data = os.read(descriptor, 4096)
                if not data:
                    break
                line += data
    finally:
        os.close(descriptor)
    return line.decode("utf-8", "surrogateescape").rstrip("\n")


def open_terminal() -> int:
    """Open the terminal that standard error is, or else the one that the program was started from.

    Raises `OSError` where there is none.
    """
    # /dev/tty would always do, but that macOS cannot wait for it.
    with contextlib.suppress(OSError, AttributeError, ValueError):
        return os.open(os.ttyname(sys.stderr.fileno()), os.O_RDWR | os.O_NOCTTY)
    return os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY)


def write_line(text: str) -> None:
    """Write a line where questions are asked."""
    descriptor = open_terminal()
    try:
        os.write(descriptor, f"{text}\n".encode(errors="replace"))
    finally:
        os.close(descriptor)


class _Question:
    """A prompt on a terminal that may have to be left for a while."""

    def __init__(self, descriptor: int, prompt: str, *, hidden: bool) -> None:
        self._descriptor = descriptor
        self._prompt = prompt
        self._before: list[Any] | None = termios.tcgetattr(descriptor) if hidden else None

    def begin(self) -> None:
        """Show the prompt, and from now on nothing of what is typed where it is a secret."""
        if self._before is not None:
            shown = self._before
            hidden = [*shown[:3], shown[3] & ~termios.ECHO | termios.ECHONL, *shown[4:]]
            termios.tcsetattr(self._descriptor, termios.TCSAFLUSH, hidden)
        os.write(self._descriptor, self._prompt.encode(errors="replace"))

    def end(self) -> None:
        """Leave the terminal as it was."""
        if self._before is not None:
            # Whoever closed the terminal needs it no more.
            with contextlib.suppress(termios.error):
                termios.tcsetattr(self._descriptor, termios.TCSADRAIN, self._before)

    def take(self, sent: signal.Signals) -> None:
        """Do with a signal as a program that has no say in it; where one goes on after that, it asks anew."""
        self.end()
        with _by_default(sent):
            # Not SIGSTOP for Ctrl-Z: where no shell is there to wake it again, a program is not put to sleep.
            os.kill(os.getpid(), sent)
        self.begin()


@contextmanager
def _by_default(sent: signal.Signals) -> Iterator[None]:
    before = signal.signal(sent, signal.SIG_DFL)
    try:
        yield
    finally:
        signal.signal(sent, before)


@contextmanager
def _asking(question: _Question) -> Iterator[None]:
    """Ask, and hear meanwhile the signals that nobody else hears."""
    loop, heard = asyncio.get_running_loop(), []
    for sent in _TAKEN:
        if signal.getsignal(sent) is signal.SIG_DFL:
            loop.add_signal_handler(sent, question.take, sent)
            heard.append(sent)
    try:
        question.begin()
        yield
    finally:
        question.end()
        for sent in heard:
            loop.remove_signal_handler(sent)
