"""A meter that is a thin line on a faint track of the same stroke."""

from __future__ import annotations

from raymon_tui.widgets.content import Content, Piece, Role


def meter(share: float | None, width: int, role: Role = "accent", *, ascii_only: bool = False) -> Content:
    """Return a meter of exactly `width` cells; `share` is from 0 to 1, None draws a broken track: unknown is not zero.

    Anything above nothing shows at least half a cell, and less than all leaves at least half a cell.
    """
    if width <= 0:
        return ()
    if share is None:
        return (Piece(("." if ascii_only else "╌") * width, "track"),)
    halves = _halves(share, width)
    if ascii_only:
        full = max(1, halves // 2) if halves else 0
        return (Piece("=" * full, role), Piece("-" * (width - full), "track"))
    full, half = divmod(halves, 2)
    line = "━" * full + ("╸" if half else "")
    rest = width - len(line)
    # The stroke that begins the track leaves a small gap, so that line and track read apart without colour.
    track = ("╺" if not half and full else "━") + "━" * (rest - 1) if rest else ""
    return (Piece(line, role), Piece(track, "track"))


def _halves(share: float, width: int) -> int:
    if share <= 0:
        return 0
    if share >= 1:
        return width * 2
    return max(1, min(width * 2 - 1, round(share * width * 2)))
