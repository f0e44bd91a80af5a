"""A command as one line that every login shell reads alike: POSIX ones, csh and tcsh, fish."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

_DECODE = 'eval "$(printf %b "$0")"'
_UNSAFE = frozenset(b"\\'!\n")


def line_of(words: Sequence[str]) -> str:
    """Return the line that runs a program with its words as they are, whichever shell is given it.

    Inside single quotes csh takes no end of a line and puts its history in the place of `!`, and fish drops
    backslashes. Where such a byte is among the words sh is given it in octal digits, and everything else as it is.
    """
    line = shlex.join(words)
    if not _UNSAFE & set("".join(words).encode("utf-8", "surrogateescape")):
        return line
    data = f"exec {line}".encode("utf-8", "surrogateescape")
    encoded = "".join(chr(byte) if _stays(byte) else f"\\0{byte:03o}" for byte in data)
    return f"sh -c '{_DECODE}' '{encoded}'"


def _stays(byte: int) -> bool:
    return 0x20 <= byte < 0x7F and byte not in _UNSAFE
