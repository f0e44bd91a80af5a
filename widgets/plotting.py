"""The one place that knows plotext: curves in, a canvas of bare characters out.

plotext 6 has one global figure, which is cleared before each drawing. To import it takes a tenth of a second or two, so
that is done on the first drawing, or before it where there is time.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

Values = Sequence[float | None]
KEPT = 64
"""Curves, of some kilobytes each."""


def canvas(values: Values, width: int, height: int, low: float, high: float, *, ascii_only: bool) -> list[str]:
    """Return `height` strings of `width` characters in which `values` run from the left edge to the right one.

    None makes a gap. Braille, or dots where only ASCII can be drawn. What was drawn lately is not drawn anew: a cursor
    that moves changes no curve.
    """
    return list(_canvas(tuple(values), width, height, low, high, ascii_only=ascii_only))


@lru_cache(maxsize=KEPT)
def _canvas(
    values: tuple[float | None, ...], width: int, height: int, low: float, high: float, *, ascii_only: bool
) -> tuple[str, ...]:
    import plotext

    figure = plotext.figure
    figure.clear()
    # The chart has its room in a widget; the terminal of this process may be another, or none.
    plotext.terminal.limit(False, False)
    figure.plot_size(width, height)
    figure.axes(active=False)
    for axis in ("x", "y"):
        figure.ruler(axis).ticks([])
    # A lone value is now, at the right edge.
    figure.ruler("x").lim(min(0, len(values) - 2), max(0, len(values) - 1))
    figure.ruler("y").lim(low, high)
    drawn = False
    # plotext draws what lies beyond the axes too, and has no memory for what lies a million charts above: it aborts.
    least, most = low - (high - low), high + (high - low)
    for start, run in _runs(values):
        within = [max(least, min(most, value)) for value in run]
        signal = figure.signal(list(range(start, start + len(run))), within, marker="*" if ascii_only else "braille")
        signal.lines(len(run) > 1)
        figure.draw(signal)
        drawn = True
    rows = figure.build().string(colorless=True).splitlines() if drawn else []
    return tuple(row.ljust(width)[:width] for row in [*rows, *[""] * height][:height])


def load() -> None:
    """Import plotext, so that the first drawing need not."""
    import plotext  # noqa: F401


def _runs(values: Values) -> Iterator[tuple[int, list[float]]]:
    """Yield each stretch of known values with the place where it starts."""
    start, run = 0, list[float]()
    for place, value in enumerate(values):
        if value is None:
            if run:
                yield start, run
            run = []
            continue
        if not run:
            start = place
        run.append(value)
    if run:
        yield start, run
