"""Logging in as OpenSSH does: the agent's keys, the keys in files, then what the user types. Blocks."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import paramiko

from raymon_tui.backends.asking import SecretQuestion
from raymon_tui.backends.errors import RefusedError, UnreachableError
from raymon_tui.backends.ssh.settings import SshSettings

MOST_PASSWORDS = 3
_ADVICE = "Name the right one with --ssh-key FILE and --ssh-user NAME, or add the key to your agent (ssh-add)."

AskSecret = Callable[[SecretQuestion], "str | None"]


@dataclass
class Keyring:
    """Secrets that were asked for once: a lost connection comes back without asking again. In memory alone."""

    keys: dict[Path, paramiko.PKey] = field(default_factory=dict, repr=False)
    passwords: dict[str, str] = field(default_factory=dict, repr=False)


def log_in(
    transport: paramiko.Transport, settings: SshSettings, given: Sequence[Path], ring: Keyring, ask: AskSecret
) -> None:
    """Log in; raises `RefusedError` that says what was tried."""
    tried = f"log in to {settings}"
    said: list[str] = []
    allowed: list[str] = []
    try:
        for name, key in _keys(settings, given, ring, ask, said):
            try:
                transport.auth_publickey(settings.user, key)
            except paramiko.BadAuthenticationType as error:
                allowed = error.allowed_types
                break
            except paramiko.AuthenticationException:
                said.append(f"{name} was refused")
            if transport.is_authenticated():
                return
        if _by_words(transport, settings, ring, ask, said, allowed):
            return
    except (paramiko.SSHException, EOFError, OSError) as error:
        said.append(str(error) or "the server closed the connection")
    words = "; ".join(dict.fromkeys(said)) or "there is no key to log in with"
    raise RefusedError(tried, words, _ADVICE)


def _keys(
    settings: SshSettings, given: Sequence[Path], ring: Keyring, ask: AskSecret, said: list[str]
) -> Iterator[tuple[str, paramiko.PKey]]:
    """Yield keys in OpenSSH's order: a key that was named outright first, then the agent's, then the other files'."""
    for path in given:
        yield from _from_file(path, ring, ask, said, wanted=True)
    if not settings.identities_only:
        yield from _from_agent()
    for path in settings.identity_files:
        if path not in given:
            yield from _from_file(path, ring, ask, said, wanted=False)


def _from_agent() -> Iterator[tuple[str, paramiko.PKey]]:
    with contextlib.suppress(paramiko.SSHException, OSError):
        agent = paramiko.Agent()
        try:
            for key in agent.get_keys():
                yield f"the agent's {key.comment or key.get_name()}", key
        finally:
            agent.close()


def _from_file(
    path: Path, ring: Keyring, ask: AskSecret, said: list[str], *, wanted: bool
) -> Iterator[tuple[str, paramiko.PKey]]:
    if path in ring.keys:
        yield str(path), ring.keys[path]
        return
    if not path.is_file():
        if wanted:
            raise UnreachableError(f"read the key {path}", "there is no such file", _ADVICE)
        return
    key = _read(path, ask, said)
    if key is not None:
        ring.keys[path] = key
        yield str(path), key


def _read(path: Path, ask: AskSecret, said: list[str]) -> paramiko.PKey | None:
    """Return a key, its passphrase asked for where it has one; None, with why in `said`, where it cannot be read."""
    passphrase: str | None = None
    for _ in range(MOST_PASSWORDS + 1):
        try:
            return _loaded(path, passphrase)
        except paramiko.PasswordRequiredException:
            passphrase = ask(SecretQuestion(f"Passphrase for {path}"))
        except (paramiko.SSHException, ValueError, OSError) as error:
            if passphrase is None:
                said.append(f"{path} cannot be read: {error}")
                return None
            passphrase = ask(SecretQuestion(f"That was not it. Passphrase for {path}"))
        if passphrase is None:
            break
    said.append(f"{path} has a passphrase, which was not given")
    return None


