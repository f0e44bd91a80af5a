"""Questions that the cluster does not answer, or answers slowly, while it answers others."""

from __future__ import annotations

from collections.abc import Iterator

from raymon_tui.cluster.findings.finding import Finding, Severity
from raymon_tui.cluster.model.quantity import age
from raymon_tui.cluster.snapshot import Snapshot

FAILURES = 2
"""One failure may be a hiccup."""
SLOW_S = 10.0


def feed_failing(snapshot: Snapshot, _now: float) -> Iterator[Finding]:
    """Name each feed that fails again and again; with the link lost, all of them would."""
    if snapshot.link.state not in ("live", "slow"):
        return
    for name, reading in snapshot.readings.items():
        error = reading.error
        if error is not None and error.failures >= FAILURES and not error.unsupported:
            yield Finding(
                id=f"feed-failing:{name}",
                severity=Severity.WARNING,
                title=f"No answer about {name}",
                cause=error.said,
                since=error.since,
                hint=error.advice,
            )


def feed_slow(snapshot: Snapshot, _now: float) -> Iterator[Finding]:
    """Say which answer takes longest, and that it is asked less often for that."""
    name, reading = max(snapshot.readings.items(), key=lambda one: one[1].took_s or 0.0, default=("", None))
    if reading is None or reading.error is not None or (reading.took_s or 0.0) < SLOW_S:
        return
    rest = f", so it is asked every {age(reading.interval_s)} only" if reading.interval_s else ""
    yield Finding(
        id="feed-slow",
        severity=Severity.INFO,
        title="The head node answers slowly",
        cause=f"{name} took {reading.took_s:.0f} s{rest}",
        hint="It is busy, or has very many tasks or objects to count.",
    )
