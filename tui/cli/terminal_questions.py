"""Questions of a backend, put on the terminal before a command goes on."""

from __future__ import annotations

import os

from raymon_tui.backends.asking import Asking, HostKeyQuestion, NobodyToAsk, SecretQuestion
from raymon_tui.tui.cli.typing_line import open_terminal, typed_line, write_line
from raymon_tui.widgets.content import plain

_MOST = 1000
_ANSWERS = {"y": True, "yes": True, "n": False, "no": False, "": False}


class TerminalQuestions:
    """Asks at the terminal, so that standard input is the command's and standard output what it prints."""

    async def trusts(self, question: HostKeyQuestion) -> bool:
        """Ask whether a key is trusted."""
        place = f", {question.place}," if question.place else ""
        _say(f"{question.host}{place} is not known here. The fingerprint of its {question.key_type} key is")
        _say(f"  {question.fingerprint}")
        for one in question.known:
            _say(f"{one}.")
        while (answer := (await typed_line("Is that the right one? [y/N]: ")).strip().lower()) not in _ANSWERS:
            _say("y or n?")
        return _ANSWERS[answer]

    async def secret(self, question: SecretQuestion) -> str | None:
        """Ask for a secret, which is not echoed unless the server wants it seen."""
        *before, last = question.prompt.splitlines() or [""]
        for line in before:
            _say(line)
        place = f" ({question.place})" if question.place else ""
        prompt = plain(f"{last.strip().rstrip(':')}{place}: ", _MOST)
        return await typed_line(prompt, hidden=not question.shown) or None


def _say(line: str) -> None:
    write_line(plain(line, _MOST))


def somebody() -> Asking:
    """Return whom to ask: the user, where there is a terminal to ask on."""
    try:
        os.close(open_terminal())
    except OSError:
        return NobodyToAsk()
    return TerminalQuestions()
