"""A link of the chain to a cluster, as `raymon-tui doctor` prints it."""

from __future__ import annotations

from raymon_tui.tui.cli.check import Check
from raymon_tui.tui.cli.text.paint import paint
from raymon_tui.widgets.content import Content, Piece, Role, plain

NAME, TOOK = 36, 9
_MARKS: dict[bool | None, tuple[str, str, Role]] = {
    True: ("✓", "+", "good"),
    False: ("✕", "x", "bad"),
    None: ("–", "-", "dim"),
}
_NOT_TRIED: tuple[str, str, Role] = ("·", ".", "dim")


def drawn(check: Check, *, colour: bool, ascii_only: bool) -> str:
    """Return what became of the link in a line, with lines below for what else was said, and for what to do."""
    return paint(_lines(check, ascii_only=ascii_only), colour=colour, ascii_only=ascii_only)


def _lines(check: Check, *, ascii_only: bool) -> list[Content]:
    glyph, ascii_glyph, role = _MARKS[check.holds] if check.tried else _NOT_TRIED
    took = "" if check.took_s is None else f"{1000 * check.took_s:,.0f} ms"
    said, *more = check.said.splitlines() or [""]
    dim: Role = "ink" if check.tried else "dim"
    first = (
        Piece(ascii_glyph if ascii_only else glyph, role),
        Piece(f" {plain(check.name):<{NAME}} ", dim),
        Piece(f"{took:>{TOOK}}  ", "dim"),
        Piece(plain(said), dim),
    )
    below = [*more, *(f"do: {line}" for line in check.advice.splitlines())]
    return [first, *((Piece(f"    {plain(line)}"),) for line in below)]
