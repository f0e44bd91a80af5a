"""One line of numbers over time in a few resolutions, as arrays of floats: no object a point."""

from __future__ import annotations

import math
from array import array
from itertools import pairwise
from math import isnan
from statistics import median
from typing import NamedTuple

NAN = math.nan
_EMPTY = array("f", [NAN])
_ENDED = math.copysign(NAN, -1.0)
"""Stands where it was found that nothing is known any more; it is no number too, and told from others by its sign."""
_HOLD = 2.5
"""A value of which nobody says how long it holds does so for so many of the usual distances between values."""
_USUAL = 60.0
LATE_S = 30.0
"""Whoever tells of one line asks by themselves: so much later may what is older come in."""


class Tier(NamedTuple):
    """How fine and for how long: a value each `step_s` seconds, `slots` of them."""

    step_s: float
    slots: int

    @property
    def span_s(self) -> float:
        """How far back it reaches, in seconds."""
        return self.step_s * self.slots


FINE = (Tier(2.0, 450), Tier(10.0, 720), Tier(60.0, 1440))
"""2 s for 15 min, 10 s for 2 h, 1 min for 24 h."""
COARSE = (Tier(20.0, 180), Tier(120.0, 720))
"""20 s for an hour, 2 min for a day: what there is room for where there are many nodes."""
RECENT = FINE[:1]
"""What is never drawn for longer."""


class Grid:
    """One tier of a ring: slots at multiples of its step, NaN where nothing was known; it grows as time passes.

    A slot holds the mean of what fell into it. `forgot` says whether there was more before its oldest slot.
    """

    __slots__ = ("_count", "_last", "_sum", "_tier", "_values", "forgot")

    def __init__(self, tier: Tier) -> None:
        self._tier = tier
        self._values = array("f")
        self._last = 0
        self._sum, self._count = 0.0, 0
        self.forgot = False

    def put(self, at: float, value: float) -> None:
        """Take a value that is known at `at`, which may be a little late; else, where the clock was set back, what
        claims to be later goes.
        """
        slot = math.floor(at / self._tier.step_s)
        if self._is_late(at, slot):
            self._put_late(slot, value)
            return
        self._go_to(slot)
        self._sum, self._count = self._sum + value, self._count + 1
        self._values[-1] = self._sum / self._count

    def end(self, at: float) -> None:
        """Take note that nothing is known any more at `at`: the value before holds no longer."""
        slot = math.floor(at / self._tier.step_s)
        if not self._is_late(at, slot):
            self._go_to(slot)
            self._sum, self._count = 0.0, 0
            self._values[-1] = _ENDED

    def _is_late(self, at: float, slot: int) -> bool:
        return bool(self._values) and slot < self._last and self._last * self._tier.step_s - at <= LATE_S

    def _put_late(self, slot: int, value: float) -> None:
        place = len(self._values) - 1 - (self._last - slot)
        if place >= 0:
            before = self._values[place]
            self._values[place] = value if isnan(before) else (before + value) / 2

    def _go_to(self, slot: int) -> None:
        values = self._values
        if not values:
            values.append(NAN)
            self._last = slot
        elif slot > self._last:
            self._move_on(slot)
        elif slot < self._last:
            del values[max(0, len(values) - 1 - (self._last - slot)) :]
            values.append(NAN)
            self._last, self._sum, self._count = slot, 0.0, 0

    def _move_on(self, slot: int) -> None:
        values, passed = self._values, slot - self._last
        if passed >= self._tier.slots:
            del values[:]
            values.append(NAN)
            self.forgot = True
        else:
            values.extend(_EMPTY * passed)
            # Trimmed in steps: an array has no cheap way to lose its first item.
            if len(values) > self._tier.slots * 17 // 16:
                del values[: -self._tier.slots]
                self.forgot = True
        self._last, self._sum, self._count = slot, 0.0, 0

    @property
    def since(self) -> float:
        """The beginning of the oldest slot, in seconds since the epoch; infinity while there is none."""
        if not self._values:
            return math.inf
        return (self._last - min(len(self._values), self._tier.slots) + 1) * self._tier.step_s

    @property
    def until(self) -> float:
        """The end of the newest slot; minus infinity while there is none."""
        return (self._last + 1) * self._tier.step_s if self._values else -math.inf

    @property
    def step_s(self) -> float:
        """Seconds between two slots."""
        return self._tier.step_s

    @property
    def bytes_kept(self) -> int:
        """What its numbers take."""
        return self._values.itemsize * len(self._values)

    def resample(self, start: float, step_s: float, count: int, hold_s: float | None) -> array[float]:
        """Return `count` means of what fell between `start + i * step_s` and the next; a value holds for `hold_s`.

        Where that is None, it holds for as long as values usually come in.
        """
        out = array("d", [NAN]) * count
        values, own = self._values, self._tier.step_s
        first_slot = self._last - len(values) + 1
        begin = max(0, math.floor((start - (_USUAL if hold_s is None else hold_s)) / own) - first_slot)
        end = min(len(values), math.floor((start + count * step_s) / own) - first_slot + 1)
        hold_s = max(self._usual_hold(begin, end) if hold_s is None else hold_s, own)
        totals, counts = array("d", [0.0]) * count, array("l", [0]) * count
        held_at, held = -math.inf, NAN
        filled = 0
        for place in range(begin, end):
            value = values[place]
            if isnan(value) and math.copysign(1.0, value) > 0:
                continue
            at = (first_slot + place) * own
            bucket = math.floor((at - start) / step_s)
            filled = _hold(out, filled, min(bucket, count), held, held_at + hold_s, start, step_s)
            if 0 <= bucket < count and not isnan(value):
                totals[bucket] += value
                counts[bucket] += 1
            held_at, held = at, value
        _hold(out, filled, count, held, held_at + hold_s, start, step_s)
        for bucket in range(count):
            if counts[bucket]:
                out[bucket] = totals[bucket] / counts[bucket]
        return out

    def _usual_hold(self, begin: int, end: int) -> float:
        known = [place for place in range(begin, end) if not isnan(self._values[place])]
        distances = [after - before for before, after in pairwise(known)]
        return _HOLD * median(distances) * self._tier.step_s if distances else 0.0


