"""Ids, names and choices out of one seeded source, so that two runs see the same cluster."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeVar

T = TypeVar("T")


@dataclass
class Draw:
    """What chance decides."""

    random: random.Random = field(default_factory=lambda: random.Random(20261123))

    def hex(self, length: int) -> str:
        """Return an id of `length` hexadecimal digits."""
        return f"{self.random.getrandbits(4 * length):0{length}x}"

    def of(self, shares: Mapping[T, float]) -> T:
        """Return one of the keys, each as often as its share."""
        return self.random.choices(list(shares), list(shares.values()))[0]

    def near(self, value: float, step: float, low: float, high: float) -> float:
        """Return `value` moved by up to `step`, within bounds."""
        return min(high, max(low, value + self.random.uniform(-step, step)))
