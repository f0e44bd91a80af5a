"""Several named curves in one chart: a line below tells which is which, and what each says at the cursor."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

from rich.cells import cell_len

from raymon_tui.widgets.axes import clock_line, scale_of, time_line, value_labels
from raymon_tui.widgets.chart import Curve, overlaid
from raymon_tui.widgets.content import UNKNOWN, Content, Piece, Role, plain

CURVE_ROLES: tuple[Role, ...] = ("accent", "curve2", "curve3", "curve4", "curve5", "curve6")
MOST_CURVES = len(CURVE_ROLES)
LEAST_WIDTH, LEAST_HEIGHT = 12, 3
NAME_CELLS = 24
TALL = 9
"""So many lines have room for every label."""
BEYOND_ALL_AXES = 1e300
"""What is infinite, as quantiles of a histogram may be, has no place on an axis; the legend tells it."""
NOW_WITHIN = 0.02
"""A chart whose end lies nearer to now than this share of its span ends now."""


class NamedCurve(NamedTuple):
    """What a curve is called, and its values at even distances; NaN is a gap. `apart` is not stacked onto others.

    Without a `colour` of its own it has that of its place.
    """

    name: str
    values: tuple[float, ...]
    apart: bool = False
    colour: Role | None = None


class Picture(NamedTuple):
    """All that such a chart shows, whatever its size.

    The values run from `start` to `end`, in seconds since the epoch. `cursor` is the place of a value; what the curves
    say there is written in the legend, else what they said last. At most `MOST_CURVES` are drawn, the first ones;
    `more` were left out before, and are counted with the others. Where they are `stacked`, each is drawn as much
    higher as those before it come to; the legend tells its own values.
    """

    curves: tuple[NamedCurve, ...]
    start: float
    end: float
    unit: Callable[[float], str]
    low: float | None = 0.0
    high: float | None = None
    binary: bool = False
    cursor: int | None = None
    empty: str = "nothing measured yet"
    stacked: bool = False
    more: int = 0


def last_known(values: Sequence[float]) -> float | None:
    """Return the newest value that is known."""
    return next((value for value in reversed(values) if not math.isnan(value)), None)


def label_cells(picture: Picture) -> int:
    """Return how many cells the labels of its axis take; 0 where nothing is known."""
    known = _known(_drawn(picture))
    if not known:
        return 0
    scale = scale_of(known, picture.low, picture.high, binary=picture.binary)
    return max(map(cell_len, value_labels(scale, TALL, picture.unit).values()))


def _drawn(picture: Picture) -> tuple[NamedCurve, ...]:
    return stacked_up(picture.curves[:MOST_CURVES]) if picture.stacked else picture.curves[:MOST_CURVES]


def _role(curve: NamedCurve, place: int) -> Role:
    return curve.colour or CURVE_ROLES[place]


def _known(curves: Sequence[NamedCurve]) -> list[float]:
    return [value for curve in curves for value in curve.values if abs(value) < BEYOND_ALL_AXES]


def picture_lines(
    picture: Picture,
    width: int,
    height: int,
    *,
    now: float,
    ascii_only: bool = False,
    legend_lines: int = 1,
    margin: int = 0,
) -> tuple[Content, ...]:
    """Return `height` lines at most: the curves, the times, and a legend of `legend_lines` lines at most.

    Labels stand in a margin of so many cells at least, so that charts below each other begin at the same place.
    """
    curves = _drawn(picture)
    known = _known(curves)
    if not known:
        return ((Piece(plain(picture.empty, max(1, width)), "dim"),),)
    legend = _legend(picture, width, legend_lines, ascii_only=ascii_only)
    room = height - 1 - len(legend)
    scale = scale_of(known, picture.low, picture.high, binary=picture.binary)
    labels = value_labels(scale, room, picture.unit) if room >= LEAST_HEIGHT else {}
    margin = max(margin, *map(cell_len, labels.values())) if labels else margin
    inner = width - margin - 1
    if inner < LEAST_WIDTH or room < LEAST_HEIGHT:
        return legend[:height]
    drawn = [
        Curve(tuple(value if abs(value) < BEYOND_ALL_AXES else None for value in curve.values), _role(curve, place))
        for place, curve in enumerate(curves)
    ]
    rows = overlaid(drawn, inner, room, scale, ascii_only=ascii_only)
    if picture.cursor is not None and curves:
        place = round(picture.cursor * (inner - 1) / max(1, len(curves[0].values) - 1))
        rows = [_crossed(row, place, "|" if ascii_only else "│") for row in rows]
    lines = [(Piece(f"{labels.get(y, ''):>{margin}} ", "dim"), *row) for y, row in enumerate(rows)]
    span_s = picture.end - picture.start
    at_end = now - picture.end <= max(2.0, span_s * NOW_WITHIN)
    times = time_line(inner, span_s) if at_end else clock_line(inner, picture.start, picture.end)
    return (*lines, (Piece(" " * (margin + 1)), Piece(times, "dim")), *legend)


def stacked_up(curves: Sequence[NamedCurve]) -> tuple[NamedCurve, ...]:
    """Return curves each of which stands on those before it; what is not known adds nothing to those above."""
    stacked: list[NamedCurve] = []
    ground: list[float] = [0.0] * max((len(curve.values) for curve in curves), default=0)
    for curve in curves:
        if curve.apart:
            stacked.append(curve)
            continue
        tops = tuple(below + value for below, value in zip(ground, curve.values, strict=False))
        stacked.append(curve._replace(values=tops))
        ground = [below if math.isnan(top) else top for below, top in zip(ground, tops, strict=False)]
    return tuple(stacked)


def _crossed(row: Sequence[Piece], place: int, mark: str) -> list[Piece]:
    """Draw the cursor through a row, behind the curves."""
    crossed: list[Piece] = []
    at = 0
    for piece in row:
        within = place - at
        if 0 <= within < len(piece.text) and piece.text[within] in " \u2800":
            text = piece.text
            crossed += [
                piece._replace(text=text[:within]),
                Piece(mark, "faint"),
                piece._replace(text=text[within + 1 :]),
            ]
        else:
            crossed.append(piece)
        at += len(piece.text)
    return crossed


def _legend(picture: Picture, width: int, most_lines: int, *, ascii_only: bool) -> tuple[Content, ...]:
    """Return what each curve is called and what it says, in as few lines as hold it; a lone curve needs no name."""
    entries = [_entry(picture, place, ascii_only=ascii_only) for place in range(min(len(picture.curves), MOST_CURVES))]
    if len(entries) == 1 and not picture.curves[0].name and picture.cursor is None:
        return ()
    lines: list[list[Piece]] = [[]]
    used, left_out = 0, len(picture.curves) - len(entries) + picture.more
    for place, entry in enumerate(entries):
        cells = sum(cell_len(piece.text) for piece in entry)
        gap = 2 if lines[-1] else 0
        if used + gap + cells > width:
            if len(lines) >= most_lines or cells > width:
                left_out += len(entries) - place
                break
            lines.append([])
            used = gap = 0
        lines[-1] += [Piece(" " * gap), *entry]
        used += gap + cells
    if left_out and used + 5 <= width:
        lines[-1].append(Piece(f"  +{left_out}", "faint"))
    return tuple(tuple(line) for line in lines if line)


def _entry(picture: Picture, place: int, *, ascii_only: bool) -> list[Piece]:
    curve = picture.curves[place]
    value = last_known(curve.values)
    if picture.cursor is not None and 0 <= picture.cursor < len(curve.values):
        at_cursor = curve.values[picture.cursor]
        value = None if math.isnan(at_cursor) else at_cursor
    mark = Piece(("-" if ascii_only else "━") + " ", _role(curve, place))
    name = [Piece(plain(curve.name, NAME_CELLS) + " ", "dim")] if curve.name else []
    return [mark, *name, UNKNOWN if value is None else Piece(picture.unit(value), "ink")]
