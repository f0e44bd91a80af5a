"""Whether a server is the one that it was before: OpenSSH's known_hosts files, and one of our own."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import paramiko
from paramiko.hostkeys import HostKeyEntry, InvalidHostKey

from raymon_tui.backends.errors import RefusedError

REVOKED = "@revoked"


@dataclass(frozen=True)
class KnownKey:
    """A line of a known_hosts file that names a host, and the key on it."""

    path: Path
    line: int
    key: paramiko.PKey
    revoked: bool = False


def own_file() -> Path:
    """Return the file in which accepted keys are kept; OpenSSH's own is left alone."""
    return Path.home() / ".ssh" / "known_hosts_raymon"


def fingerprint(key: paramiko.PKey) -> str:
    """Return a key's fingerprint as OpenSSH prints it."""
    return "SHA256:" + b64encode(sha256(key.asbytes()).digest()).decode().rstrip("=")


def known_keys(name: str, files: Sequence[Path]) -> tuple[KnownKey, ...]:
    """Return every key that the files know for `name`, hashed lines too."""
    return tuple(known for path in files for known in _in_file(name, path))


def _in_file(name: str, path: Path) -> Iterator[KnownKey]:
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return
    for number, line in enumerate(text.splitlines(), 1):
        entry = line.strip()
        revoked = entry.startswith(REVOKED)
        if revoked:
            entry = entry.removeprefix(REVOKED).strip()
        if not entry or entry.startswith(("#", "@")):
            continue
        try:
            read = HostKeyEntry.from_line(" ".join(entry.split()), number)
        except (InvalidHostKey, ValueError, paramiko.SSHException):
            continue
        if read is not None and _names(read, name):
            yield KnownKey(path, number, read.key, revoked)


def _names(entry: HostKeyEntry, name: str) -> bool:
    """Whether a line is about `name`: it may be hashed, have wildcards, and take names out again with `!`."""
    found = False
    for pattern in entry.hostnames or ():
        if pattern.startswith("|1|"):
            found = found or paramiko.HostKeys.hash_host(name, pattern) == pattern
        elif _matches(pattern.removeprefix("!"), name):
            if pattern.startswith("!"):
                return False
            found = True
    return found


def _matches(pattern: str, name: str) -> bool:
    written = re.escape(pattern.lower()).replace(r"\*", ".*").replace(r"\?", ".")
    return re.fullmatch(written, name.lower()) is not None


def is_known(name: str, key: paramiko.PKey, known: Sequence[KnownKey]) -> bool:
    """Return whether `key` is known for `name`; False for a host that is not known at all.

    Raises `RefusedError`, with the line to look at, where another key of this type is known or this one is revoked.
    """
    tried = f"check that {name} is who it was"
    same = [one for one in known if one.key.asbytes() == key.asbytes()]
    for one in same:
        if one.revoked:
            raise RefusedError(tried, f"its key {fingerprint(key)} is revoked in {one.path}:{one.line}", _CHANGED)
    if same:
        return True
    others = [one for one in known if one.key.get_name() == key.get_name() and not one.revoked]
    if others:
        one = others[0]
        said = (
            f"its host key has changed: {key.get_name()} {fingerprint(key)} now, "
            f"{fingerprint(one.key)} in {one.path}:{one.line}"
        )
        raise RefusedError(tried, said, _CHANGED)
    return False


_CHANGED = (
    "Somebody may be in between. If the machine was made anew, remove that line (ssh-keygen -R HOST) and connect again."
)


def keep(name: str, key: paramiko.PKey, path: Path) -> None:
    """Add a key that was accepted to `path`, which only its owner may write."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write(f"{name} {key.get_name()} {key.get_base64()}\n")
    path.chmod(0o600)
