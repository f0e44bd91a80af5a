"""What OpenSSH's known_hosts files say of a host, line by line (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT)."""

from __future__ import annotations

import binascii
import re
from base64 import b64decode, b64encode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import paramiko

REVOKED, AUTHORITY = "@revoked", "@cert-authority"
HASHED = "|1|"


@dataclass(frozen=True)
class KnownKey:
    """A line of a known_hosts file: whom it names, as it is written there, and the public key on it.

    That is one which must not be trusted any more where it is `revoked`, and where it is an `authority`'s one that
    signs the keys of hosts.
    """

    path: Path
    line: int
    names: tuple[str, ...]
    key_type: str
    blob: bytes
    revoked: bool = False
    authority: bool = False

    def __str__(self) -> str:
        return f"{self.path}:{self.line}"

    def is_about(self, name: str) -> bool:
        """Whether it is about `name`: names may be hashed, have wildcards, and be taken out again with `!`."""
        found = False
        for pattern in self.names:
            if pattern.startswith(HASHED):
                found = found or _hashed(name, pattern) == pattern
            elif _matches(pattern.removeprefix("!"), name):
                if pattern.startswith("!"):
                    return False
                found = True
        return found

    @property
    def is_exact(self) -> bool:
        """Whether it names hosts outright, so that `ssh-keygen -R` takes them out."""
        return not any(set(name) & set("*?!") for name in self.names)


def fingerprint(blob: bytes) -> str:
    """Return a public key's fingerprint as OpenSSH prints it."""
    return "SHA256:" + b64encode(sha256(blob).digest()).decode().rstrip("=")


def lines_of(files: Sequence[Path]) -> tuple[KnownKey, ...]:
    """Return every line of these files that holds a key."""
    return tuple(known for path in files for known in _in_file(path))


def _in_file(path: Path) -> Iterator[KnownKey]:
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return
    for number, line in enumerate(text.splitlines(), 1):
        words = line.split()
        marker = words.pop(0) if words[:1] in ([REVOKED], [AUTHORITY]) else ""
        if len(words) < 3 or words[0].startswith(("#", "@")):
            continue
        try:
            blob = b64decode(words[2], validate=True)
        except binascii.Error:
            continue
        yield KnownKey(path, number, tuple(words[0].split(",")), words[1], blob, marker == REVOKED, marker == AUTHORITY)


def _hashed(name: str, pattern: str) -> str:
    try:
        return str(paramiko.HostKeys.hash_host(name.lower(), pattern))
    except (ValueError, IndexError, AssertionError):
        return ""


def _matches(pattern: str, name: str) -> bool:
    written = re.escape(pattern.lower()).replace(r"\*", ".*").replace(r"\?", ".")
    return re.fullmatch(written, name.lower()) is not None
