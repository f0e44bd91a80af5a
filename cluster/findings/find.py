"""All rules applied to what is known of a cluster."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable

from raymon_tui.cluster.findings.actor_died import actor_died
from raymon_tui.cluster.findings.cluster_restarted import cluster_restarted
from raymon_tui.cluster.findings.dashboard_open import dashboard_open
from raymon_tui.cluster.findings.demand_waits import demand_waits
from raymon_tui.cluster.findings.disk_full import disk_full
from raymon_tui.cluster.findings.feed_failing import feed_failing, feed_slow
from raymon_tui.cluster.findings.finding import Finding, Severity
from raymon_tui.cluster.findings.job_failed import job_failed
from raymon_tui.cluster.findings.launch_failed import launch_failed
from raymon_tui.cluster.findings.link_lost import link_lost
from raymon_tui.cluster.findings.list_truncated import list_truncated
from raymon_tui.cluster.findings.memory_high import memory_high
from raymon_tui.cluster.findings.node_dead import node_dead
from raymon_tui.cluster.findings.node_silent import node_silent
from raymon_tui.cluster.findings.placement_group_waits import placement_group_waits
from raymon_tui.cluster.findings.task_failed import task_failed
from raymon_tui.cluster.snapshot import Snapshot

Rule = Callable[[Snapshot, float], Iterable[Finding]]

RULES: tuple[Rule, ...] = (
    link_lost,
    node_dead,
    job_failed,
    actor_died,
    demand_waits,
    placement_group_waits,
    launch_failed,
    disk_full,
    memory_high,
    task_failed,
    node_silent,
    feed_failing,
    feed_slow,
    list_truncated,
    dashboard_open,
    cluster_restarted,
)

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