def _hold(out: array[float], filled: int, upto: int, value: float, until: float, start: float, step_s: float) -> int:
    """Let `value` stand in the buckets from `filled` to `upto` that begin before `until`; return where to go on."""
    if not isnan(value):
        last = min(upto, math.ceil((until - start) / step_s))
        for bucket in range(max(0, filled), last):
            out[bucket] = value
    return max(filled, upto)


class Ring:
    """One line, in all tiers."""

    __slots__ = ("grids",)

    def __init__(self, tiers: tuple[Tier, ...]) -> None:
        self.grids = tuple(Grid(tier) for tier in tiers)

    def put(self, at: float, value: float) -> None:
        """Take a value that is known at `at`, in seconds since the epoch."""
        for grid in self.grids:
            grid.put(at, value)

    def end(self, at: float) -> None:
        """Take note that nothing is known any more at `at`."""
        for grid in self.grids:
            grid.end(at)

    @property
    def until(self) -> float:
        """When it last had a value."""
        return self.grids[0].until

    @property
    def bytes_kept(self) -> int:
        """What its numbers take."""
        return sum(grid.bytes_kept for grid in self.grids)

    def resample(self, start: float, step_s: float, count: int, hold_s: float | None) -> array[float]:
        """Return `count` values from `start` on, from the finest tier that reaches back so far."""
        return self._grid_for(start, step_s).resample(start, step_s, count, hold_s)

    def _grid_for(self, start: float, step_s: float) -> Grid:
        """Return the coarsest grid that is as fine as the steps; of those that reach back as far as any does."""
        reaching = [grid for grid in self.grids if not grid.forgot or grid.since <= start] or [self.grids[-1]]
        fine = [grid for grid in reaching if grid.step_s <= step_s]
        return fine[-1] if fine else reaching[0]
