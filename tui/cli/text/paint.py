"""From content to what a terminal, or a file, gets."""

from __future__ import annotations

from collections.abc import Iterable

from raymon_tui.widgets.content import Content, Piece, Role

# The terminal's own sixteen colours: a line in the scrollback follows the user's theme, not ours.
_CODES: dict[Role, str] = {
    "ink": "",
    "dim": "2",
    "faint": "2",
    "track": "2",
    "accent": "36",
    "gpu": "35",
    "good": "32",
    "warning": "33",
    "bad": "31",
}
_ASCII = str.maketrans({"–": "-", "×": "x", "…": "~"})
_RESET = "\x1b[0m"


def paint(lines: Iterable[Content], *, colour: bool, ascii_only: bool = False) -> str:
    """Return the lines as text, with colours where wanted; no line ends in blanks."""
    text = "".join(_line(line, colour=colour) + "\n" for line in lines)
    return text.translate(_ASCII).encode("ascii", "replace").decode() if ascii_only else text


def _line(content: Content, *, colour: bool) -> str:
    if not colour:
        return "".join(piece.text for piece in content).rstrip()
    return "".join(map(_coloured, content)).rstrip()


def _coloured(piece: Piece) -> str:
    codes = ";".join(code for code in ("1" if piece.bold else "", _CODES[piece.role]) if code)
    return f"\x1b[{codes}m{piece.text}{_RESET}" if codes and piece.text.strip() else piece.text
