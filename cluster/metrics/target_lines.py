"""What one target said: a value for each of its lines, made of the series that are a part of it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from raymon_tui.cluster.metrics.counter import Counter
from raymon_tui.cluster.metrics.exposition import Family, Scrape, Series
from raymon_tui.cluster.metrics.families import Kept
from raymon_tui.cluster.metrics.kept_line import LineKey
from raymon_tui.cluster.metrics.layout import Layout
from raymon_tui.cluster.metrics.ring import Ring

MOST_LINES_A_TARGET = 600
"""Beyond these no new line is begun; how many series were left out is counted."""
GIVES_WAY_S = 900.0
"""Where there is no room, a line that has had no value for so long gives way to a new one."""
MOST_GONE = 4
"""Series that are no more are forgotten once there are so many times as many as the last scrape had."""


class Cell:
    """A line of a target: what its series add up to in the scrape at hand, and what was `known` after the last one."""

    __slots__ = ("kept", "known", "number", "ring", "total")

    def __init__(self, kept: Kept, ring: Ring | None) -> None:
        self.kept, self.ring = kept, ring
        self.total, self.number = 0.0, 0
        self.known = math.nan

    def add(self, value: float) -> None:
        """Take the value of one series."""
        self.total = max(self.total, value) if self.kept.fold == "max" and self.number else self.total + value
        self.number += 1

    def settle(self, at: float) -> None:
        """Take what was added as the value at `at`."""
        if self.number == 0:
            self.known = math.nan
            return
        self.known = self.total / self.number if self.kept.fold == "mean" else self.total
        self.total, self.number = 0.0, 0
        if self.ring is not None:
            self.ring.put(at, self.known)

    def is_over(self, before: float) -> bool:
        """Return whether it has had no value since then; of what is not kept, whether it has none now."""
        if self.ring is None:
            return math.isnan(self.known) and self.number == 0
        return self.ring.until < before and self.number == 0


class _Source(NamedTuple):
    """One series: the line that it is a part of, and its last value where it counts."""

    cell: Cell | None
    counter: Counter | None


_NOT_DRAWN, _LEFT_OUT = _Source(None, None), _Source(None, None)


class TargetLines:
    """The lines of one target. `left_at` is since when it is no more; `left_out` counts series without a line."""

    __slots__ = ("_at", "_room_made_at", "_sources", "cells", "families", "left_at", "left_out")

    def __init__(self) -> None:
        self.cells: dict[LineKey, Cell] = {}
        self.families: Mapping[str, Family] = {}
        self.left_at: float | None = None
        self.left_out = 0
        self._sources: dict[Series, _Source] = {}
        self._at = self._room_made_at = -math.inf

    def take(self, at: float, scrape: Scrape, layout: Layout) -> None:
        """Take what it said at `at`, in seconds since the epoch: counters as rates, then each line as one value."""
        self.left_at, self.families, self.left_out = None, scrape.families, scrape.left_out
        self._at = at
        for series, value in _once(scrape):
            source = self._sources.get(series) or self._source(series, layout)
            cell, counter = source
            if cell is None:
                self.left_out += source is _LEFT_OUT
            elif not math.isnan(value):
                taken = value if counter is None else counter.rate(at, value)
                if not math.isnan(taken):
                    cell.add(taken)
        for cell in self.cells.values():
            cell.settle(at)
        sources = self._sources
        if len(sources) > MOST_GONE * len(scrape.series) + 1000:
            self._sources = {series: sources[series] for series in scrape.series if series in sources}

    def gap(self) -> None:
        """Take note that it could not be read: what it said is no longer true, and nothing else is known."""
        for cell in self.cells.values():
            cell.known = math.nan

    def cell(self, key: LineKey, kept: Kept, layout: Layout) -> Cell | None:
        """Return a line; None where there are too many."""
        cell = self.cells.get(key)
        if cell is None and len(self.cells) >= MOST_LINES_A_TARGET and self._room_made_at < self._at:
            self._room_made_at = self._at
            self.drop_before(self._at - GIVES_WAY_S)
        if cell is None and len(self.cells) < MOST_LINES_A_TARGET:
            cell = self.cells[key] = Cell(kept, layout.ring(kept))
        return cell

    def lay_out(self, layout: Layout) -> None:
        """Keep no more of each line than there is room for now, and no less from now on."""
        if layout.many:
            self._sources = {series: one for series, one in self._sources.items() if one.counter is not None}
        for cell in self.cells.values():
            if layout.many and not cell.kept.per_node:
                cell.ring = None
            elif cell.ring is None:
                cell.ring = layout.ring(cell.kept)

    @property
    def rings(self) -> int:
        """How many of its lines are kept over time."""
        return sum(cell.ring is not None for cell in self.cells.values())

    def drop_before(self, at: float) -> None:
        """Forget the lines that have had no value since `at`; series that were left out have another chance then."""
        old = {key for key, cell in self.cells.items() if cell.is_over(at)}
        if old:
            gone = {id(self.cells.pop(key)) for key in old}
            self._sources = {
                series: one
                for series, one in self._sources.items()
                if id(one.cell) not in gone and one is not _LEFT_OUT
            }

    def _source(self, series: Series, layout: Layout) -> _Source:
        place = layout.place(series, self.families)
        cell = None if place is None else self.cell(place.key, place.kept, layout)
        if place is None or cell is None:
            source = _NOT_DRAWN if place is None else _LEFT_OUT
        else:
            source = _Source(cell, Counter() if place.counted else None)
        # Of many targets a gauge's place is cheaper to find again than to keep.
        if not layout.many or source.counter is not None:
            self._sources[series] = source
        return source


def _once(scrape: Scrape) -> Iterator[tuple[Series, float]]:
    """Yield each series and its value; of one that stands there twice the first, as a Prometheus server takes it."""
    pairs = zip(scrape.series, scrape.values, strict=True)
    if len(set(scrape.series)) == len(scrape.series):
        return pairs
    found: dict[Series, float] = {}
    for series, value in pairs:
        found.setdefault(series, value)
    return iter(found.items())
