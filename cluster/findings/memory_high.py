"""Nodes that are nearly out of memory: Ray kills workers there."""

from __future__ import annotations

from collections.abc import Iterator

from raymon_tui.cluster.feeds.catalogue import NODES
from raymon_tui.cluster.findings.finding import Finding
from raymon_tui.cluster.findings.fullness import Fullness, crowded
from raymon_tui.cluster.model.node import Node
from raymon_tui.cluster.snapshot import Snapshot
from raymon_tui.cluster.totals import percent


def _percent(node: Node) -> float | None:
    return percent(node.mem_used, node.mem_total)


_MEMORY = Fullness(
    key="memory-high",
    what="memory",
    percent=_percent,
    warning=90.0,
    error=95.0,
    before="Ray kills workers from 95% on",
    after="Ray kills workers there",
    hint="Let fewer tasks run at once on a node, by asking for more CPUs or memory for each.",
)


def memory_high(snapshot: Snapshot, _now: float) -> Iterator[Finding]:
    """Name the nodes whose memory is 90% taken or more."""
    nodes = snapshot.value(NODES)
    return crowded(nodes or (), _MEMORY)
