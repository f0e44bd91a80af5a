"""A chart of values over time: thin curves, quiet axes, labels with units."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from rich.cells import cell_len

from raymon_tui.widgets.axes import Scale, scale_of, time_line, value_labels
from raymon_tui.widgets.content import UNKNOWN, Content, Piece, Role
from raymon_tui.widgets.lines import Lines
from raymon_tui.widgets.plotting import canvas

BRAILLE = 0x2800
LEAST_WIDTH, LEAST_HEIGHT = 8, 2
"""The smallest room in which a curve says anything, in cells, without the labels."""


class Curve(NamedTuple):
    """Values at even distances, the last one being now; None is a gap."""

    values: tuple[float | None, ...]
    role: Role = "accent"


class Plot(NamedTuple):
    """All that a chart shows, whatever its size.

    `span_s` seconds lie between the left edge and now. `low` and `high` bound the axis; where they are not given the
    values do, rounded so that the labels read well; those of `binary` values, in bytes, to whole KiB, MiB and so on.
    `empty` is said while there is no value.
    """

    curves: tuple[Curve, ...]
    span_s: float
    unit: Callable[[float], str]
    low: float | None = None
    high: float | None = None
    binary: bool = False
    empty: str = "nothing measured yet"


def chart(  # noqa: PLR0913 - what a chart is made of
    curves: Sequence[Curve],
    width: int,
    height: int,
    *,
    span_s: float,
    unit: Callable[[float], str],
    low: float | None = None,
    high: float | None = None,
    binary: bool = False,
    ascii_only: bool = False,
    empty: str = "nothing measured yet",
) -> tuple[Content, ...]:
    """Return at most `height` lines of at most `width` cells; see `Plot` for what the rest means."""
    return drawn(Plot(tuple(curves), span_s, unit, low, high, binary, empty), width, height, ascii_only=ascii_only)


def drawn(plot: Plot, width: int, height: int, *, ascii_only: bool = False) -> tuple[Content, ...]:
    """Return at most `height` lines of at most `width` cells: the last value where there is no room for a curve."""
    known = [value for curve in plot.curves for value in curve.values if value is not None]
    if height <= 0 or width <= 0:
        return ()
    if not known:
        return ((Piece(plot.empty, "dim"),),)
    scale = scale_of(known, plot.low, plot.high, binary=plot.binary)
    labels = value_labels(scale, height - 1, plot.unit)
    margin = max(map(cell_len, labels.values()))
    inner_width, inner_height = width - margin - 1, height - 1
    if inner_width < LEAST_WIDTH or inner_height < LEAST_HEIGHT:
        last = plot.curves[0].values[-1] if plot.curves[0].values else None
        return ((UNKNOWN if last is None else Piece(plot.unit(last)),),)
    rows = overlaid(plot.curves, inner_width, inner_height, scale, ascii_only=ascii_only)
    lines = [(Piece(f"{labels.get(y, ''):>{margin}} ", "dim"), *row) for y, row in enumerate(rows)]
    return (*lines, (Piece(" " * (margin + 1)), Piece(time_line(inner_width, plot.span_s), "dim")))


def overlaid(curves: Sequence[Curve], width: int, height: int, scale: Scale, *, ascii_only: bool) -> list[list[Piece]]:
    """Draw all curves on one canvas; where they meet, the dots join in the role of the later one."""
    cells: list[list[tuple[str, Role]]] = [[(" ", "ink")] * width for _ in range(height)]
    for curve in curves:
        for y, row in enumerate(canvas(curve.values, width, height, scale.low, scale.high, ascii_only=ascii_only)):
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
        if pieces and (pieces[-1].role == role or character == " "):
            pieces[-1] = pieces[-1]._replace(text=pieces[-1].text + character)
        else:
            pieces.append(Piece(character, role))
    return pieces


class Chart(Lines):
    """A chart that fills its room, drawn anew only for other values or another size."""

    DEFAULT_CSS = """
    Chart { height: 1fr; }
    """

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id, classes=classes)
        self._plot: Plot | None = None
        self._ascii_only = False

    def plot(self, plot: Plot, *, ascii_only: bool = False) -> None:
        """Show this from now on."""
        if (plot, ascii_only) != (self._plot, self._ascii_only):
            self._plot, self._ascii_only = plot, ascii_only
            self._draw()

    def on_resize(self) -> None:
        """Fit the chart to its new room."""
        self._draw()

    def _draw(self) -> None:
        if self._plot is not None:
            self.show(drawn(self._plot, self.size.width, self.size.height, ascii_only=self._ascii_only))
