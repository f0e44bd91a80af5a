"""Content cut, aligned and filled to an exact number of cells."""

from __future__ import annotations

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
    if taken <= width:
        fill = Piece(" " * (width - taken))
        return (fill, *content) if align == "right" else (*content, fill)
    return _cut(content, width, "~" if ascii_only else ELLIPSIS)


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
