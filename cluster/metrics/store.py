"""The samples that are kept of a cluster: a line for the cluster, and one a node where there is room.

What a scrape gives is folded at once to what charts ask for: a family keeps few labels (`families.KEPT`), counters
become rates, and all nodes one line. So the memory depends on how many lines there are, and on the nodes by a few each.
What Ray's dashboard says is kept beside it: whatever is drawn over time is drawn from here.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

from anyio.lowlevel import checkpoint

from raymon_tui.cluster.metrics.asking import HOLD_S, Asking
from raymon_tui.cluster.metrics.exposition import Family, Scrape
from raymon_tui.cluster.metrics.families import KEPT, Fold, Kept, is_custom
from raymon_tui.cluster.metrics.kept_line import KeptLine, LineKey
from raymon_tui.cluster.metrics.layout import Layout
from raymon_tui.cluster.metrics.lines import Lines
from raymon_tui.cluster.metrics.measure import Measure
from raymon_tui.cluster.metrics.ring import FINE, RECENT, Ring
from raymon_tui.cluster.metrics.target_lines import GIVES_WAY_S, TargetLines

MANY_NODES = 64
"""From so many targets on a node keeps lines of its own for the few families that are told apart by node."""
MOST_LINES = 4_000
"""Of the cluster. Beyond these no new line is begun; how many were left out is counted."""
MOST_LEFT = 64
"""So many targets that are no more keep their lines, the last to leave before others."""
KEPT_S = 24 * 3600.0
TENDED_S = 60.0
TARGETS_AT_ONCE = 32


class MetricsStore:
    """Takes scrapes, and answers what charts ask. Targets are named as the caller likes, best by node id.

    `since` is when the first value came.
    """

    def __init__(self) -> None:
        self.since: float | None = None
        self._layout = Layout()
        self._expected: dict[str, int] = {}
        self._targets: dict[str, TargetLines] = {}
        self._rings: dict[LineKey, KeptLine] = {}
        self._told: dict[LineKey, float] = {}
        self._wanted: set[str] = set()
        self._lines_left_out = 0
        self._tended_at = self._room_made_at = -math.inf

    @property
    def left_out(self) -> int:
        """How many lines are not kept because there are too many."""
        return self._lines_left_out + sum(target.left_out for target in self._targets.values())

    def expect(self, targets: int, told_by: str = "exporters") -> None:
        """Be told how many targets there are: of many, only what tells them apart is kept for each."""
        self._expected[told_by] = targets
        many = max(self._expected.values()) > MANY_NODES
        if many != self._layout.many:
            self._layout.many = many
            for target in self._targets.values():
                target.lay_out(self._layout)
            self._layout.rings = sum(target.rings for target in self._targets.values())

    def wanted(self, family: str) -> bool:
        """Return whether the samples of a family are kept."""
        return family in KEPT or family in self._wanted or is_custom(family)

    def want(self, families: Iterable[str]) -> None:
        """Keep these families too from the next scrape on."""
        self._wanted |= set(families)

    def families(self) -> tuple[Family, ...]:
        """Return what all targets export, by name."""
        found: dict[str, Family] = {}
        for families in {id(target.families): target.families for target in self._targets.values()}.values():
            found |= families
        return tuple(found[name] for name in sorted(found))

    def tags(self, family: str) -> tuple[str, ...]:
        """Return the labels that tell the lines of a family apart, but the bounds of a histogram's buckets."""
        known = (key.labels for key in self._rings if key.name == family)
        return tuple(sorted({name for labels in known for name, _ in labels} - {"le"}))

    def take(self, target: str, at: float, scrape: Scrape) -> None:
        """Take what a target said at `at`, in seconds since the epoch; `settle` makes the cluster's lines of it."""
        self.since = at if self.since is None else self.since
        self._targets.setdefault(target, TargetLines()).take(at, scrape, self._layout)

    def tell(self, key: LineKey, at: float, value: float | None, *, target: str | None = None) -> None:
        """Take a value that no exporter said, None where it could not be read: of the cluster, or of a target.

        While the cluster's is told, it is not made of what targets said, of which not all may have had their turn.
        """
        kept = KEPT.get(key.name, Kept())
        if target is None:
            self._told[key] = at
            line = self._line(key, kept.fold, at)
            ring = None if line is None else line.ring
        else:
            lines = self._targets.setdefault(target, TargetLines())
            lines.left_at = None
            cell = lines.cell(self._layout.key(*key), kept, self._layout)
            ring = None if cell is None else cell.ring
        if ring is not None and value is not None:
            self.since = at if self.since is None else self.since
            ring.put(at, value)
        elif ring is not None:
            ring.end(at)

    def gap(self, target: str) -> None:
        """Take note that a target could not be read: what it said is no longer true, and nothing else is known."""
        known = self._targets.get(target)
        if known is not None:
            known.gap()

    def drop(self, target: str, at: float) -> None:
        """Take note that a target is no more since `at`; its lines stay for as long as a chart reaches back."""
        known = self._targets.get(target)
        if known is not None and known.left_at is None:
            known.left_at = at
            known.gap()

    def forget(self, target: str) -> None:
        """Forget what a target said: it was another one by another name."""
        self._targets.pop(target, None)

    def settle(self, at: float) -> None:
        """Make the cluster's values at `at` of what the targets last said: once a round, when all had their turn."""
        for _ in self.settling(at):
            pass

    def settling(self, at: float) -> Iterator[None]:
        """Do the same in steps of a millisecond."""
        told = {key for key, told_at in self._told.items() if at - told_at <= HOLD_S}
        sums: dict[LineKey, tuple[float, int, Fold]] = {}
        for number, target in enumerate(tuple(self._targets.values())):
            for key, cell in target.cells.items():
                if not math.isnan(cell.known) and key not in told:
                    total, count, fold = sums.get(key, (0.0, 0, cell.kept.fold))
                    total = max(total, cell.known) if fold == "max" and count else total + cell.known
                    sums[key] = (total, count + 1, fold)
            if number % TARGETS_AT_ONCE == TARGETS_AT_ONCE - 1:
                yield
        self._lines_left_out = 0
        for key, (total, count, fold) in sums.items():
            line = self._line(key, fold, at)
            if line is not None:
                line.ring.put(at, total / count if fold == "mean" else total)
        yield

    def _line(self, key: LineKey, fold: Fold, at: float) -> KeptLine | None:
        """Return a line of the cluster; None where there are too many."""
        line = self._rings.get(key)
        if line is None and len(self._rings) >= MOST_LINES and at - self._room_made_at >= TENDED_S:
            self._room_made_at = at
            self._rings = {key: one for key, one in self._rings.items() if one.ring.until >= at - GIVES_WAY_S}
        if line is None and len(self._rings) >= MOST_LINES:
            self._lines_left_out += 1
        elif line is None:
            # What is told alone is drawn for the last minutes alone.
            ring = Ring(RECENT if key in self._told and key.name not in KEPT else FINE)
            line = self._rings[key] = KeptLine(ring, fold)
        return line

    def recent(
        self, key: LineKey, start: float, step_s: float, count: int, *, target: str | None = None
    ) -> list[float]:
        """Return `count` values of one line from `start` on; NaN is not known."""
        if target is None:
            line = self._rings.get(key)
            ring = None if line is None else line.ring
        else:
            lines = self._targets.get(target)
            cell = None if lines is None else lines.cells.get(key)
            ring = None if cell is None else cell.ring
        return [math.nan] * count if ring is None else list(ring.resample(start, step_s, count, None))

    def ask(self, measure: Measure, start: float, step_s: float, count: int, *, target: str | None = None) -> Lines:
        """Return `count` values of each line of a measure, from `start` on; of one target alone where it is named."""
        asking = Asking(measure, start, step_s, count, self._lines(measure, target))
        for _ in asking:
            pass
        return Lines(start, step_s, asking.lines)

    async def answer(
        self, measure: Measure, start: float, step_s: float, count: int, *, target: str | None = None
    ) -> Lines:
        """Return the same, and let keys be answered meanwhile: a thousand nodes have a thousand lines."""
        asking = Asking(measure, start, step_s, count, self._lines(measure, target))
        for _ in asking:
            await checkpoint()
        return Lines(start, step_s, asking.lines)

    def latest(self, measure: Measure, now: float, *, target: str | None = None) -> Lines:
        """Return the newest value of each line."""
        return self.ask(measure, now - 1.0, 1.0, 1, target=target)

    def _lines(self, measure: Measure, target: str | None) -> list[tuple[str, LineKey, KeptLine]]:
        """Return the lines that a measure is made of: the nodes' where it tells them apart, else the cluster's."""
        name = f"{measure.family}_bucket" if measure.kind == "quantile" else measure.family
        if target is None and not measure.by_node and self._fold_of(name) == measure.fold:
            return [("", key, line) for key, line in self._rings.items() if key.name == name]
        chosen = self._targets.items() if target is None else ((target, self._targets.get(target)),)
        return [
            (node, key, KeptLine(cell.ring, cell.kept.fold))
            for node, known in chosen
            if known is not None
            for key, cell in known.cells.items()
            if key.name == name and cell.ring is not None
        ]

    def _fold_of(self, name: str) -> Fold:
        return next((line.fold for key, line in self._rings.items() if key.name == name), "sum")

    def tend(self, at: float) -> None:
        """Forget what no chart reaches back to: lines without a value for a day, and targets that left."""
        for _ in self.tending(at):
            pass

    def tending(self, at: float) -> Iterator[None]:
        """Do the same in steps of a millisecond, and nothing at all so soon after the last time."""
        if not abs(at - self._tended_at) >= TENDED_S:
            return
        self._tended_at, before, rings = at, at - KEPT_S, 0
        self._rings = {key: line for key, line in self._rings.items() if line.ring.until >= before}
        left = sorted((one.left_at, name) for name, one in self._targets.items() if one.left_at is not None)
        room = len(left) - MOST_LEFT
        for place, (since, name) in enumerate(left):
            if place < room or since < before:
                del self._targets[name]
        for number, target in enumerate(tuple(self._targets.values()), 1):
            target.drop_before(before)
            rings += target.rings
            if number % TARGETS_AT_ONCE == 0:
                yield
        self._layout.rings = rings

    def clear(self) -> None:
        """Forget all: it is another cluster now."""
        self.since = None
        self._targets.clear()
        self._rings.clear()
        self._told.clear()
        self._layout.clear()

    @property
    def bytes_kept(self) -> int:
        """What all numbers take, without the objects that hold them."""
        rings = [line.ring for line in self._rings.values()]
        rings += [cell.ring for target in self._targets.values() for cell in target.cells.values() if cell.ring]
        return sum(ring.bytes_kept for ring in rings)
