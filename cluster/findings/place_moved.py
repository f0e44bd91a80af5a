"""The object that was opened leads elsewhere than a moment ago, and the picture has gone with it."""

from __future__ import annotations

from collections.abc import Iterator

from raymon_tui.cluster.findings.cluster_restarted import RESTARTED, SHOWN_S
from raymon_tui.cluster.findings.finding import Finding, Severity
from raymon_tui.cluster.findings.kuberay_standing import KUBERNETES_PAGE
from raymon_tui.cluster.kubernetes.picture import KUBERNETES
from raymon_tui.cluster.snapshot import Snapshot

NEAR_S = 120.0
"""Another session that is met within so long of a move is that of the place that was moved to."""


def place_moved(snapshot: Snapshot, now: float) -> Iterator[Finding]:
    """Say for some minutes what has moved; in place of "started anew", which the other place was not."""
    picture = snapshot.value(KUBERNETES)
    if picture is None or picture.moved_at is None or now - picture.moved_at > SHOWN_S:
        return
    restarted = snapshot.restarted_at
    explains = restarted is None or abs(restarted - picture.moved_at) <= NEAR_S
    yield Finding(
        id=RESTARTED if explains else "place-moved",
        severity=Severity.INFO,
        title=picture.moved[:1].upper() + picture.moved[1:],
        cause="this picture follows",
        where="more",
        subject=KUBERNETES_PAGE,
        since=picture.moved_at,
    )
