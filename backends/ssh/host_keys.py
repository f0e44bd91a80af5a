"""Whether a server is the one that it was before: OpenSSH's known_hosts files, and one of our own."""

from __future__ import annotations

import shlex
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import paramiko

from raymon_tui.backends.errors import RefusedError
from raymon_tui.backends.ssh.known_hosts import HASHED, KnownKey, fingerprint, lines_of

MOST_NAMED = 3
"""So many lines are named, where more say the same."""


@dataclass(frozen=True)
class KnownHost:
    """What the files know of a host. `name` is as they list it: `host`, or `[host]:port`.

    `bare` is its name without a port, which OpenSSH looks under too where it knows nothing else; "" where that is
    `name`.
    """

    name: str
    bare: str
    lines: tuple[KnownKey, ...]

    @property
    def keys(self) -> tuple[KnownKey, ...]:
        """The lines about it, revoked keys among them."""
        return tuple(line for line in self.lines if not line.authority and line.is_about(self.name))

    @property
    def good(self) -> tuple[KnownKey, ...]:
        """The lines about it that hold for it."""
        return tuple(line for line in self.keys if not line.revoked)


def own_file() -> Path:
    """Return the file in which accepted keys are kept; OpenSSH's own is left alone."""
    return Path.home() / ".ssh" / "known_hosts_raymon"


def known_host(name: str, bare: str, files: Sequence[Path]) -> KnownHost:
    """Return what `files` and our own know of a host; blocks."""
    return KnownHost(name, "" if bare == name else bare, lines_of((*files, own_file())))


def is_known(host: KnownHost, key: paramiko.PKey) -> bool:
    """Return whether `key` is known for the host; False for one that is not known at all, or by other types alone.

    Raises `RefusedError`, with the lines to look at, where another key of this type is known or this one is revoked.
    """
    blob = key.asbytes()
    for line in host.keys:
        if line.revoked and line.blob == blob:
            raise revoked(host.name, key, str(line))
    if any(line.blob == blob for line in host.good):
        return True
    others = [line for line in host.good if line.key_type == key.get_name()]
    if others:
        was = ", ".join(f"{fingerprint(line.blob)} in {line}" for line in others[:MOST_NAMED])
        said = f"its host key has changed: {key.get_name()} {fingerprint(blob)} now, {was}"
        raise RefusedError(_tried(host.name), said, _removing(host, others))
    known_otherwise = host.bare and not host.good
    return bool(known_otherwise and any(one.is_about(host.bare) for one in _same(host, blob)))


def revoked(name: str, key: paramiko.PKey, where: str) -> RefusedError:
    """Return what is told of a host whose key is revoked, which `where` says."""
    said = f"its {key.get_name()} key {fingerprint(key.asbytes())} is revoked in {where}"
    return RefusedError(_tried(name), said, "Whoever has that key may be anybody: ask who runs the machine.")


def _tried(name: str) -> str:
    return f"check that {name} is who it was"


def also_known(host: KnownHost, key: paramiko.PKey) -> tuple[str, ...]:
    """Return sentences on what the files say of a host whose key is not known for it."""
    otherwise = [f"{line} knows it by another key, {line.key_type} {fingerprint(line.blob)}" for line in host.good]
    names = [f"{line} has this very key for {_named(line)}" for line in _same(host, key.asbytes())]
    signing = [
        f"{line} trusts an authority for it, whose signature is not looked at here"
        for line in host.lines
        if line.authority and line.is_about(host.name)
    ]
    return (*otherwise[:MOST_NAMED], *names[:MOST_NAMED], *signing[:MOST_NAMED])


def _same(host: KnownHost, blob: bytes) -> list[KnownKey]:
    return [line for line in host.lines if line.blob == blob and not (line.revoked or line.authority)]


def _named(line: KnownKey) -> str:
    shown = [name for name in line.names if not name.startswith(HASHED)]
    return ", ".join(shown) or "a host whose name is hashed"


def _removing(host: KnownHost, lines: Sequence[KnownKey]) -> str:
    """Return what to do about lines that no longer hold."""
    commands = [
        f"ssh-keygen -R {shlex.quote(host.name)} -f {shlex.quote(str(path))}"
        for path in dict.fromkeys(line.path for line in lines if line.is_exact)
    ]
    by_hand = [f"take line {line.line} out of {line.path}" for line in lines if not line.is_exact]
    return f"Somebody may be in between. If the machine was made anew: {'; '.join((*commands, *by_hand))}"


def keep(name: str, key: paramiko.PKey, path: Path) -> None:
    """Add a key that was accepted to `path`, which only its owner may write; raises `RefusedError` where it cannot be.

    To go on without would be to trust whoever is met next time again.
    """
    line = f"{name} {key.get_name()} {b64encode(key.asbytes()).decode()}\n"
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with path.open("a+", encoding="utf-8", errors="surrogateescape") as file:
            file.seek(0)
            # What an editor has left without an end would swallow it.
            file.write(line if file.read()[-1:] in ("", "\n") else f"\n{line}")
        path.chmod(0o600)
    except OSError as error:
        advice = f"Have it written, or the key of {name} in your known_hosts: then it is not asked about."
        raise RefusedError(f"keep the host key of {name} in {path}", error.strerror or str(error), advice) from None
