"""Raw bytes of a log made into lines that can be shown: pure."""

from __future__ import annotations

import re

from rich.cells import cell_len, chop_cells

from raymon_tui.widgets.content import plain

LONGEST_LINE = 4000
_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])")
"""Control sequences, operating system commands and two-character escapes (ECMA-48)."""


def shown_line(raw: str) -> str:
    """Return a line of a log as it is shown: without terminal escapes, of a progress bar only its last state."""
    text = _ESCAPES.sub("", raw) if "\x1b" in raw else raw
    text = text.rstrip("\r\n")
    if "\r" in text:
        text = next((part for part in reversed(text.split("\r")) if part), "")
    return plain(text.expandtabs(8), LONGEST_LINE)


def folded(line: str, width: int) -> list[str]:
    """Return `line` in pieces of at most `width` cells, one at least."""
    if width <= 0 or cell_len(line) <= width:
        return [line]
    return chop_cells(line, width)
