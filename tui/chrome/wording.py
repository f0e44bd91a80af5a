"""Words that must fit, and what a panel says where it has nothing to show."""

from __future__ import annotations

from typing import Any

from rich.cells import cell_len

from raymon_tui.cluster.feeds.feed import Reading
from raymon_tui.widgets.content import UNKNOWN, Content, Piece, plain


def cut(text: str, room: int) -> str:
    """Return `text` in at most `room` cells, cut between words where there is one to cut at."""
    if cell_len(text) <= room:
        return text
    if room < 2:
        return ""
    kept = text
    while kept and cell_len(kept) > room - 1:
        kept = kept[:-1]
    head, _, tail = kept.rpartition(" ")
    return (head if head and len(tail) < 12 else kept).rstrip(" ,:;") + "…"


def missing(reading: Reading[Any], width: int) -> tuple[Content, ...]:
    """Return what stands for an answer that never came: why, if that is known."""
    if reading.error is None:
        return ((UNKNOWN,),)
    return ((Piece(cut(plain(reading.error.said), width), "dim"),),)
