"""One line that shows how a whole is divided."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from raymon_tui.widgets.content import Content, Piece, Role

ASCII_STROKES = "#=-x+"


class Share(NamedTuple):
    """One part of the whole."""

    amount: float
    role: Role


def stacked_bar(shares: Sequence[Share], width: int, *, ascii_only: bool = False) -> Content:
    """Return a bar of exactly `width` cells, at least one for every part that is not nothing where there is room."""
    cells = _divided([max(0.0, share.amount) for share in shares], width)
    if not any(cells):
        return (Piece(("-" if ascii_only else "━") * max(0, width), "track"),)
    return tuple(
        Piece((ASCII_STROKES[index % len(ASCII_STROKES)] if ascii_only else "━") * size, share.role)
        for index, (share, size) in enumerate(zip(shares, cells, strict=True))
        if size
    )


def _divided(counts: Sequence[float], width: int) -> list[int]:
    """Return whole cells by the largest remainder, one at least for what is there."""
    total = sum(counts)
    if total <= 0 or width <= 0:
        return [0] * len(counts)
    exact = [count * width / total for count in counts]
    cells = [max(1, int(size)) if size > 0 else 0 for size in exact]
    while sum(cells) > width:
        largest = max(range(len(cells)), key=lambda i: (cells[i], exact[i]))
        cells[largest] -= 1
    for index in sorted(range(len(cells)), key=lambda i: cells[i] - exact[i]):
        if sum(cells) == width:
            break
        if exact[index] > 0:
            cells[index] += 1
    leftover = width - sum(cells)
    cells[max(range(len(cells)), key=lambda i: exact[i])] += leftover
    return cells
