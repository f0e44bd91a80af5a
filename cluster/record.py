"""What of a snapshot is kept as history."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from raymon_tui.cluster import series, totals
from raymon_tui.cluster.feeds.catalogue import AUTOSCALER, NODES, TASK_COUNTS
from raymon_tui.cluster.history import History
from raymon_tui.cluster.metrics.kept_line import LineKey
from raymon_tui.cluster.model.node import Node
from raymon_tui.cluster.model.task import RUNNING_STATES
from raymon_tui.cluster.snapshot import Snapshot

Point = tuple[LineKey, float | None]


def record(history: History, snapshot: Snapshot, changed: Collection[str]) -> None:
    """Add what `snapshot` says of the feeds named in `changed`; a feed that failed makes gaps."""
    for name in changed:
        reading = snapshot.readings.get(name)
        if reading is None or reading.read_at is None:
            continue
        failed = reading.error is not None
        at = snapshot.at if failed else reading.read_at
        for key, value in points(snapshot, name):
            history.add(key, at, None if failed else value)
        if name == NODES.name and not failed and (nodes := snapshot.value(NODES)) is not None:
            history.add_nodes(at, totals.alive(nodes))


def points(snapshot: Snapshot, name: str) -> Iterator[Point]:
    """Yield the line and the value of what the feed called `name` says of the whole cluster."""
    if name == NODES.name:
        yield from _nodes(snapshot.value(NODES) or ())
    elif name == TASK_COUNTS.name and (tasks := snapshot.value(TASK_COUNTS)):
        yield series.TASKS_RUNNING, tasks.of(*RUNNING_STATES)
    elif name == AUTOSCALER.name and (status := snapshot.value(AUTOSCALER)):
        yield series.DEMAND_COUNT, sum(demand.count for demand in status.demands)


def _nodes(nodes: tuple[Node, ...]) -> Iterator[Point]:
    fullest = totals.fullest_disk(nodes)
    yield series.CPU_PERCENT, totals.cpu_percent(nodes)
    yield series.DISK_PERCENT, totals.disk_percent(fullest) if fullest else None
    for name, (used, total) in totals.resources(nodes).items():
        yield series.resource_used(name), used
        yield series.resource_total(name), total
