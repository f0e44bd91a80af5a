"""What a line over time is called, and what is kept of it."""

from __future__ import annotations

from typing import NamedTuple

from raymon_tui.cluster.metrics.families import Fold
from raymon_tui.cluster.metrics.measure import Labels
from raymon_tui.cluster.metrics.ring import Ring


class LineKey(NamedTuple):
    """A sample's name (`x_bucket` of a histogram `x`) and the labels that were kept; what no exporter says, a name."""

    name: str
    labels: Labels = ()


class KeptLine(NamedTuple):
    """A line over time, and how its values were folded."""

    ring: Ring
    fold: Fold
