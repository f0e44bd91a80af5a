"""The samples that are kept of a cluster's metrics: a line for the cluster, and one a node where there is room.

What a scrape gives is folded at once to what charts ask for: a family keeps few labels (`families.KEPT`), counters
become rates, and all nodes one line. So the memory depends on how many lines there are, and on the nodes by a few each.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from raymon_tui.cluster.metrics.asking import ask
from raymon_tui.cluster.metrics.counter import Counter
from raymon_tui.cluster.metrics.exposition import Family, Scrape, Series
from raymon_tui.cluster.metrics.families import KEPT, Fold, Kept, custom_labels, is_custom
from raymon_tui.cluster.metrics.lines import Lines
from raymon_tui.cluster.metrics.measure import Labels, Measure
from raymon_tui.cluster.metrics.ring import COARSE, FINE, Ring

MANY_NODES = 64
"""From so many targets on a node keeps lines of its own for the few families that are told apart by node."""
MOST_LINES = 4_000
MOST_LINES_A_TARGET = 600
"""Beyond these no new line is begun; how many were left out is counted."""
MOST_GONE = 4
"""Series that are no more are forgotten once there are so many times as many as the last scrape had."""
_COUNTED = ("counter", "histogram", "summary")


class LineKey(NamedTuple):
    """What a kept line is: a sample's name (`x_bucket` of a histogram `x`) and the labels that were kept."""

    name: str
    labels: Labels


class KeptLine(NamedTuple):
    """A line over time, and how its values were folded."""

    ring: Ring
    fold: Fold


class _Cell:
    """What one target last said of one line."""

    __slots__ = ("fold", "known", "number", "ring", "total")

    def __init__(self, fold: Fold, ring: Ring | None) -> None:
        self.fold, self.ring = fold, ring
        self.total, self.number = 0.0, 0
        self.known = math.nan

    def add(self, value: float) -> None:
        self.total = max(self.total, value) if self.fold == "max" and self.number else self.total + value
        self.number += 1

    def settle(self, at: float) -> None:
        """Take what was added as the value at `at`."""
        if self.number == 0:
            self.known = math.nan
            return
        self.known = self.total / self.number if self.fold == "mean" else self.total
        self.total, self.number = 0.0, 0
        if self.ring is not None:
            self.ring.put(at, self.known)


class _Source(NamedTuple):
    """One series of a target: the line that it is a part of, and its last value where it counts."""

    cell: _Cell | None
    counter: Counter | None


class _Target:
    """What is known of one target."""

    def __init__(self) -> None:
        self.cells: dict[LineKey, _Cell] = {}
        self.sources: dict[Series, _Source] = {}
        self.families: Mapping[str, Family] = {}


