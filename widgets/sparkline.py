"""A row of small bars: how a value went."""

from __future__ import annotations

from collections.abc import Sequence

from raymon_tui.widgets.content import Content, Piece, Role

BARS = "▁▂▃▄▅▆"
"""None as high as the cell, so that the rows of a table do not fuse."""
ASCII_BARS = ".:-=+*#"


def sparkline(
    values: Sequence[float | None],
    width: int,
    role: Role = "dim",
    *,
    low: float | None = None,
    high: float | None = None,
    ascii_only: bool = False,
) -> Content:
    """Return the last `width` values as bars, in exactly `width` cells; None is a gap.

    `low` and `high` are the values of the lowest and the highest bar; the values' own where they are not given.
    """
    shown = list(values)[-width:] if width > 0 else []
    known = [value for value in shown if value is not None]
    floor = low if low is not None else min(known, default=0.0)
    ceiling = high if high is not None else max(known, default=1.0)
    bars = ASCII_BARS if ascii_only else BARS
    drawn = "".join(" " if value is None else _bar(value, floor, ceiling, bars) for value in shown)
    return (Piece(drawn.rjust(max(0, width)), role),)


def _bar(value: float, floor: float, ceiling: float, bars: str) -> str:
    if ceiling <= floor:
        return bars[0]
    share = (value - floor) / (ceiling - floor)
    return bars[max(0, min(len(bars) - 1, round(share * (len(bars) - 1))))]
