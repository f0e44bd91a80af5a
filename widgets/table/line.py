"""Content cut, aligned and filled to an exact number of cells."""

from __future__ import annotations

from textwrap import wrap
from typing import Literal

from rich.cells import cell_len, set_cell_size

from raymon_tui.widgets.content import Content, Piece, Role

ELLIPSIS = "…"


def fitted(
    content: Content, width: int, align: Literal["left", "right"] = "left", *, ascii_only: bool = False
) -> Content:
    """Return `content` in exactly `width` cells; what is cut ends in an ellipsis, a wide character is never halved."""
    if width <= 0:
        return ()
    taken = sum(cell_len(piece.text) for piece in content)
    if taken > width:
        return _cut(content, width, "~" if ascii_only else ELLIPSIS)
    if taken == width:
        return content
    fill = Piece(" " * (width - taken))
    return (fill, *content) if align == "right" else (*content, fill)


def _cut(content: Content, width: int, ellipsis: str) -> Content:
    room = width - 1
    kept: list[Piece] = []
    role: Role = "ink"
    for piece in content:
        size = cell_len(piece.text)
        role = piece.role
        if size > room:
            kept.append(piece._replace(text=set_cell_size(piece.text, room)))
            break
        kept.append(piece)
        room -= size
    return (*kept, Piece(ellipsis, role))


def text_of(content: Content) -> str:
    """Return the bare text."""
    return "".join(piece.text for piece in content)


def centred(text: str, width: int, height: int) -> dict[int, Content]:
    """Return a sentence in the middle of `width` by `height` cells, broken between words: its lines by their places."""
    lines = wrap(text, max(1, width - 2))[: max(0, height)]
    first = (height - len(lines)) // 2
    return {
        first + place: (Piece(" " * max(0, (width - cell_len(line)) // 2)), Piece(line, "dim"))
        for place, line in enumerate(lines)
    }
