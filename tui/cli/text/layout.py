"""Lines of cells with their columns aligned, meters, and what is cut because the line is full."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from rich.cells import cell_len, set_cell_size

from raymon_tui.widgets.content import Content, Piece, Role, plain

METER_CELLS = 20
GAP = Piece("  ")


@dataclass(frozen=True)
class Drawn:
    """What drawing may know: the time that ages count to (seconds since the epoch), the width, and which glyphs."""

    now: float
    width: int = 80
    ascii_only: bool = False


def heading(text: str) -> Content:
    """Return the title of a section."""
    return (Piece(text, "dim", bold=True),)


def width_of(content: Content) -> int:
    """Return how many terminal cells the content takes."""
    return sum(cell_len(piece.text) for piece in content)


def columns(rows: Sequence[Sequence[Content]], right: Iterable[int] = (), indent: int = 2) -> tuple[Content, ...]:
    """Return a line for each row, its cells in columns as wide as their widest; those in `right` end alike."""
    to_right = frozenset(right)
    widths = [max(map(width_of, column)) for column in zip_longest(*rows, fillvalue=())]
    lines = []
    for row in rows:
        line = [Piece(" " * indent)]
        for index, (cell, width) in enumerate(zip(row, widths, strict=False)):
            room = Piece(" " * (width - width_of(cell)))
            line += [*([GAP] if index else []), *((room, *cell) if index in to_right else (*cell, room))]
        lines.append(_without_end(tuple(line)))
    return tuple(lines)


def meter(used: float | None, total: float | None, drawn: Drawn, role: Role = "accent") -> Content:
    """Return a line as full as `used` is of `total`; all track where that is not known."""
    share = 0.0 if used is None or not total else min(1.0, max(0.0, used / total))
    halves = round(share * METER_CELLS * 2)
    full, half, track = ("=", "=", "-") if drawn.ascii_only else ("━", "╸", "─")
    filled = full * (halves // 2) + half * (halves % 2)
    return Piece(filled, role), Piece(track * (METER_CELLS - len(filled)), "track")


def cut(content: Content, drawn: Drawn) -> Content:
    """Return as much of the content as fits the width, its last cell telling that something is missing."""
    if width_of(content) <= drawn.width:
        return content
    ellipsis = "~" if drawn.ascii_only else "…"
    left = drawn.width - 1
    kept = []
    for piece in content:
        room = min(left, cell_len(piece.text))
        kept.append(piece._replace(text=set_cell_size(piece.text, room)))
        left -= room
    return (*kept, Piece(ellipsis, "dim"))


def _without_end(line: Content) -> Content:
    """Drop the blanks that a line would end in."""
    return _without_end(line[:-1]) if line and not line[-1].text.strip() else line


def said(text: str, role: Role = "ink", *, bold: bool = False) -> Content:
    """Return text from outside, on one line, with what would wrap or hide made visible."""
    return (Piece(plain(" ".join(text.split())), role, bold),)


def more(left_out: int, what: str) -> tuple[Content, ...]:
    """Return the line that says how many rows are not shown; none where all are."""
    return ((Piece(f"  and {left_out:,} more {what}", "dim"),),) if left_out > 0 else ()
