"""Where keys come from: standard input, unless a file came by it."""

from __future__ import annotations

import os
import sys

from raymon_tui.backends.errors import UsageError

BY_INPUT = "-"
"""The target whose file comes by standard input."""


def type_at_terminal() -> bool:
    """Make the terminal standard input again, once the file that came by it has been read; whether there is one."""
    try:
        terminal = os.open("/dev/tty", os.O_RDWR)
    except OSError:
        return False
    os.dup2(terminal, 0)
    os.close(terminal)
    return True


def need_keys(tried: str, advice: str) -> None:
    """Raise `UsageError` where standard input is no terminal."""
    # It is None where it was closed before we began.
    if sys.stdin is None or not sys.stdin.isatty():
        raise UsageError(tried, "standard input is no terminal", advice)
