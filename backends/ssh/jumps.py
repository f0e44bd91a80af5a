"""Hosts on the way, as `--jump` and `ProxyJump` of ssh_config(5) write them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote

from raymon_tui.backends.errors import UsageError

_SCHEME = "ssh://"
_BAD = re.compile(r"[\s\0/]|^-")


@dataclass(frozen=True)
class Jump:
    """A host on the way, or an alias of one; what is None is left to the user's SSH configuration."""

    host: str
    port: int | None = None
    user: str | None = None

    def __str__(self) -> str:
        user = "" if self.user is None else f"{self.user}@"
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{user}{host}" + ("" if self.port is None else f":{self.port}")


def jumps_named(text: str | None) -> tuple[Jump, ...]:
    """Return the hosts that `--jump` names; raises `UsageError` where it names none."""
    try:
        return parse_jumps(text or "")
    except ValueError as error:
        advice = "write it as --jump user@host:port, several with commas between them, an IPv6 address as [::1]:22"
        raise UsageError("understand --jump", str(error), advice) from None


def parse_jumps(text: str) -> tuple[Jump, ...]:
    """Return the hosts that are named, the nearest first; none for `none`. Raises `ValueError`, which says why."""
    if text.strip().lower() in ("", "none"):
        return ()
    return tuple(_jump(one.strip()) for one in text.split(","))


def _jump(text: str) -> Jump:
    is_url = text.lower().startswith(_SCHEME)
    rest = text[len(_SCHEME) :].removesuffix("/") if is_url else text
    user, at, address = rest.rpartition("@")
    if at and not user:
        raise ValueError(f"{text!r} names no user before its @")
    user = unquote(user) if is_url else user
    host, port = split_address(address)
    if not host or _BAD.search(host) or _BAD.search(user):
        raise ValueError(f"{text!r} is not of the form [USER@]HOST[:PORT] or ssh://[USER@]HOST[:PORT]")
    return Jump(host, port, user or None)


def split_address(text: str) -> tuple[str, int | None]:
    """Split `host`, `host:port`, `[v6]:port`, `v6`; raises `ValueError` where the port is none."""
    if text.startswith("["):
        host, closed, rest = text[1:].partition("]")
        if not closed or (rest and not rest.startswith(":")):
            raise ValueError(f"{text!r} lacks its ]")
        return host, _port(rest[1:], text) if rest else None
    host, colon, port = text.rpartition(":")
    return (host, _port(port, text)) if colon and ":" not in host else (text, None)


def _port(text: str, address: str) -> int:
    if not (text.isascii() and text.isdecimal() and 0 < int(text) < 1 << 16):
        raise ValueError(f"the port of {address!r} is no number from 1 to 65535")
    return int(text)
