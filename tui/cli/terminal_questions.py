"""Questions of a backend, put on the terminal before a command goes on."""

from __future__ import annotations

import contextlib
import os
import sys
import termios
from collections.abc import Iterator
from contextlib import contextmanager

import anyio
import click

from raymon_tui.backends.asking import Asking, HostKeyQuestion, NobodyToAsk, SecretQuestion
from raymon_tui.widgets.content import plain


class TerminalQuestions:
    """Asks on standard error, so that standard output stays what the command prints.

    The answers are typed at that terminal, whatever standard input is: it may be the command's, or the cluster's file.
    """

    async def trusts(self, question: HostKeyQuestion) -> bool:
        """Ask whether a key is trusted."""
        place = f", {question.place}," if question.place else ""
        lines = (
            f"{question.host}{place} is not known here. The fingerprint of its {question.key_type} key is",
            f"  {question.fingerprint}",
            *(f"{one}." for one in question.known),
        )
        click.echo("\n".join(plain(line, _MOST) for line in lines), err=True)
        while (answer := (await _typed("Is that the right one? [y/N]: ")).strip().lower()) not in _ANSWERS:
            click.echo("y or n?", err=True)
        return _ANSWERS[answer]

    async def secret(self, question: SecretQuestion) -> str | None:
        """Ask for a secret, which is not echoed unless the server wants it seen."""
        *before, last = [plain(line, _MOST) for line in question.prompt.splitlines()] or [""]
        for line in before:
            click.echo(line, err=True)
        place = f" ({plain(question.place)})" if question.place else ""
        prompt = f"{last.rstrip(':')}{place}: "
        if question.shown:
            return await _typed(prompt) or None
        with _without_echo():
            typed = await _typed(prompt)
        click.echo(err=True)
        return typed or None


_MOST = 1000
_ANSWERS = {"y": True, "yes": True, "n": False, "no": False, "": False}


def somebody() -> Asking:
    """Return whom to ask: the user, where there is a terminal to ask on."""
    try:
        os.close(_terminal())
    except OSError:
        return NobodyToAsk()
    return TerminalQuestions()


async def _typed(prompt: str) -> str:
    """Return the line that is typed; no thread waits for it, which nothing could call back."""
    click.echo(prompt, nl=False, err=True)
    descriptor, line = _terminal(), b""
    try:
        while not line.endswith(b"\n"):
            await anyio.wait_readable(descriptor)
            data = os.read(descriptor, 4096)
            if not data:
                break
            line += data
    finally:
        os.close(descriptor)
    return line.decode("utf-8", "surrogateescape").rstrip("\n")


@contextmanager
def _without_echo() -> Iterator[None]:
    descriptor = _terminal()
    try:
        before = termios.tcgetattr(descriptor)
        hidden = [*before[:3], before[3] & ~termios.ECHO, *before[4:]]
        termios.tcsetattr(descriptor, termios.TCSAFLUSH, hidden)
        try:
            yield
        finally:
            # Whoever closed the terminal needs it no more.
            with contextlib.suppress(termios.error):
                termios.tcsetattr(descriptor, termios.TCSADRAIN, before)
    finally:
        os.close(descriptor)


def _terminal() -> int:
    """Open the terminal that standard error is; raises `OSError` where it is none."""
    # /dev/tty would do too, but that macOS cannot wait for it.
    return os.open(os.ttyname(sys.stderr.fileno()), os.O_RDONLY | os.O_NOCTTY)
