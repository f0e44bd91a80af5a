"""All rules applied to what is known of a cluster."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any, NamedTuple

from raymon_tui.cluster.feeds.catalogue import AUTOSCALER, EVENTS, NODES, PLACEMENT_GROUPS, SERVE
from raymon_tui.cluster.feeds.feed import Feed
from raymon_tui.cluster.findings.actor_died import actor_died
from raymon_tui.cluster.findings.cluster_restarted import cluster_restarted
from raymon_tui.cluster.findings.dashboard_open import dashboard_open
from raymon_tui.cluster.findings.demand_waits import demand_waits
from raymon_tui.cluster.findings.disk_full import disk_full
from raymon_tui.cluster.findings.feed_failing import feed_failing, feed_slow
from raymon_tui.cluster.findings.finding import Finding, Severity, by_urgency
from raymon_tui.cluster.findings.job_failed import job_failed
from raymon_tui.cluster.findings.launch_failed import launch_failed
from raymon_tui.cluster.findings.link_lost import link_lost
from raymon_tui.cluster.findings.list_truncated import list_truncated
from raymon_tui.cluster.findings.memory_high import memory_high
from raymon_tui.cluster.findings.node_dead import node_dead
from raymon_tui.cluster.findings.node_silent import node_silent
from raymon_tui.cluster.findings.placement_group_waits import placement_group_waits
from raymon_tui.cluster.findings.serve_failing import serve_failing
from raymon_tui.cluster.findings.task_failed import task_failed
from raymon_tui.cluster.snapshot import Snapshot

Check = Callable[[Snapshot, float], Iterable[Finding]]


class Rule(NamedTuple):
    """A check, and the feeds whose values are all that it goes by; without any it goes by other things too."""

    check: Check
    of: tuple[Feed[Any], ...] = ()


RULES: tuple[Rule, ...] = (
    Rule(link_lost),
    Rule(node_dead),
    Rule(job_failed),
    Rule(actor_died),
    Rule(demand_waits, (AUTOSCALER, NODES, EVENTS)),
    Rule(placement_group_waits, (PLACEMENT_GROUPS, NODES, AUTOSCALER)),
    Rule(launch_failed, (AUTOSCALER,)),
    Rule(disk_full, (NODES,)),
    Rule(memory_high, (NODES,)),
    Rule(task_failed),
    Rule(serve_failing, (SERVE,)),
    Rule(node_silent, (NODES,)),
    Rule(feed_failing),
    Rule(feed_slow),
    Rule(list_truncated),
    Rule(dashboard_open),
    Rule(cluster_restarted),
)

PICTURED = "kubernetes"
"""The feed whose reading says that the rules about Kubernetes have something to go by."""

_log = logging.getLogger(__name__)


class Kept(NamedTuple):
    """What a rule found, and the values that it went by."""

    values: tuple[object, ...]
    found: tuple[Finding, ...]


class Finder:
    """Applies all rules, those that go by values alone only to new ones: with a thousand nodes they are felt."""

    def __init__(self) -> None:
        self._kept: dict[Check, Kept] = {}

    def find(self, snapshot: Snapshot, now: float) -> tuple[Finding, ...]:
        """Return all that needs attention at `now` (seconds since the epoch), worst first, then longest first.

        Of what is equally bad the trouble of the head comes first. A rule that fails is a finding itself, and the
        others still count.
        """
        rules = RULES if PICTURED not in snapshot.readings else (*RULES, *_rules_of_kubernetes())
        found = {finding.id: finding for rule in rules for finding in self._found(rule, snapshot, now)}
        return by_urgency(found.values(), now)

    def _found(self, rule: Rule, snapshot: Snapshot, now: float) -> tuple[Finding, ...]:
        if not rule.of:
            return _apply(rule.check, snapshot, now)
        values = tuple(snapshot.value(feed) for feed in rule.of)
        kept = self._kept.get(rule.check)
        if kept is None or any(new is not old for new, old in zip(values, kept.values, strict=True)):
            kept = self._kept[rule.check] = Kept(values, _apply(rule.check, snapshot, now))
        return kept.found


def find(snapshot: Snapshot, now: float) -> tuple[Finding, ...]:
    """Return what a `Finder` finds that has seen nothing before."""
    return Finder().find(snapshot, now)


@cache
def _rules_of_kubernetes() -> tuple[Rule, ...]:
    # Imported here: on other clusters they have nothing to look at.
    from raymon_tui.cluster.findings.kubernetes_unread import kubernetes_unread  # noqa: PLC0415
    from raymon_tui.cluster.findings.place_moved import place_moved  # noqa: PLC0415
    from raymon_tui.cluster.findings.pod_trouble import pod_trouble  # noqa: PLC0415
    from raymon_tui.cluster.findings.ray_cluster_trouble import ray_cluster_trouble  # noqa: PLC0415
    from raymon_tui.cluster.findings.ray_job_trouble import ray_job_trouble  # noqa: PLC0415
    from raymon_tui.cluster.kubernetes.picture import KUBERNETES  # noqa: PLC0415

    return (
        Rule(pod_trouble),
        Rule(ray_cluster_trouble),
        Rule(ray_job_trouble),
        Rule(kubernetes_unread, (KUBERNETES,)),
        Rule(place_moved),
    )


def _apply(check: Check, snapshot: Snapshot, now: float) -> tuple[Finding, ...]:
    try:
        return tuple(check(snapshot, now))
    except Exception:
        name = check.__module__.rpartition(".")[2]
        _log.exception("rule %s is broken", name)
        return (
            Finding(
                id=f"broken-rule:{name}",
                severity=Severity.INFO,
                title=f"raymon-tui could not check for {name.replace('_', ' ')}",
                hint="Please report this with the log.",
            ),
        )
