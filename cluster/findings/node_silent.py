"""Nodes that are alive but have stopped to say how they are."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median_high

from raymon_tui.cluster.feeds.catalogue import NODES
from raymon_tui.cluster.findings.finding import Finding, Severity
from raymon_tui.cluster.findings.wording import node_name
from raymon_tui.cluster.model.quantity import age
from raymon_tui.cluster.snapshot import Snapshot
from raymon_tui.cluster.totals import alive

SILENT_S = 60.0
"""Agents report every 15 s."""


def node_silent(snapshot: Snapshot, _now: float) -> Iterator[Finding]:
    """Name the nodes whose agent hangs.

    `measured_at` is told by the node's own clock, which may differ from ours: so a report must be late by our clock as
    well as by those of the other nodes.
    """
    reading = snapshot.reading(NODES)
    reports = [(node, node.measured_at) for node in alive(reading.value or ()) if node.measured_at is not None]
    if not reports or reading.read_at is None:
        return
    usual = median_high(at for _, at in reports)
    for node, at in reports:
        silent_s = reading.read_at - at
        if silent_s > SILENT_S and (usual - at > SILENT_S or len(reports) == 1):
            yield Finding(
                id=f"node-silent:{node.node_id}",
                severity=Severity.WARNING,
                title=f"{node_name(node)} does not say how it is",
                cause=f"it is alive, but its agent last reported {age(silent_s)} ago",
                where="nodes",
                subject=node.node_id,
                since=at,
                hint="Its figures are old. Look at dashboard_agent.log of that node.",
            )
