"""What a terminal that knows only ASCII gets: every other character has a stand-in of the same width."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from rich.cells import cell_len
from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

_STAND_INS = {
    character: ascii_one
    for characters, ascii_one in (
        ("─━╌╸╺═–—−", "-"),
        ("│┃║▏▎▌▐▕", "|"),
        ("╭╮╰╯┌┐└┘├┤┬┴┼", "+"),
        ("█▉▊▋▇▆▅", "#"),
        ("▄▃", "="),
        ("▂▁", "_"),
        ("…", "~"),
        ("×✕✗", "x"),
        ("·•", "."),
        ("●", "*"),
        ("○◌", "o"),
        ("▶→⏎", ">"),
        ("←◀", "<"),
        ("↑▴▲", "^"),
        ("↓▾▼", "v"),
        ("✓", "+"),
        ("↻", "~"),
        ("“”", '"'),
        ("‘’", "'"),
    )
    for character in characters
}


class AsciiOnly(LineFilter):
    """Draws a whole program in ASCII, whatever its widgets, and the text from outside, hold."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """Return the segments with stand-ins for all that is not ASCII."""
        return [
            segment if segment.text.isascii() else Segment(in_ascii(segment.text), segment.style, segment.control)
            for segment in segments
        ]


@lru_cache(maxsize=4096)
def in_ascii(text: str) -> str:
    """Return `text` in ASCII, as many cells wide: an accent goes, and what has no stand-in is `?`."""
    return "".join(character if character.isascii() else _stand_in(character) for character in text)


def _stand_in(character: str) -> str:
    known = _STAND_INS.get(character)
    if known is not None:
        return known
    if 0x2800 < ord(character) < 0x2900:
        return "."
    bare = unicodedata.normalize("NFKD", character)[:1]
    width = cell_len(character)
    return bare if bare.isascii() and bare.isprintable() and width == 1 else "?" * width
