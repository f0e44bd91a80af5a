"""The axes of a chart: where they end, and what is written beside them."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple

from rich.cells import cell_len

_ROUND = (1, 2, 4, 6, 8, 10)
"""An axis ends at one of these times a power of ten: their halves are round too."""

_STEPS_S = tuple(
    count * unit
    for unit, counts in ((1, (1, 2, 5, 10, 15, 30)), (60, (1, 2, 5, 10, 15, 30)), (3600, (1, 2, 3, 6, 12)))
    for count in counts
)
_DAY_S = 86400
_LABEL_EVERY = 12
"""How many cells lie between two times at least."""


class Scale(NamedTuple):
    """The values at the lower and the upper edge of a chart."""

    low: float
    high: float


def scale_of(known: Sequence[float], low: float | None, high: float | None, *, binary: bool = False) -> Scale:
    """Return a scale that holds all of `known`: from zero where nothing is below it, to a round number.

    `low` and `high` are edges that are given. `binary` values are bytes, and round in KiB, MiB and so on.
    """
    bottom = min(0.0, -_rounded_up(-min(known), binary=binary)) if low is None else low
    top = max(_rounded_up(max(known), binary=binary), bottom) if high is None else high
    return Scale(bottom, top if top > bottom else bottom + 1.0)


def _rounded_up(value: float, *, binary: bool) -> float:
    if value <= 0:
        return 0.0
    if binary and value < 1:
        # Nothing finer than a byte is written beside an axis.
        return 1.0
    unit = 1024.0 ** max(0, math.floor(math.log2(value) / 10)) if binary else 1.0
    power = 10.0 ** math.floor(math.log10(value / unit))
    rounded = next((step for step in _ROUND if power * step >= value / unit * 0.999999), 10)
    # 1000 MiB is no round number; 1 GiB is.
    return 1024.0 * unit if binary and power * rounded >= 1000 else power * rounded * unit


def value_labels(scale: Scale, height: int, unit: Callable[[float], str]) -> dict[int, str]:
    """Return what stands left of which lines: both edges, and the middle where there is room and it says more."""
    labels = {0: unit(scale.high), height - 1: unit(scale.low)}
    middle = unit((scale.high + scale.low) / 2)
    if height >= 5 and middle not in labels.values():
        labels[(height - 1) // 2] = middle
    return labels


def time_line(width: int, span_s: float) -> str:
    """Return the times below a chart: round distances to now, each at its place, and `now` at the right edge."""
    line = [" "] * width
    line[width - 3 :] = "now"
    step = _step(span_s, max(1, width // _LABEL_EVERY))
    free = width - 4
    for distance in range(step, int(span_s) + 1, step):
        label = f"-{_time(distance)}"
        place = round((1 - distance / span_s) * (width - 1)) - cell_len(label) // 2
        start = max(0, place)
        if start + len(label) < free:
            line[start : start + len(label)] = label
            free = start
    return "".join(line)


def clock_line(width: int, start: float, end: float) -> str:
    """Return the times below a chart that does not end now: round times of the user's own clock, each at its place."""
    span_s = end - start
    step = _step(span_s, max(1, width // _LABEL_EVERY))
    form = "%d %b" if step >= _DAY_S else "%H:%M" if step >= 60 else "%H:%M:%S"
    line = [" "] * width
    taken = 0
    # A day begins where the user is, and not in Greenwich.
    offset = datetime.fromtimestamp(start).astimezone().utcoffset()
    shift = offset.total_seconds() if offset else 0.0
    at = math.ceil((start + shift) / step) * step - shift
    while at <= end:
        label = datetime.fromtimestamp(at).astimezone().strftime(form)
        place = round((at - start) / span_s * (width - 1)) - len(label) // 2
        if place >= taken and place + len(label) <= width:
            line[place : place + len(label)] = label
            taken = place + len(label) + 2
        at += step
    return "".join(line)


def _step(span_s: float, labels: int) -> int:
    """Return the least round number of seconds that gives at most so many labels; whole days beyond half a day."""
    days = math.ceil(span_s / labels / _DAY_S)
    return next((step for step in _STEPS_S if span_s / step <= labels), days * _DAY_S)


def _time(seconds: int) -> str:
    for unit, size in (("d", _DAY_S), ("h", 3600), ("m", 60)):
        if seconds % size == 0:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"
