"""The words that several findings share."""

from __future__ import annotations

import re
from collections.abc import Iterable

from raymon_tui.cluster.model.node import Node
from raymon_tui.cluster.model.quantity import amount, size
from raymon_tui.cluster.ray_api.words import spoken, without_escapes

_EXCEPTION = re.compile(r"[A-Za-z_][\w.]*(?:Error|Exception|Exit|Interrupt|Warning)\b")

RECENT_S = 3600.0
"""What ended longer ago than this needs nobody's attention any more."""


def times(count: int, *, more: bool = False) -> str:
    """Return how often something happened: `once`, `12 times`, `100+ times`."""
    if more:
        return f"{count:,}+ times"
    return "once" if count == 1 else f"{count:,} times"


def several(count: int, singular: str) -> str:
    """Return a counted noun: `1 node`, `1,204 nodes`."""
    return f"{count:,} {singular}" + ("" if count == 1 else "s")


def listed(words: Iterable[str]) -> str:
    """Return words as a sentence lists them: `a`, `a and b`, `a, b and c`."""
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last


def node_name(node: Node) -> str:
    """Return what people call a node: its address, else its host's name, else the start of its id."""
    return node.ip or node.hostname or node.node_id[:8]


def resource(name: str, value: float) -> str:
    """Return an amount of a resource: `4 GPU`, `64.0 GiB memory`."""
    return f"{size(value) if 'memory' in name else amount(value)} {name}"


def last_words(text: str) -> str:
    """Return in one line, without a full stop, what a traceback, a log or a message comes to in the end.

    That is the last line that names an exception, else the last one that is not indented.
    """
    lines = [line for line in without_escapes(text).splitlines() if line.strip() and not line[0].isspace()]
    named = [line for line in lines if _EXCEPTION.match(line)]
    return sentence(spoken((named or lines or [text])[-1], 300))


def sentence(text: str) -> str:
    """Return `text` without a full stop at its end, as all causes are."""
    return text.strip().removesuffix(".")
