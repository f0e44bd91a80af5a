"""A chart of values over time: thin curves, faint axes, labels with units."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

from rich.cells import cell_len

from raymon_tui.widgets.content import Content, Piece, Role
from raymon_tui.widgets.numbers import age
from raymon_tui.widgets.plotting import canvas

BRAILLE = 0x2800


class Curve(NamedTuple):
    """Values at even distances, the last one being now; None is a gap."""

    values: tuple[float | None, ...]
    role: Role = "accent"


class _Scale(NamedTuple):
    low: float
    high: float


def chart(  # noqa: PLR0913 - what a chart is made of
    curves: Sequence[Curve],
    width: int,
    height: int,
    *,
    span_s: float,
    unit: Callable[[float], str],
    low: float | None = None,
    high: float | None = None,
    ascii_only: bool = False,
    empty: str = "nothing measured yet",
) -> tuple[Content, ...]:
    """Return `height` lines of `width` cells at most.

    `span_s` seconds lie between the left edge and now. `low` and `high` bound the axis; where they are not given the
    values do, rounded so that the labels read well. `empty` is said while there is no value.
    """
    known = [value for curve in curves for value in curve.values if value is not None]
    if not known:
        return ((Piece(empty, "dim"),),) if height > 0 else ()
    scale = _scale(known, low, high)
    labels = [unit(value) for value in (scale.high, (scale.high + scale.low) / 2, scale.low)]
    margin = max(cell_len(label) for label in labels) + 1
    inner_width, inner_height = width - margin, height - 1
    if inner_width < 8 or inner_height < 2:
        return ((Piece(unit(known[-1]), "ink"),),)
    rows = _overlaid(curves, inner_width, inner_height, scale, ascii_only=ascii_only)
    at = {0: labels[0], (inner_height - 1) // 2: labels[1], inner_height - 1: labels[2]}
    if inner_height < 5:
        del at[(inner_height - 1) // 2]
        at |= {0: labels[0], inner_height - 1: labels[2]}
    lines: list[Content] = [(Piece(f"{at.get(y, ''):>{margin - 1}} ", "faint"), *row) for y, row in enumerate(rows)]
    return (*lines, (Piece(" " * margin), Piece(_time_axis(inner_width, span_s), "faint")))


def _scale(known: Sequence[float], low: float | None, high: float | None) -> _Scale:
    bottom = min(known) if low is None else low
    top = _rounded_up(max(known)) if high is None else high
    return _Scale(bottom, top if top > bottom else bottom + 1.0)


def _rounded_up(value: float) -> float:
    """Return the next of 1, 2, 4, 5 and 10 times a power of ten, whose halves are round too."""
    if value <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(value))
    return next(power * step for step in (1, 2, 4, 5, 10) if power * step >= value * 0.999999)


def _overlaid(
    curves: Sequence[Curve], width: int, height: int, scale: _Scale, *, ascii_only: bool
) -> list[list[Piece]]:
    """Draw all curves on one canvas; where they meet, the dots join in the role of the later one."""
    cells: list[list[tuple[str, Role]]] = [[(" ", "ink")] * width for _ in range(height)]
    for curve in curves:
        drawn = canvas(curve.values, width, height, scale.low, scale.high, ascii_only=ascii_only)
        for y, row in enumerate(drawn):
            for x, character in enumerate(row):
                if character not in " \u2800":
                    cells[y][x] = (_joined(cells[y][x][0], character), curve.role)
    return [_pieces(row) for row in cells]


def _joined(before: str, character: str) -> str:
    if before == " " or ord(character) < BRAILLE or ord(before) < BRAILLE:
        return character
    return chr(BRAILLE | (ord(before) - BRAILLE) | (ord(character) - BRAILLE))


def _pieces(row: Sequence[tuple[str, Role]]) -> list[Piece]:
    pieces: list[Piece] = []
    for character, role in row:
        if pieces and pieces[-1].role == role:
            pieces[-1] = pieces[-1]._replace(text=pieces[-1].text + character)
        else:
            pieces.append(Piece(character, role))
    return pieces


def _time_axis(width: int, span_s: float) -> str:
    """Return the labels under a chart: how long ago, at even distances, and `now` at the right edge."""
    parts = 3 if width >= 36 else 2 if width >= 20 else 1
    axis = [" "] * width
    for step in range(parts):
        label = f"-{age(span_s * (parts - step) / parts)}"
        start = round(width * step / parts)
        axis[start : start + len(label)] = label
    axis[width - 3 :] = "now"
    return "".join(axis[:width])
