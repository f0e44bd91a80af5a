"""What a full overview looks like from outside."""

from __future__ import annotations

import re

import pyte

_NODES = re.compile(r"● ?[\d,]+ +○ ?[\d,]+ +◌")
_TASKS = re.compile(r"▶ ?[\d,]+ running +◌ ?[\d,]+ waiting")


def is_full(screen: pyte.Screen) -> bool:
    """Whether nodes and tasks are counted on the screen: both figures of each, so not only their titles."""
    text = "\n".join(screen.display)
    return bool(_NODES.search(text) and _TASKS.search(text))
