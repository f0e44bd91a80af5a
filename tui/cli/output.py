"""What standard output can show."""

from __future__ import annotations

import os
import sys


def in_colour() -> bool:
    """Whether it is a terminal whose user has nothing against colours."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR")


def shows_all() -> bool:
    """Whether it takes more than ASCII."""
    return "utf" in (sys.stdout.encoding or "").lower()
