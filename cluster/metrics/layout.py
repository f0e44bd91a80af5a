"""Where a series belongs: the line of its target, and how much of that line is kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from raymon_tui.cluster.metrics.exposition import Family, Series
from raymon_tui.cluster.metrics.families import KEPT, Kept, custom_labels
from raymon_tui.cluster.metrics.kept_line import LineKey
from raymon_tui.cluster.metrics.ring import COARSE, FINE, Ring

_COUNTED = ("counter", "histogram", "summary")
_CUSTOM = Kept()


class Place(NamedTuple):
    """The line that a series is a part of, how that is kept, and whether the series counts."""

    key: LineKey
    kept: Kept
    counted: bool


class Layout:
    """How the lines of targets are kept; of `many` targets, each keeps lines for what tells them apart alone."""

    def __init__(self) -> None:
        self.many = False
        self._keys: dict[LineKey, LineKey] = {}

    def place(self, series: Series, families: Mapping[str, Family]) -> Place | None:
        """Return where a series belongs; None where it is not drawn."""
        family = families.get(series.family)
        kind = family.type if family is not None else "untyped"
        if kind in ("histogram", "summary") and not series.name.endswith(("_bucket", "_sum", "_count")):
            return None
        kept = KEPT.get(series.family)
        if kept is None:
            kept, shown = _CUSTOM, custom_labels(series.labels)
        else:
            labels = dict(series.labels)
            shown = tuple((name, labels[name]) for name in kept.labels if name in labels)
        return Place(self.key(series.name, shown), kept, kind in _COUNTED)

    def key(self, name: str, labels: tuple[tuple[str, str], ...] = ()) -> LineKey:
        """Return the key of a line, the one that other targets have too."""
        key = LineKey(name, tuple(sorted(labels)))
        return self._keys.setdefault(key, key)

    def ring(self, kept: Kept) -> Ring | None:
        """Return what a target's line is kept in; None where only the cluster's is kept."""
        if not self.many:
            return Ring(FINE)
        return Ring(COARSE) if kept.per_node else None

    def clear(self) -> None:
        """Forget the keys."""
        self._keys.clear()
