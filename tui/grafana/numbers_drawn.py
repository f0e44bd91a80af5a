"""Panels that show one number a series: as values with their course, as bars, as parts of a whole, as a table."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from rich.cells import cell_len

from raymon_tui.cluster.grafana.asking import PanelAnswer, Series, reduced
from raymon_tui.cluster.grafana.model import Panel
from raymon_tui.tui.grafana.units import Unit, unit_of
from raymon_tui.widgets.content import UNKNOWN, Content, Piece, Role, plain
from raymon_tui.widgets.curves import BEYOND_ALL_AXES
from raymon_tui.widgets.meter import meter
from raymon_tui.widgets.numbers import count
from raymon_tui.widgets.sparkline import sparkline
from raymon_tui.widgets.table.layout import GAP

NAME_SHARE = 0.45
"""How much of a line the name of a series takes at most."""
_COLOURS: Mapping[str, Role] = {"red": "bad", "orange": "warning", "yellow": "warning", "green": "good"}
"""What Grafana's colours mean as states; blue, purple and numbers in hex mean none."""


def threshold_role(panel: Panel, value: float, low: float, high: float) -> Role:
    """Return the state that a value's threshold stands for; the lowest step, where all is as usual, is none."""
    scaled = 100 * (value - low) / (high - low) if panel.percentage and high > low else value
    reached = [step for step in panel.thresholds if step.value is not None and scaled >= step.value]
    if not reached:
        return "accent"
    colour = max(reached, key=lambda step: step.value or 0.0).colour
    return next((role for name, role in _COLOURS.items() if name in colour), "accent")


def stat_lines(panel: Panel, answer: PanelAnswer, width: int, height: int, *, ascii_only: bool) -> list[Content]:
    """Return a value for each series, and how it came to it; a lone one has the whole width for that."""
    named = _numbers(panel, answer)
    unit = unit_of(panel.unit)
    low, high = _bounds(panel, [drawable for _, value in named if (drawable := _drawable(value)) is not None])
    if len(named) == 1 and height >= 2:
        one, value = named[0]
        first = (*_value(panel, unit, value, low, high), Piece(f"  {plain(one.name, max(8, width - 16))}", "dim"))
        return [first, (), sparkline(_known(one.values), width, "accent", ascii_only=ascii_only)]
    values = [UNKNOWN.text if value is None else unit.write(value) for _, value in named]
    names = _names([one for one, _ in named], width)
    room = max(map(cell_len, values), default=0)
    lines: list[Content] = []
    for (one, value), name, text in zip(named, names, values, strict=True):
        rest = width - cell_len(name) - room - 2
        course = sparkline(_known(one.values), rest, "dim", ascii_only=ascii_only) if rest >= 8 else ()
        shown = _value(panel, unit, value, low, high)
        lines.append((Piece(f"{name} ", "dim"), Piece(" " * (room - cell_len(text))), *shown, Piece(" "), *course))
    return _cut(lines, height)


def bar_lines(panel: Panel, answer: PanelAnswer, width: int, height: int, *, ascii_only: bool) -> list[Content]:
    """Return a bar for each series, the largest first; of parts of a whole with their percents."""
    named = sorted(_numbers(panel, answer), key=lambda pair: -math.inf if pair[1] is None else pair[1], reverse=True)
    known = [drawable for _, value in named if (drawable := _drawable(value)) is not None]
    pie = panel.kind == "piechart"
    low, high = (0.0, sum(known)) if pie else _bounds(panel, known)
    unit = unit_of(panel.unit)
    texts = [_bar_text(unit, value, high if pie else None) for _, value in named]
    room = max(map(cell_len, texts), default=0)
    names = _names([one for one, _ in named], width)
    lines: list[Content] = []
    for (_, value), name, text in zip(named, names, texts, strict=True):
        rest = max(4, width - cell_len(name) - room - 2)
        role = "accent" if pie or value is None else threshold_role(panel, value, low, high)
        share = _share(value, low, high)
        bar = meter(share, rest, role, ascii_only=ascii_only)
        lines.append((Piece(f"{name} ", "dim"), *bar, Piece(f" {text:>{room}}")))
    return _cut(lines, height)


