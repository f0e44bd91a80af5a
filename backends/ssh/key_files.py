"""Private keys in files, and the passphrases that guard them."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path

import paramiko
from paramiko.pkey import PublicBlob

from raymon_tui.backends.asking import SecretQuestion
from raymon_tui.backends.ssh.public_keys import PublicKey

MOST_GUESSES = 3
_KINDS = (paramiko.Ed25519Key, paramiko.ECDSAKey, paramiko.RSAKey)

AskSecret = Callable[[SecretQuestion], "str | None"]


class UnreadableKeyError(Exception):
    """A key file that cannot be used, with why in words that hold no secret."""


class NotGivenError(Exception):
    """The user would not say."""


def is_locked(path: Path) -> bool:
    """Return whether a passphrase guards the key; raises `UnreadableKeyError` of what is no key."""
    try:
        _loaded(path, None)
    except paramiko.PasswordRequiredException:
        return True
    return False


def unlocked(path: Path, ask: AskSecret) -> paramiko.PKey:
    """Return the key in a file, its passphrase asked for where it has one.

    Raises `UnreadableKeyError`, and `NotGivenError` where the user would not say it.
    """
    try:
        return _loaded(path, None)
    except paramiko.PasswordRequiredException:
        prompt = f"Passphrase for {path}"
    for _ in range(MOST_GUESSES):
        passphrase = ask(SecretQuestion(prompt, lasting=True))
        if passphrase is None:
            raise NotGivenError
        try:
            return _loaded(path, passphrase)
        except UnreadableKeyError:
            prompt = f"That was not it. Passphrase for {path}"
    raise UnreadableKeyError(f"none of {MOST_GUESSES} passphrases opened it")


def certified(key: paramiko.PKey, certificate: PublicKey) -> paramiko.PKey:
    """Return a key as one that shows a certificate on it."""
    shown = copy.copy(key)
    shown.public_blob = PublicBlob(certificate.key_type, certificate.blob)
    return shown


def _loaded(path: Path, passphrase: str | None) -> paramiko.PKey:
    failures: list[str] = []
    for kind in _KINDS:
        found = _read(kind, path, passphrase)
        if isinstance(found, paramiko.PKey):
            return found
        failures.append(found)
    said = next((failure for failure in failures if failure), "no key of a kind that can be used is in it")
    raise UnreadableKeyError(said)


def _read(kind: type[paramiko.PKey], path: Path, passphrase: str | None) -> paramiko.PKey | str:
    """Return the key, or why it is none of this kind."""
    try:
        return kind.from_private_key_file(str(path), password=passphrase)
    except paramiko.PasswordRequiredException:
        raise
    except (paramiko.SSHException, ValueError, OSError, IndexError) as error:
        return str(error)
