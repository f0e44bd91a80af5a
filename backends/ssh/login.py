"""Logging in as OpenSSH does: with keys, then with what the user types, in as many steps as it takes. Blocks."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import paramiko

from raymon_tui.backends.asking import SecretQuestion
from raymon_tui.backends.errors import DeclinedError, RefusedError, TimedOutError, UnreachableError
from raymon_tui.backends.ssh import key_files
from raymon_tui.backends.ssh.agent import HeldKey, UnsignedError, held_keys
from raymon_tui.backends.ssh.answers import Answers, Patience, Tell
from raymon_tui.backends.ssh.key_files import AskSecret, NotGivenError, UnreadableKeyError
from raymon_tui.backends.ssh.key_order import NAME_IT, OfferedKey, in_order
from raymon_tui.backends.ssh.offering import is_taken, log_in_with
from raymon_tui.backends.ssh.public_keys import PublicKey
from raymon_tui.backends.ssh.settings import SshSettings
from raymon_tui.backends.ssh.transport import SshTransport

SILENT_S = 120.0
"""So long a server may be silent: it may wait for a telephone on which its user says yes. Users take as long as they
take; what limits them is the server's LoginGraceTime."""
MOST_PASSWORDS = 3
MOST_STEPS = 4
"""A server may want a key, a password and a code, one after the other."""
_TOO_MANY = "Name the right key with --ssh-key FILE, or with IdentityFile and IdentitiesOnly yes in ~/.ssh/config."
_ANSWER = "Answer it, or log in with a key: --ssh-key FILE, or one in your agent (ssh-add)."
_CONFIRM = "Say yes where your agent asks, or plug the key in and touch it; or name another with --ssh-key FILE."
_SOONER = "Answer sooner, or have LoginGraceTime of its sshd_config raised."
_WORDS = frozenset({"password", "keyboard-interactive"})


@dataclass
class Keyring:
    """Secrets that were asked for once: a lost connection comes back without asking again. In memory alone.

    `declined` are keys whose passphrase the user would not give.
    """

    keys: dict[Path, paramiko.PKey] = field(default_factory=dict, repr=False)
    passwords: dict[str, str] = field(default_factory=dict, repr=False)
    declined: set[Path] = field(default_factory=set)


def log_in(
    transport: SshTransport,
    settings: SshSettings,
    given: Sequence[Path],
    ring: Keyring,
    ask: AskSecret,
    tell: Tell = lambda _words: None,
) -> None:
    """Log in; `tell` hears what the server says without asking.

    Raises `RefusedError` that says what was tried, `DeclinedError` where the user would not answer, `TimedOutError`
    where the server waited no longer.
    """
    patience = Patience(transport, SILENT_S)
    patience.begin()
    try:
        # Ours alone decides: paramiko's limit counts the time in which a user reads a code from a telephone.
        transport.auth_timeout = None
        with held_keys(settings.agent) as held:
            _Login(transport, settings, ring, patience.asking(ask), tell, patience).run(given, held)
    finally:
        patience.end()