class MetricsStore:
    """Takes scrapes, and answers what charts ask. Targets are named as the caller likes, best by node id.

    `left_out` counts lines that were not kept because there are too many; `since` is when the first value came.
    """

    def __init__(self) -> None:
        self.left_out = 0
        self.since: float | None = None
        self._targets: dict[str, _Target] = {}
        self._rings: dict[LineKey, KeptLine] = {}
        self._wanted: set[str] = set()
        self._keys: dict[LineKey, LineKey] = {}
        self._many = False

    def expect(self, targets: int) -> None:
        """Be told how many targets there are: of many, only what tells them apart is kept for each."""
        many = targets > MANY_NODES
        if many and not self._many:
            for target in self._targets.values():
                for key, cell in target.cells.items():
                    if not _kept_as(key.name).per_node:
                        cell.ring = None
        self._many = many

    def wanted(self, family: str) -> bool:
        """Return whether the samples of a family are kept."""
        return family in KEPT or family in self._wanted or is_custom(family)

    def want(self, families: Iterable[str]) -> None:
        """Keep these families too from the next scrape on."""
        self._wanted |= set(families)

    def families(self) -> tuple[Family, ...]:
        """Return what all targets export, by name."""
        found: dict[str, Family] = {}
        for target in self._targets.values():
            found |= target.families
        return tuple(found[name] for name in sorted(found))

    def tags(self, family: str) -> tuple[str, ...]:
        """Return the labels that tell the lines of a family apart, but the bounds of a histogram's buckets."""
        known = (key.labels for key in self._rings if key.name == family)
        return tuple(sorted({name for labels in known for name, _ in labels} - {"le"}))

    def take(self, target: str, at: float, scrape: Scrape) -> None:
        """Take what a target said at `at`, in seconds since the epoch; `settle` makes the cluster's lines of it."""
        known = self._targets.setdefault(target, _Target())
        self.since = at if self.since is None else self.since
        known.families = scrape.families
        sources = known.sources
        for series, value in _once(scrape):
            source = sources.get(series)
            if source is None:
                source = sources[series] = self._source(known, series)
            cell, counter = source
            if cell is None or math.isnan(value):
                continue
            taken = value if counter is None else counter.rate(at, value)
            if not math.isnan(taken):
                cell.add(taken)
        for cell in known.cells.values():
            cell.settle(at)
        if len(sources) > MOST_GONE * len(scrape.series) + 1000:
            known.sources = {series: sources[series] for series in scrape.series}

    def gap(self, target: str) -> None:
        """Take note that a target could not be read: what it said is no longer true, and nothing else is known."""
        known = self._targets.get(target)
        if known is not None:
            for cell in known.cells.values():
                cell.known = math.nan

    def drop(self, target: str) -> None:
        """Forget a target that is no more; the cluster's lines keep what it added to them."""
        self._targets.pop(target, None)

    def settle(self, at: float) -> None:
        """Make the cluster's values at `at` of what the targets last said: once a round, when all had their turn."""
        sums: dict[LineKey, tuple[float, int, _Cell]] = {}
        for target in self._targets.values():
            for key, cell in target.cells.items():
                if not math.isnan(cell.known):
                    total, number, _ = sums.get(key, (0.0, 0, cell))
                    total = max(total, cell.known) if cell.fold == "max" and number else total + cell.known
                    sums[key] = (total, number + 1, cell)
        for key, (total, number, cell) in sums.items():
            line = self._rings.get(key)
            if line is None:
                if len(self._rings) >= MOST_LINES:
                    continue
                line = self._rings[key] = KeptLine(Ring(FINE), cell.fold)
            line.ring.put(at, total / number if cell.fold == "mean" else total)

    def ask(self, measure: Measure, start: float, step_s: float, count: int, *, target: str | None = None) -> Lines:
        """Return `count` values of each line of a measure, from `start` on; of one target alone where it is named."""
        return Lines(start, step_s, ask(measure, start, step_s, count, self._lines(measure, target)))

    def latest(self, measure: Measure, now: float, *, target: str | None = None) -> Lines:
        """Return the newest value of each line."""
        return self.ask(measure, now - 1.0, 1.0, 1, target=target)

    def _lines(self, measure: Measure, target: str | None) -> Iterable[tuple[str, LineKey, KeptLine]]:
        """Return the lines that a measure is made of: the nodes' where it tells them apart, else the cluster's."""
        name = f"{measure.family}_bucket" if measure.kind == "quantile" else measure.family
        if target is None and not measure.by_node and self._fold_of(name) == measure.fold:
            return [("", key, line) for key, line in self._rings.items() if key.name == name]
        chosen = self._targets.items() if target is None else ((target, self._targets.get(target)),)
        return [
            (node, key, KeptLine(cell.ring, cell.fold))
            for node, known in chosen
            if known is not None
            for key, cell in known.cells.items()
            if key.name == name and cell.ring is not None
        ]

    def _fold_of(self, name: str) -> Fold:
        return next((line.fold for key, line in self._rings.items() if key.name == name), "sum")

    def drop_before(self, at: float) -> None:
        """Forget the cluster's lines that have had no value since `at`."""
        self._rings = {key: line for key, line in self._rings.items() if line.ring.until >= at}

    def clear(self) -> None:
        """Forget all: it is another cluster now."""
        self.since = None
        self._targets.clear()
        self._rings.clear()
        self._keys.clear()

    @property
    def bytes_kept(self) -> int:
        """What all numbers take, without the objects that hold them."""
        rings = [line.ring for line in self._rings.values()]
        rings += [cell.ring for target in self._targets.values() for cell in target.cells.values() if cell.ring]
        return sum(ring.bytes_kept for ring in rings)

    def _source(self, target: _Target, series: Series) -> _Source:
        """Return where a new series belongs: to no line where it is not drawn, or there are too many."""
        kept = KEPT.get(series.family)
        family = target.families.get(series.family)
        kind = family.type if family is not None else "untyped"
        if kind in ("histogram", "summary") and not series.name.endswith(("_bucket", "_sum", "_count")):
            return _Source(None, None)
        labels = dict(series.labels)
        if kept is None:
            kept, shown = Kept(), custom_labels(series.labels)
        else:
            shown = tuple((name, labels.get(name, "")) for name in kept.labels if name in labels)
        key = LineKey(series.name, tuple(sorted(shown)))
        return _Source(self._cell(target, key, kept), Counter() if kind in _COUNTED else None)

    def _cell(self, target: _Target, key: LineKey, kept: Kept) -> _Cell | None:
        # Many targets have the same lines, and need no key of their own for each.
        key = self._keys.setdefault(key, key)
        cell = target.cells.get(key)
        if cell is None:
            if len(target.cells) >= MOST_LINES_A_TARGET:
                self.left_out += 1
                return None
            cell = target.cells[key] = _Cell(kept.fold, self._ring(kept))
        return cell

    def _ring(self, kept: Kept) -> Ring | None:
        if not self._many:
            return Ring(FINE)
        return Ring(COARSE) if kept.per_node else None


def _kept_as(name: str) -> Kept:
    """Return how the family of a sample is kept; of histograms none is told apart by node."""
    return KEPT.get(name, Kept())


def _once(scrape: Scrape) -> Iterator[tuple[Series, float]]:
    """Yield each series and its value; of one that stands there twice the first, as a Prometheus server takes it."""
    pairs = zip(scrape.series, scrape.values, strict=True)
    if len(set(scrape.series)) == len(scrape.series):
        return pairs
    found: dict[Series, float] = {}
    for series, value in pairs:
        found.setdefault(series, value)
    return iter(found.items())
