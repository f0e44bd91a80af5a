"""What a backend has to ask while it connects, put to the user in a dialog, one question after the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import anyio

from raymon_tui.backends.asking import HostKeyQuestion, SecretQuestion
from raymon_tui.tui.screens.confirm_screen import ConfirmScreen
from raymon_tui.tui.screens.secret_screen import SecretScreen
from raymon_tui.widgets.content import plain

if TYPE_CHECKING:
    from raymon_tui.tui.app import MonitorApp
    from raymon_tui.tui.questions import Asked

MOST_CHARACTERS = 1000


class Dialogs:
    """Several clusters may ask at once: one dialog never covers another."""

    def __init__(self, app: MonitorApp) -> None:
        self._app = app
        self._one_at_a_time = anyio.Lock()

    async def answer(self, asked: Asked) -> None:
        """Put a question to the user, and give the answer to whoever asked."""
        async with self._one_at_a_time:
            # What is below a dialog stands still: it is to tell which step has a question.
            self._app.tick()
            if isinstance(asked.question, SecretQuestion):
                typed: str | None = await self._app.push_screen_wait(_secret(asked.question))
                asked.give(typed)
            else:
                trusted: bool = await self._app.push_screen_wait(_host_key(asked.question))
                asked.give(trusted)


def _secret(question: SecretQuestion) -> SecretScreen:
    words = "\n".join(plain(line, MOST_CHARACTERS) for line in question.prompt.splitlines())
    return SecretScreen(words, plain(question.place, 60), shown=question.shown)


def _host_key(question: HostKeyQuestion) -> ConfirmScreen:
    lines = (
        f"{question.host} is not known here. The fingerprint of its {question.key_type} key is",
        f"  {question.fingerprint}",
        *(f"{one}." for one in question.known),
        "",
        "Is that the right one? Whoever runs the machine can tell.",
    )
    return ConfirmScreen("\n".join(plain(line, MOST_CHARACTERS) for line in lines), plain(question.place, 60))