def _loaded(path: Path, passphrase: str | None) -> paramiko.PKey:
    failure: Exception | None = None
    for kind in (paramiko.Ed25519Key, paramiko.ECDSAKey, paramiko.RSAKey):
        try:
            key = kind.from_private_key_file(str(path), password=passphrase)
        except paramiko.PasswordRequiredException:
            raise
        except (paramiko.SSHException, ValueError) as error:
            failure = failure or error
            continue
        certificate = path.with_name(f"{path.name}-cert.pub")
        if certificate.is_file():
            key.load_certificate(str(certificate))
        return key
    raise failure or paramiko.SSHException("no key is in it")


def _by_words(
    transport: paramiko.Transport,
    settings: SshSettings,
    ring: Keyring,
    ask: AskSecret,
    said: list[str],
    allowed: Sequence[str],
) -> bool:
    """Try what the user types, where the server takes that; returns whether it was right."""
    allowed = allowed or _allowed(transport, settings.user)
    if not {"password", "keyboard-interactive"} & set(allowed):
        if allowed:
            said.append(f"the server takes {' or '.join(allowed)} alone")
        return False
    answers = _Answers(settings, ring, ask)
    for _ in range(MOST_PASSWORDS):
        answers.begin()
        try:
            if "keyboard-interactive" in allowed:
                transport.auth_interactive(settings.user, answers.at_keyboard)
            else:
                transport.auth_password(settings.user, answers.password(), fallback=False)
        except (_NotGivenError, paramiko.AuthenticationException) as error:
            answers.wrong()
            why = answers.why_no_more(str(error))
            if why:
                said.append(why)
                return False
        else:
            answers.right()
            return bool(transport.is_authenticated())
    said.append("the password was refused")
    return False


class _NotGivenError(Exception):
    """The user would not say."""


class _Answers:
    """What the user says to a server: a password that was right once is not asked for again, all else always.

    `wants_change` says that the server asked for a new password, `silent` that the user would not answer.
    """

    def __init__(self, settings: SshSettings, ring: Keyring, ask: AskSecret) -> None:
        self._who = str(settings)
        self._ring = ring
        self._ask = ask
        self._password: str | None = None
        self.wants_change = self.silent = False

    def begin(self) -> None:
        self._password = None

    def password(self) -> str:
        """Return the password; raises `_NotGivenError` where the user would not say it."""
        if self._password is None:
            self._password = self._ring.passwords.get(self._who) or self._ask(
                SecretQuestion(f"Password for {self._who}")
            )
        if self._password is None:
            self.silent = True
            raise _NotGivenError
        return self._password

    def at_keyboard(self, _title: str, _instructions: str, prompts: Sequence[tuple[str, bool]]) -> list[str]:
        """Answer what the server asks; codes and the like are asked of the user in its own words."""
        return [self._answer(prompt) for prompt, _shown in prompts]

    def _answer(self, prompt: str) -> str:
        words = prompt.strip().rstrip(":").lower()
        if "new password" in words or "new unix password" in words:
            self.wants_change = True
            return ""
        if words.endswith("password") or words == "":
            with contextlib.suppress(_NotGivenError):
                return self.password()
            return ""
        answer = self._ask(SecretQuestion(f"{self._who} asks: {prompt.strip()[:200]}"))
        self.silent = self.silent or answer is None
        return answer or ""

    def why_no_more(self, error: str) -> str:
        """Return why to try again would be of no use; "" where it may be."""
        if self.silent:
            return "no password was given"
        if self.wants_change or "expired" in error.lower():
            return "the password has expired: change it with ssh first"
        return ""

    def wrong(self) -> None:
        self._ring.passwords.pop(self._who, None)

    def right(self) -> None:
        if self._password is not None:
            self._ring.passwords[self._who] = self._password


def _allowed(transport: paramiko.Transport, user: str) -> Sequence[str]:
    try:
        transport.auth_none(user)
    except paramiko.BadAuthenticationType as error:
        return tuple(error.allowed_types)
    except paramiko.AuthenticationException:
        return ()
    return ()
