"""The cluster was started anew while it was watched."""

from __future__ import annotations

from collections.abc import Iterator

from raymon_tui.cluster.feeds.catalogue import VERSION
from raymon_tui.cluster.findings.finding import Finding, Severity
from raymon_tui.cluster.snapshot import Snapshot

SHOWN_S = 300.0
RESTARTED = "cluster-restarted"
"""The finding's id: whoever knows better why another session answers tells it under the same."""


def cluster_restarted(snapshot: Snapshot, now: float) -> Iterator[Finding]:
    """Say for some minutes why all that was known is gone."""
    at = snapshot.restarted_at
    if at is None or now - at > SHOWN_S:
        return
    version = snapshot.value(VERSION)
    yield Finding(
        id=RESTARTED,
        severity=Severity.INFO,
        title="The cluster was started anew",
        cause=f"this is {version.session_name}" if version else "",
        since=at,
    )
