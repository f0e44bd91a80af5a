"""Nodes that cannot be launched, and an autoscaler that fails altogether."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from raymon_tui.cluster.feeds.catalogue import AUTOSCALER
from raymon_tui.cluster.findings.finding import Finding, Severity
from raymon_tui.cluster.findings.wording import last_words, times
from raymon_tui.cluster.model.autoscaler import FailedNode
from raymon_tui.cluster.snapshot import Snapshot

_ENDED = "NodeTerminated"
"""Both versions list ended nodes among the failures, ordinary scale-downs too; `node_dead` tells them apart."""


def launch_failed(snapshot: Snapshot, _now: float) -> Iterator[Finding]:
    """Name the node types that do not come up, with the provider's words."""
    status = snapshot.value(AUTOSCALER)
    if status is None:
        return
    if status.error:
        yield Finding(
            id="autoscaler-failed",
            severity=Severity.ERROR,
            title="The autoscaler fails",
            cause=last_words(status.error),
            where="autoscaler",
            hint="Look at monitor.log of the head node.",
        )
    groups: defaultdict[str, list[FailedNode]] = defaultdict(list)
    for failed in status.failed:
        if failed.reason and not failed.reason.startswith(_ENDED):
            groups[failed.node_type].append(failed)
    for node_type, failures in groups.items():
        yield _finding(node_type, failures)


def _finding(node_type: str, failures: list[FailedNode]) -> Finding:
    return Finding(
        id=f"launch-failed:{node_type}",
        severity=Severity.ERROR,
        title=f"{node_type} failed to launch {times(len(failures))}",
        cause=last_words(failures[-1].reason),
        where="autoscaler",
        subject=node_type,
        since=min((one.at for one in failures if one.at), default=None),
        hint="Look at monitor.log of the head node for the provider's words.",
    )
