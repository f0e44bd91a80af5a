"""Tasks and actors that wait for resources, and will wait on."""

from __future__ import annotations

from collections.abc import Iterator

from raymon_tui.cluster.feeds.catalogue import AUTOSCALER, EVENTS, NODES
from raymon_tui.cluster.findings.finding import Finding, Severity
from raymon_tui.cluster.findings.verdict import Outlook, judge
from raymon_tui.cluster.model.quantity import shape
from raymon_tui.cluster.snapshot import Snapshot
from raymon_tui.cluster.totals import alive


def demand_waits(snapshot: Snapshot, _now: float) -> Iterator[Finding]:
    """Name the demands that no node can hold, and those whose node types cannot grow; others merely wait.

    Placement groups are judged by what GCS says of them, in a rule of their own.
    """
    status, nodes = snapshot.value(AUTOSCALER), snapshot.value(NODES)
    if status is None or nodes is None:
        return
    events = snapshot.value(EVENTS) or ()
    living = alive(nodes)
    for demand in status.demands:
        if demand.kind == "placement_group" or not demand.shape:
            continue
        wanted = shape(demand.shape)
        outlook, cause, full = judge(demand, status, living, events)
        if outlook is Outlook.INFEASIBLE:
            severity, hint = Severity.ERROR, "Add a node that has it, or ask for less: as it is, this waits for ever."
        elif outlook is Outlook.AT_MAXIMUM:
            what = f"the maximum of {full[0].name}" if full else "max_workers"
            severity, hint = Severity.WARNING, f"Raise {what}, or wait until nodes are free."
        else:
            continue
        yield Finding(
            id=f"demand:{demand.kind}:{wanted}",
            severity=severity,
            title=f"{demand.count:,}{'+' if demand.at_least else ''} × {wanted} wait",
            cause=cause,
            where="autoscaler",
            subject=wanted,
            hint=hint,
        )
