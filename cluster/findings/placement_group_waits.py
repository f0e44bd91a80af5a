"""Placement groups that cannot be placed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from raymon_tui.cluster.feeds.catalogue import AUTOSCALER, NODES, PLACEMENT_GROUPS
from raymon_tui.cluster.findings.capacity import full_types
from raymon_tui.cluster.findings.finding import Finding, Severity
from raymon_tui.cluster.findings.verdict import at_maximum, unplaceable
from raymon_tui.cluster.findings.wording import several
from raymon_tui.cluster.model.autoscaler import AutoscalerStatus, Demand
from raymon_tui.cluster.model.node import Node
from raymon_tui.cluster.model.placement_group import Bundle, PlacementGroup
from raymon_tui.cluster.model.quantity import shape
from raymon_tui.cluster.snapshot import Snapshot
from raymon_tui.cluster.totals import alive


def placement_group_waits(snapshot: Snapshot, _now: float) -> Iterator[Finding]:
    """Name the groups that Ray calls infeasible, and those whose node types cannot grow; alike ones together."""
    page = snapshot.value(PLACEMENT_GROUPS)
    nodes = snapshot.value(NODES)
    living = alive(nodes or ())
    status = snapshot.value(AUTOSCALER) or AutoscalerStatus()
    alike: defaultdict[tuple[str, str], list[PlacementGroup]] = defaultdict(list)
    for group in page.rows if page else ():
        if group.state in ("PENDING", "RESCHEDULING") and group.stats is not None:
            alike[(bundles_text(group.bundles or ()), group.stats.scheduling_state)].append(group)
    for (bundles, state), groups in alike.items():
        if state == "INFEASIBLE":
            cause = _infeasible(groups[0], living, status.demands)
            yield _finding(groups, bundles, Severity.ERROR, cause, "Ask for smaller bundles, or add larger nodes.")
        elif state == "NO_RESOURCES":
            cause = _full(groups[0], living, status)
            if cause:
                yield _finding(groups, bundles, Severity.WARNING, cause, "Raise that maximum, or wait.")


def bundles_text(bundles: Sequence[Bundle]) -> str:
    """Return bundles in short: `{CPU: 64} × 2, {GPU: 1}`."""
    counts: dict[str, int] = {}
    for bundle in bundles:
        wanted = shape(bundle.unit_resources)
        counts[wanted] = counts.get(wanted, 0) + 1
    return ", ".join(wanted if count == 1 else f"{wanted} × {count}" for wanted, count in counts.items())


def _infeasible(group: PlacementGroup, nodes: Sequence[Node], demands: Iterable[Demand]) -> str:
    """Only the demand says how the bundles must lie."""
    bundles = group.bundles or ()
    strategy = next((one.strategy for one in demands if one.strategy and _is_of(one, group)), None)
    cause = unplaceable([(bundle.unit_resources, 1) for bundle in bundles], strategy, nodes)
    return cause or f"its bundles {bundles_text(bundles)} do not fit these nodes"


def _is_of(demand: Demand, group: PlacementGroup) -> bool:
    wanted = sorted(shape(bundle.unit_resources) for bundle in group.bundles or ())
    return wanted == sorted(shape(one) for one, count in demand.bundles for _ in range(count))


def _full(group: PlacementGroup, nodes: Sequence[Node], status: AutoscalerStatus) -> str:
    for bundle in group.bundles or ():
        full = full_types(nodes, status.node_types, bundle.unit_resources)
        if full and not bundle.node_id:
            return at_maximum(full)
    return ""


def _finding(groups: Sequence[PlacementGroup], bundles: str, severity: Severity, cause: str, hint: str) -> Finding:
    first = groups[0]
    name = f"Placement group {first.name or first.placement_group_id[:8]} waits"
    asked_ns = [group.stats.creation_request_received_ns for group in groups if group.stats]
    known_ns = [one for one in asked_ns if one]
    return Finding(
        id=f"placement-group:{bundles}",
        severity=severity,
        title=name if len(groups) == 1 else f"{several(len(groups), 'placement group')} of {bundles} wait",
        cause=cause,
        where="more",
        subject=first.placement_group_id,
        since=min(known_ns) / 1e9 if known_ns else None,
        hint=hint,
    )
