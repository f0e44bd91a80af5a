"""All rules applied to what is known of a cluster."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable

from raymon_tui.cluster.findings.finding import Finding, Severity
from raymon_tui.cluster.snapshot import Snapshot

Rule = Callable[[Snapshot, float], Iterable[Finding]]

RULES: tuple[Rule, ...] = ()

_log = logging.getLogger(__name__)


def find(snapshot: Snapshot, now: float) -> tuple[Finding, ...]:
    """Return all that needs attention at `now` (seconds since the epoch), worst first, then longest first.

    A rule that fails is a finding itself, and the others still count.
    """
    found = {finding.id: finding for rule in RULES for finding in _apply(rule, snapshot, now)}
    return tuple(sorted(found.values(), key=lambda one: (-one.severity, one.since or now, one.id)))


def _apply(rule: Rule, snapshot: Snapshot, now: float) -> tuple[Finding, ...]:
    try:
        return tuple(rule(snapshot, now))
    except Exception:
        name = rule.__module__.rpartition(".")[2]
        _log.exception("rule %s is broken", name)
        return (
            Finding(
                id=f"broken-rule:{name}",
                severity=Severity.INFO,
                title=f"raymon-tui could not check for {name.replace('_', ' ')}",
                hint="Please report this with the log.",
            ),
        )
