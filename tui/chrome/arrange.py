"""Putting parts of a line side by side, and leaving out what has no room."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from rich.cells import cell_len

from raymon_tui.widgets.content import Content, Piece


class Part(NamedTuple):
    """One part of a line; of all parts the one with the highest `priority` is left out first, 0 never."""

    content: Content
    priority: int = 0


def width_of(content: Content) -> int:
    """Return how many cells `content` takes."""
    return sum(cell_len(piece.text) for piece in content)


def arrange(left: Sequence[Part], right: Sequence[Part], width: int, gap: int = 2) -> Content:
    """Return one line of at most `width` cells: `left` parts from the left edge, `right` parts up to the right one."""
    kept_left, kept_right = list(left), list(right)
    while _needed(kept_left, kept_right, gap) > width:
        dearest = max((*kept_left, *kept_right), key=lambda part: part.priority, default=None)
        if dearest is None or dearest.priority == 0:
            break
        (kept_right if dearest in kept_right else kept_left).remove(dearest)
    fill = width - _needed(kept_left, kept_right, gap) + (gap if kept_left and kept_right else 0)
    return (*_joined(kept_left, gap), Piece(" " * max(0, fill)), *_joined(kept_right, gap))


def _needed(left: Sequence[Part], right: Sequence[Part], gap: int) -> int:
    parts = (*left, *right)
    return sum(width_of(part.content) for part in parts) + gap * max(0, len(parts) - 1)


def _joined(parts: Sequence[Part], gap: int) -> Content:
    pieces: list[Piece] = []
    for part in parts:
        if pieces:
            pieces.append(Piece(" " * gap))
        pieces.extend(part.content)
    return tuple(pieces)