def table_lines(panel: Panel, answer: PanelAnswer, width: int, height: int) -> list[Content]:
    """Return a line for each series: the labels in which they differ, and its value."""
    named = _numbers(panel, answer)
    labels = [dict(one.labels) for one, _ in named]
    names = sorted({name for one in labels for name in one if len({other.get(name) for other in labels}) > 1})
    unit = unit_of(panel.unit)
    heading = [*names, "value"] if names else ["series", "value"]
    rows = [
        [
            *(plain(one.get(name, ""), 60) for name in names or ()),
            *([] if names else [plain(series.name, 60)]),
            UNKNOWN.text if value is None else unit.write(value),
        ]
        for (series, value), one in zip(named, labels, strict=True)
    ]
    widths = [max(cell_len(row[place]) for row in (heading, *rows)) for place in range(len(heading))]
    while sum(widths) + GAP * (len(widths) - 1) > width and max(widths) > 6:
        widths[widths.index(max(widths))] -= 1
    lines = [_table_line(row, widths, "ink" if place else "dim") for place, row in enumerate((heading, *rows))]
    return _cut(lines, height)


def _table_line(row: Sequence[str], widths: Sequence[int], role: Role) -> Content:
    cells = [plain(cell, room) for cell, room in zip(row, widths, strict=True)]
    padded = [f"{cell:<{room}}" for cell, room in zip(cells[:-1], widths[:-1], strict=True)]
    return (Piece((" " * GAP).join([*padded, f"{cells[-1]:>{widths[-1]}}"]), role),)


def _numbers(panel: Panel, answer: PanelAnswer) -> list[tuple[Series, float | None]]:
    return [(one, reduced(one.values, panel.calc)) for one in answer.series]


def _bounds(panel: Panel, known: Sequence[float]) -> tuple[float, float]:
    """Return the ends of a scale: those of the panel, else of its unit, else of what is there."""
    usual = {"percent": 100.0, "percentunit": 1.0}.get(panel.unit)
    low = panel.low if panel.low is not None else min(0.0, *known, 0.0)
    high = panel.high if panel.high is not None else usual if usual is not None else max(known, default=1.0)
    return low, high


def _value(panel: Panel, unit: Unit, value: float | None, low: float, high: float) -> Content:
    if value is None:
        return (UNKNOWN,)
    role = threshold_role(panel, value, low, high)
    return (Piece(unit.write(value), "ink" if role == "accent" else role, bold=True),)


def _bar_text(unit: Unit, value: float | None, whole: float | None) -> str:
    if value is None:
        return UNKNOWN.text
    if whole is None:
        return unit.write(value)
    share = _share(value, 0.0, whole)
    return f"{unit.write(value)} {'–' if share is None else f'{100 * share:.0f}':>3}%"


def _names(series: Sequence[Series], width: int) -> list[str]:
    """Return names of one width, cut where they would take more than their share of a line."""
    most = max(6, int(width * NAME_SHARE))
    names = [plain(one.name, most) for one in series]
    room = max(map(cell_len, names), default=0)
    return [name + " " * (room - cell_len(name)) for name in names]


def _share(value: float | None, low: float, high: float) -> float | None:
    """Return how far a value is on the way between two; None where that cannot be told."""
    drawable = _drawable(value)
    if drawable is None:
        return None
    return (drawable - low) / (high - low) if high > low else 0.0


def _drawable(value: float | None) -> float | None:
    """Return a value that has a place on a scale: what is infinite has none."""
    return value if value is not None and abs(value) < BEYOND_ALL_AXES else None


def _known(values: Sequence[float]) -> list[float | None]:
    return [_drawable(value) for value in values]


def _cut(lines: list[Content], height: int) -> list[Content]:
    if len(lines) <= height:
        return lines
    left_out = len(lines) - height + 1
    return [*lines[: height - 1], (Piece(f"and {count(left_out)} more", "dim"),)]
