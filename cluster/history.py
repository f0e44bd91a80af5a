"""What was in the last minutes, for sparklines and small charts: drawn from the one store that all charts draw from."""

from __future__ import annotations

import math
from collections.abc import Sequence

from raymon_tui.cluster.metrics.kept_line import LineKey
from raymon_tui.cluster.metrics.node_values import values_of, values_of_all
from raymon_tui.cluster.metrics.store import MetricsStore
from raymon_tui.cluster.model.node import Node

SHOWN_SPANS_S = (120.0, 300.0, 900.0)
AGENT_S = 15.0
NODES_AT_ONCE = 150
"""Of a thousand nodes, each of which measures every 15 s, some are taken a little later, so that keys are answered."""


class History:
    """What feeds say over time. What was not known is a gap."""

    def __init__(self, store: MetricsStore | None = None) -> None:
        self.store = store or MetricsStore()
        self._began_at: float | None = None
        self._measured: dict[str, float] = {}

    def shown_span_s(self, now: float) -> float:
        """Return how much time a chart should span: the least of the usual spans that reaches back to the beginning.

        Most of a quarter of an hour would be empty at first.
        """
        known_s = 0.0 if self._began_at is None else now - self._began_at
        return next((span_s for span_s in SHOWN_SPANS_S if known_s <= span_s), SHOWN_SPANS_S[-1])

    def add(self, key: LineKey, at: float, value: float | None, *, node_id: str | None = None) -> None:
        """Add a value at `at` seconds since the epoch, of the cluster or of a node; None makes a gap."""
        self._began_at = at if self._began_at is None else min(at, self._began_at)
        self.store.tell(key, at, value, target=node_id)

    def add_nodes(self, at: float, living: Sequence[Node]) -> None:
        """Add what is known of the nodes that are alive; of each when it was measured anew."""
        self.store.expect(len(living), told_by="the dashboard")
        for key, value in values_of_all(living).items():
            self.add(key, at, value)
        news = [(node, when) for node in living if self._measured.get(node.node_id) != (when := _measured(node, at))]
        for node, when in news[: max(NODES_AT_ONCE, len(living) // 6)]:
            self._measured[node.node_id] = when
            for key, value in values_of(node):
                self.store.tell(key, at, value, target=node.node_id)
        for node_id in self._measured.keys() - {node.node_id for node in living}:
            del self._measured[node_id]
            self.store.drop(node_id, at)

    def resample(
        self, key: LineKey, buckets: int, span_s: float, now: float, *, node_id: str | None = None
    ) -> tuple[float | None, ...]:
        """Return `buckets` values over the last `span_s` seconds before `now`, oldest first: the mean of each bucket.

        A bucket without a value repeats the one before it while values come as regularly as they usually do, and is
        None where nothing was known.
        """
        if buckets <= 0 or span_s <= 0:
            return ()
        values = self.store.recent(key, now - span_s, span_s / buckets, buckets, target=node_id)
        return tuple(None if math.isnan(value) else value for value in values)

    def clear(self) -> None:
        """Forget all."""
        self.store.clear()
        self._measured.clear()
        self._began_at = None


def _measured(node: Node, at: float) -> float:
    """Return when a node was measured; what does not say is taken to be, as its agent does, every so often."""
    return node.measured_at if node.measured_at is not None else at // AGENT_S * AGENT_S
