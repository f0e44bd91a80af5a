"""Disks that are nearly full: Ray stops creating objects on such a node."""

from __future__ import annotations

from collections.abc import Iterator

from raymon_tui.cluster.feeds.catalogue import NODES
from raymon_tui.cluster.findings.finding import Finding
from raymon_tui.cluster.findings.fullness import Fullness, crowded
from raymon_tui.cluster.snapshot import Snapshot
from raymon_tui.cluster.totals import disk_percent

_DISK = Fullness(
    key="disk-full",
    what="disk",
    percent=disk_percent,
    warning=90.0,
    error=95.0,
    before="Ray stops creating objects at 95%",
    after="Ray creates no more objects there",
    hint="Delete old sessions under Ray's temp directory, or give it a larger disk.",
)


def disk_full(snapshot: Snapshot, _now: float) -> Iterator[Finding]:
    """Name the nodes whose disk is 90% full or more."""
    nodes = snapshot.value(NODES)
    return crowded(nodes or (), _DISK)
