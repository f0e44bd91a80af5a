"""How an exporter is, as its last scrape told."""

from __future__ import annotations

from msgspec import Struct, structs

from raymon_tui.cluster.metrics.scraping import Answer, State
from raymon_tui.cluster.metrics.targets import MetricsTarget


class TargetState(Struct, frozen=True, kw_only=True):
    """How an exporter is: since when, what it said, and what its last scrape cost."""

    target: MetricsTarget
    state: State | None = None
    since: float = 0.0
    at: float | None = None
    said: str = ""
    took_s: float = 0.0
    size: int = 0
    series: int = 0
    malformed: int = 0
    left_out: int = 0
    failures: int = 0


def after(before: TargetState, answer: Answer, at: float) -> TargetState:
    """Return how an exporter is after a scrape."""
    decoded = answer.scrape
    return structs.replace(
        before,
        failures=before.failures + 1 if decoded is None else 0,
        state=answer.state,
        since=before.since if before.state == answer.state else at,
        at=at,
        said=answer.said,
        took_s=answer.took_s,
        size=answer.size,
        series=0 if decoded is None else len(decoded.series),
        malformed=0 if decoded is None else decoded.malformed,
        left_out=0 if decoded is None else decoded.left_out,
    )
