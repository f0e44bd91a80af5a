"""Imports of libraries without what is optional to them, and takes as long as themselves."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def left_out(name: str) -> Iterator[None]:
    """Let what is imported inside find no module of this name; whoever imports that later finds it.

    httpx has a command line of its own, which brings pygments. paramiko runs what `Match exec` says in `~/.ssh/config`
    by invoke, and does not where ssh itself resolves that.
    """
    if name in sys.modules:
        yield
        return
    sys.modules[name] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        if sys.modules.get(name, "") is None:
            del sys.modules[name]
