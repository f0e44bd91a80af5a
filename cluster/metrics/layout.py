"""Where a series belongs: the line of its target, and how much of that line is kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from raymon_tui.cluster.metrics.exposition import Family, Series
from raymon_tui.cluster.metrics.families import KEPT, Kept, custom_labels
from raymon_tui.cluster.metrics.kept_line import LineKey
from raymon_tui.cluster.metrics.ring import COARSE, FINE, Ring

MOST_FINE = 2_000
"""Lines of targets that are kept in the finest resolution: 21 MB. Those beyond are kept as of many targets."""
MOST_RINGS = 10_000
"""Beyond these a target has lines of its own for what tells it from others, and of the rest the cluster's alone."""
MOST_KEYS = 50_000
_COUNTED = ("counter", "histogram", "summary")
_CUSTOM = Kept()


class Place(NamedTuple):
    """The line that a series is a part of, how that is kept, and whether the series counts."""

    key: LineKey
    kept: Kept
    counted: bool


class Layout:
    """How the lines of targets are kept; of `many` targets, each keeps lines for what tells them apart alone.

    `rings` is how many were given out; whoever gives some up says so.
    """

    def __init__(self) -> None:
        self.many = False
        self.rings = 0
        self._keys: dict[LineKey, LineKey] = {}

    def place(self, series: Series, families: Mapping[str, Family]) -> Place | None:
        """Return where a series belongs; None where it is not drawn."""
        kept = KEPT.get(series.family)
        if kept is not None:
            # What is known is known, whatever one exporter among many says.
            kind = "histogram" if "le" in kept.labels else "gauge"
        else:
            family = families.get(series.family)
            kind = family.type if family is not None else "untyped"
        if kind in ("histogram", "summary") and not series.name.endswith(("_bucket", "_sum", "_count")):
            return None
        if kept is None:
            kept, shown = _CUSTOM, custom_labels(series.labels)
        else:
            labels = dict(series.labels)
            shown = tuple((name, labels[name]) for name in kept.labels if name in labels)
        return Place(self.key(series.name, shown), kept, kind in _COUNTED)

    def key(self, name: str, labels: tuple[tuple[str, str], ...] = ()) -> LineKey:
        """Return the key of a line, the one that other targets have too."""
        if len(self._keys) > MOST_KEYS:
            self._keys.clear()
        key = LineKey(name, tuple(sorted(labels)))
        return self._keys.setdefault(key, key)

    def ring(self, kept: Kept) -> Ring | None:
        """Return what a target's line is kept in; None where only the cluster's is kept."""
        if not kept.per_node and (self.many or self.rings >= MOST_RINGS):
            return None
        self.rings += 1
        return Ring(COARSE if self.many or self.rings > MOST_FINE else FINE)

    def clear(self) -> None:
        """Forget the keys."""
        self._keys.clear()
        self.rings = 0
