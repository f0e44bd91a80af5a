"""Text with a role instead of a colour, and the cleaning of text that comes from outside."""

from __future__ import annotations

from typing import Literal, NamedTuple

Role = Literal[
    "ink", "dim", "faint", "track", "accent", "gpu", "good", "calm", "warning", "bad",
    "curve2", "curve3", "curve4", "curve5", "curve6",
]  # fmt: skip
"""What a piece of text means; the theme says which colour that is. Colour carries state, and tells curves apart."""


class Piece(NamedTuple):
    """A run of text of one role. `text` must have come through `plain` if it came from outside."""

    text: str
    role: Role = "ink"
    bold: bool = False
    reverse: bool = False


Content = tuple[Piece, ...]
"""What one table cell, or one line, shows."""

UNKNOWN = Piece("–", "faint")
"""Stands for every value that could not be read."""

_PICTURES = {code: chr(0x2400 + code) for code in range(0x20)}
_PICTURES |= {0x7F: "␡", 0x2028: "␤", 0x2029: "␤"}
_PICTURES |= dict.fromkeys(range(128, 160), "�")
_PICTURES |= dict.fromkeys((*range(8234, 8239), *range(8294, 8298), 8206, 8207, 1564), "�")
_PICTURES |= dict.fromkeys((*range(55296, 57344), 65279), "�")


def plain(text: str, limit: int = 1000) -> str:
    """Return `text` as something that can only be looked at: one line, no control code, at most `limit` characters.

    Control codes become their pictures (U+2400…), those that turn the direction of writing become U+FFFD.
    """
    cut = text if len(text) <= limit else text[: limit - 1] + "…"
    return cut if cut.isascii() and cut.isprintable() else cut.translate(_PICTURES)


def piece(text: str, role: Role = "ink", *, bold: bool = False) -> Content:
    """Return one cleaned run of text as a cell's content."""
    return (Piece(plain(text), role, bold),)
