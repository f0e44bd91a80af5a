"""A word on the terminal while that takes long which comes before the first picture."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Timer

PATIENCE_S = 1.0
"""Seconds: what takes no longer needs no word."""
_CLEAR_LINE = "\r\x1b[K"


@contextmanager
def said_while_slow(words: str) -> Iterator[None]:
    """Say on the terminal's standard error what is waited for, and take that away when it is done.

    `words` are our own: they are written as they are.
    """
    said: list[str] = []

    def say() -> None:
        said.append(words)
        sys.stderr.write(f"{words}... ^C ends it")
        sys.stderr.flush()

    timer = Timer(PATIENCE_S, say)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()
        if said:
            sys.stderr.write(_CLEAR_LINE)
            sys.stderr.flush()
