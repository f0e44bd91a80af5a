"""Imports that cost only what they must: most of what a user waits for at the start is imports."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

from raymon_tui.backends.left_out import left_out


@contextmanager
def quick_imports() -> Iterator[None]:
    """Import what stands inside without looking for garbage, and leave it out of every later look.

    Modules make hundreds of thousands of objects that live until the program ends: the collector would walk through
    them again and again, and once more at the end.
    """
    gc.disable()
    try:
        with left_out("httpx._main"):
            yield
    finally:
        gc.freeze()
        gc.enable()
