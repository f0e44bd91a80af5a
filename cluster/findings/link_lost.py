"""The cluster does not answer, or refuses to."""

from __future__ import annotations

from collections.abc import Iterator

from raymon_tui.cluster.findings.finding import Finding, Severity
from raymon_tui.cluster.snapshot import Snapshot

_TITLES = {"lost": "The cluster cannot be reached", "refused": "The cluster refuses access"}


def link_lost(snapshot: Snapshot, _now: float) -> Iterator[Finding]:
    """Say that what is shown is old, and what was said last."""
    link = snapshot.link
    if link.state in _TITLES:
        yield Finding(
            id="link-lost",
            severity=Severity.ERROR,
            title=_TITLES[link.state],
            cause=link.said,
            since=link.since,
            hint=link.advice,
            of_head=True,
        )
