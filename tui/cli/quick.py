"""Imports that cost only what they must: most of what a user waits for at the start is imports."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def quick_imports() -> Iterator[None]:
    """Import what stands inside without looking for garbage, and leave it out of every later look.

    Modules make hundreds of thousands of objects that live until the program ends: the collector would walk through
    them again and again, and once more at the end.
    """
    _spare_httpx_its_own_program()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def _spare_httpx_its_own_program() -> None:
    """Let `import httpx` leave out httpx's own command line, which is optional to it and brings pygments."""
    if "httpx" not in sys.modules:
        sys.modules["httpx._main"] = None  # type: ignore[assignment]