class _Login:
    def __init__(
        self,
        transport: SshTransport,
        settings: SshSettings,
        ring: Keyring,
        ask: AskSecret,
        tell: Tell,
        patience: Patience,
    ) -> None:
        self._transport = transport
        self._settings = settings
        self._ring = ring
        self._ask = ask
        self._tell = tell
        self._patience = patience
        self._began = time.monotonic()
        self._asked = self._declined = self._unsigned = False
        self._said: list[str] = []

    def run(self, given: Sequence[Path], held: Sequence[HeldKey]) -> None:
        try:
            allowed = self._by_keys(in_order(self._settings, given, held))
            for _ in range(MOST_STEPS):
                if self._transport.is_authenticated():
                    return
                allowed = allowed or self._allowed()
                if self._transport.is_authenticated():
                    return
                further = self._by_words(allowed)
                if further is None:
                    break
                allowed = further
        except (paramiko.SSHException, EOFError, OSError) as error:
            raise self._ended(str(error)) from None
        if not self._transport.is_authenticated():
            raise self._refused()

    def _by_keys(self, offered: Iterator[OfferedKey]) -> list[str]:
        """Try keys until one is taken; return what the server wants then, [] where that is nothing, or not known."""
        for one in offered:
            try:
                key = self._key_of(one)
                if key is None:
                    continue
                further = log_in_with(self._transport, self._settings.user, key)
            except paramiko.BadAuthenticationType as error:
                return list(error.allowed_types)
            except UnsignedError:
                # It may have asked its user, who is not to be asked the same again a moment later.
                self._asked = self._unsigned = True
                self._say(f"the agent would not sign with {one.held.comment if one.held else one.name}")
                continue
            except paramiko.AuthenticationException:
                self._need_connection()
                self._say(f"{one.name} was refused")
                continue
            if self._transport.is_authenticated() or "publickey" not in further:
                return further
        return []

    def _key_of(self, one: OfferedKey) -> paramiko.PKey | None:
        """Return what signs; None where it cannot, or the server would not take it."""
        if one.held is not None:
            if not self._is_taken(one.certificate or one.held.public):
                self._say(f"{one.name} was refused")
                return None
            return one.held.key if one.certificate is None else one.held.certified(one.certificate)
        assert one.path is not None
        key = self._ring.keys.get(one.path) or self._from_file(one.path, one.certificate or one.public, one.name)
        return key if key is None or one.certificate is None else key_files.certified(key, one.certificate)

    def _from_file(self, path: Path, public: PublicKey | None, name: str) -> paramiko.PKey | None:
        why = ""
        try:
            if path in self._ring.declined:
                why = f"no passphrase was given for {path}"
            elif public is not None and key_files.is_locked(path) and not self._is_taken(public):
                why = f"{name} was refused"
            else:
                self._ring.keys[path] = key_files.unlocked(path, self._asking)
        except UnreadableKeyError as error:
            why = f"{path} cannot be read: {error}"
        except NotGivenError:
            self._declined = True
            self._ring.declined.add(path)
            why = f"no passphrase was given for {path}"
        if why:
            self._say(why)
        return self._ring.keys.get(path)

    def _is_taken(self, public: PublicKey) -> bool:
        return is_taken(self._transport, self._settings.user, public)

    def _by_words(self, allowed: Sequence[str]) -> list[str] | None:
        """Try what the user types; return what the server wants then, [] where that is nothing, None for a failure."""
        if not _WORDS & set(allowed):
            if allowed:
                self._say(f"the server takes {' or '.join(allowed)} alone")
            return None
        answers = Answers(str(self._settings), self._ring.passwords, self._asking, self._tell)
        methods = [method for method in ("keyboard-interactive", "password") if method in allowed]
        for _ in range(MOST_PASSWORDS):
            answers.begin()
            try:
                further = self._typed(methods[0], answers)
            except (NotGivenError, paramiko.AuthenticationException) as error:
                if not (answers.declined or answers.wants_change or self._transport.farewell):
                    # A link that broke meanwhile says nothing of the password.
                    self._need_connection()
                answers.wrong()
                if why := answers.why_no_more(str(error)):
                    self._declined = answers.declined
                    self._say(why)
                    return None
                if methods[0] == "keyboard-interactive" and not answers.asked and len(methods) > 1:
                    # Some offer it and then have no questions at all.
                    del methods[0]
            else:
                answers.right()
                return list(further)
        self._say("the password was refused" if answers.asked_password else "the answers were refused")
        return None

    def _typed(self, method: str, answers: Answers) -> Sequence[str]:
        user = self._settings.user
        if method == "keyboard-interactive":
            return list(self._transport.auth_interactive(user, answers.at_keyboard))
        return list(self._transport.auth_password(user, answers.password(), fallback=False))

    def _allowed(self) -> list[str]:
        """Return what the server takes; it may take nothing at all, and be content."""
        try:
            self._transport.auth_none(self._settings.user)
        except paramiko.BadAuthenticationType as error:
            return list(error.allowed_types)
        except paramiko.AuthenticationException:
            self._need_connection()
        return []

    def _asking(self, question: SecretQuestion) -> str | None:
        self._asked = True
        return self._ask(question)

    def _say(self, words: str) -> None:
        if words not in self._said:
            self._said.append(words)

    def _need_connection(self) -> None:
        """Raise `SSHException` where there is none any more, whatever paramiko made of that."""
        if not self._transport.is_active():
            raise paramiko.SSHException("")

    def _refused(self) -> RefusedError:
        advice = _ANSWER if self._declined else _CONFIRM if self._unsigned else NAME_IT
        return self._kind(self._tried, "; ".join(self._said) or "there is no key to log in with", advice)

    @property
    def _kind(self) -> type[RefusedError]:
        """Whoever has typed what was not right is not asked the same again a moment later."""
        return DeclinedError if self._declined or self._asked else RefusedError

    @property
    def _tried(self) -> str:
        return f"log in to {self._settings}"

    def _ended(self, error: str) -> RefusedError | UnreachableError:
        """Return what is said where the server hung up before anybody was logged in."""
        farewell, took_s = self._transport.farewell, time.monotonic() - self._began
        if self._declined:
            return self._refused()
        if self._patience.lost:
            return TimedOutError(self._tried, f"the server did not answer within {SILENT_S:.0f} s", "Try again later.")
        if "too many authentication failures" in farewell.lower():
            said = "; ".join(("the server allows no more tries", *self._said))
            return self._kind(self._tried, f"{said} ({farewell})", _TOO_MANY)
        if self._asked and not farewell:
            said = f"the server waited no longer for an answer: it hung up after {took_s:.0f} s (LoginGraceTime)"
            return TimedOutError(self._tried, said, _SOONER)
        self._say(farewell or error or "the server closed the connection")
        return self._refused()
