"""Questions of a backend, which wait until there is somebody to put them to the user."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import anyio

from raymon_tui.backends.asking import HostKeyQuestion, SecretQuestion

Question = HostKeyQuestion | SecretQuestion


@dataclass
class Asked:
    """A question, and its answer once there is one: whether a key is trusted, or a secret."""

    question: Question
    answer: str | bool | None = field(default=None, repr=False)
    answered: anyio.Event = field(default_factory=anyio.Event, repr=False)

    def give(self, answer: str | bool | None) -> None:
        """Answer."""
        self.answer = answer
        self.answered.set()


class Questions:
    """An `Asking` for a program that is on the screen only a while after it has begun to connect."""

    def __init__(self) -> None:
        self._waiting: list[Asked] = []
        self._open: dict[Question, Asked] = {}
        self._listener: Callable[[Asked], object] | None = None

    def listen(self, listener: Callable[[Asked], object]) -> None:
        """Hand all questions to `listener` from now on, those that wait first."""
        self._listener = listener
        waiting, self._waiting = self._waiting, []
        for one in waiting:
            listener(one)

    async def trusts(self, question: HostKeyQuestion) -> bool:
        """Ask whether a key is trusted."""
        return await self._ask(question) is True

    async def secret(self, question: SecretQuestion) -> str | None:
        """Ask for a secret."""
        answer = await self._ask(question)
        return answer if isinstance(answer, str) else None

    async def _ask(self, question: Question) -> str | bool | None:
        """Ask; of clusters behind one jump, or with one key, the first to ask has the answer for all that wait."""
        subject = replace(question, place="")
        lasts = isinstance(question, HostKeyQuestion) or question.lasting
        asked = self._open.get(subject) if lasts else None
        if asked is None:
            asked = Asked(question)
            if lasts:
                self._open[subject] = asked
            if self._listener is None:
                self._waiting.append(asked)
            else:
                self._listener(asked)
        try:
            await asked.answered.wait()
        finally:
            self._open.pop(subject, None)
        return asked.answer
