"""Answers that Ray cut short."""

from __future__ import annotations

from collections.abc import Iterator

from raymon_tui.cluster.feeds.catalogue import ACTOR_SUMMARY, TASK_SUMMARY
from raymon_tui.cluster.findings.finding import Finding, Severity
from raymon_tui.cluster.model.actor import ActorSummary
from raymon_tui.cluster.model.task import TaskSummary
from raymon_tui.cluster.snapshot import Snapshot


def list_truncated(snapshot: Snapshot, _now: float) -> Iterator[Finding]:
    """Say which of the summaries count only a part."""
    yield from _judge("tasks", snapshot.value(TASK_SUMMARY))
    yield from _judge("actors", snapshot.value(ACTOR_SUMMARY))


def _judge(kind: str, summary: TaskSummary | ActorSummary | None) -> Iterator[Finding]:
    if summary is None or summary.total is None or summary.num_after_truncation is None:
        return
    if summary.num_after_truncation < summary.total:
        yield Finding(
            id=f"truncated:{kind}",
            severity=Severity.INFO,
            title=f"The summary counts {summary.num_after_truncation:,} of {summary.total:,} {kind}",
            cause="Ray's State API looks at no more",
            where=kind,
            hint="The counts by state are exact.",
        )
