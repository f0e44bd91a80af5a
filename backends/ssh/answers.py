"""What the user says to a server: passwords and codes, typed in answer to its own words (RFC 4256)."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

import paramiko

from raymon_tui.backends.asking import SecretQuestion
from raymon_tui.backends.ssh.key_files import AskSecret, NotGivenError

LONGEST_WORDS = 1000

Tell = Callable[[str], None]


class Answers:
    """A password that was right once is not asked for again; all else is asked for each time.

    `wants_change` says that the server asked for a new password, `declined` that the user would not answer, `asked`
    that the server asked anything at all, and `asked_password` that this was a password.
    """

    def __init__(self, who: str, passwords: dict[str, str], ask: AskSecret, tell: Tell) -> None:
        self._who = who
        self._passwords = passwords
        self._ask = ask
        self._tell = tell
        self._password: str | None = None
        self._notes: list[str] = []
        self.wants_change = self.declined = self.asked = self.asked_password = False

    def begin(self) -> None:
        """Forget what was said in a try that failed."""
        self._password = None
        self._notes = []
        self.asked = False

    def password(self) -> str:
        """Return the password; raises `NotGivenError` where the user would not say it."""
        self.asked_password = True
        if self._password is None:
            self._password = self._passwords.get(self._who)
        if self._password is None:
            self._password = self._said(f"Password for {self._who}", shown=False)
        return self._password

    def at_keyboard(self, title: str, instructions: str, prompts: Sequence[tuple[str, bool]]) -> list[str]:
        """Answer one round of what the server asks; where that is nothing, it only says something."""
        self._notes += [words for words in (title.strip(), instructions.strip()) if words]
        if not prompts and self._notes:
            self._tell(" ".join(" ".join(self._notes).split())[:LONGEST_WORDS])
        answers: list[str] = []
        for prompt, shown in prompts:
            self.asked = True
            try:
                answers.append(self._answer(prompt, shown=shown))
            except NotGivenError:
                # The rest is of no use to anybody: what is asked of the user is one refusal, not several.
                return [*answers, *[""] * (len(prompts) - len(answers))]
        return answers

    def _answer(self, prompt: str, *, shown: bool) -> str:
        words = prompt.strip().rstrip(":").lower()
        if "new password" in words or "new unix password" in words:
            self.wants_change = True
            return ""
        if not shown and (words.endswith("password") or words == ""):
            return self.password()
        notes, self._notes = self._notes, []
        asked = "\n".join((f"{self._who} asks:", *notes, prompt.strip()))
        return self._said(asked[:LONGEST_WORDS], shown=shown)

    def _said(self, prompt: str, *, shown: bool) -> str:
        answer = self._ask(SecretQuestion(prompt, shown))
        if answer is None:
            self.declined = True
            raise NotGivenError
        return answer

    def why_no_more(self, error: str) -> str:
        """Return why to try again would be of no use; "" where it may be."""
        if self.declined:
            return "no password was given" if self.asked_password else "no answer was given"
        if self.wants_change or "expired" in error.lower():
            return "the password has expired: change it with ssh first"
        return ""

    def wrong(self) -> None:
        """Forget the password, which was not it."""
        self._passwords.pop(self._who, None)

    def right(self) -> None:
        """Keep the password for the next time."""
        if self._password is not None:
            self._passwords[self._who] = self._password


class Patience:
    """Hangs up on a server that is silent for too long; while the user is asked nobody counts."""

    def __init__(self, transport: paramiko.Transport, silent_s: float) -> None:
        self._transport = transport
        self._silent_s = silent_s
        self._timer: threading.Timer | None = None
        self._over = False
        self._changing = threading.Lock()
        self.lost = False

    def begin(self) -> None:
        """Count from now on, unless it is over."""
        with self._changing:
            self._stop()
            if not self._over:
                self._timer = threading.Timer(self._silent_s, self._hang_up)
                self._timer.daemon = True
                self._timer.start()

    def end(self) -> None:
        """Count never again: what a server asks at the keyboard is answered in another thread, perhaps later."""
        with self._changing:
            self._over = True
            self._stop()

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def _hang_up(self) -> None:
        self.lost = True
        self._transport.close()

    def asking(self, ask: AskSecret) -> AskSecret:
        """Return what asks as `ask` does, and does not count meanwhile."""

        def patiently(question: SecretQuestion) -> str | None:
            with self._changing:
                self._stop()
            try:
                return ask(question)
            finally:
                self.begin()

        return patiently
