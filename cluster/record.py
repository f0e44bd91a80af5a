"""What of a snapshot is kept as history."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from raymon_tui.cluster import series, totals
from raymon_tui.cluster.feeds.catalogue import ACTOR_COUNTS, AUTOSCALER, NODES, TASK_COUNTS
from raymon_tui.cluster.history import STEP_S, History
from raymon_tui.cluster.model.actor import ALIVE_STATES, PENDING_STATES
from raymon_tui.cluster.model.node import Node
from raymon_tui.cluster.model.page import Counts
from raymon_tui.cluster.model.task import RUNNING_STATES, WAITING_STATES
from raymon_tui.cluster.snapshot import Snapshot

Point = tuple[str, float | None]


def record(history: History, snapshot: Snapshot, changed: Collection[str]) -> None:
    """Add what `snapshot` says of the feeds named in `changed`; a feed that failed makes gaps."""
    for name in changed:
        reading = snapshot.readings.get(name)
        if reading is None or reading.read_at is None:
            continue
        failed = reading.error is not None
        at = snapshot.at if failed else reading.read_at
        for series_name, value in points(snapshot, name):
            step_s = series.NODE_STEP_S if series_name.startswith(series.NODE) else STEP_S
            history.add(series_name, at, None if failed else value, step_s)
        history.add(series.feed_took(name), at, None if failed else reading.took_s)


def points(snapshot: Snapshot, name: str) -> Iterator[Point]:
    """Yield the name and value of each series that the feed called `name` fills."""
    if name == NODES.name:
        yield from _nodes(snapshot.value(NODES) or ())
    elif name == TASK_COUNTS.name and (tasks := snapshot.value(TASK_COUNTS)):
        yield from _tasks(tasks)
    elif name == ACTOR_COUNTS.name and (actors := snapshot.value(ACTOR_COUNTS)):
        yield from _actors(actors)
    elif name == AUTOSCALER.name and (status := snapshot.value(AUTOSCALER)):
        yield series.DEMAND_COUNT, sum(demand.count for demand in status.demands)


def _nodes(nodes: tuple[Node, ...]) -> Iterator[Point]:
    living = totals.alive(nodes)
    fullest = totals.fullest_disk(nodes)
    yield series.NODES_ALIVE, len(living)
    yield series.CPU_PERCENT, totals.cpu_percent(nodes)
    yield series.GPU_PERCENT, totals.gpu_percent(nodes)
    yield series.MEMORY_USED, totals.known_sum(node.mem_used for node in living)
    yield series.MEMORY_TOTAL, totals.known_sum(node.mem_total for node in living)
    yield series.OBJECT_STORE_USED, totals.known_sum(node.object_store_used for node in living)
    yield series.OBJECT_STORE_TOTAL, totals.known_sum(node.object_store_total for node in living)
    yield series.DISK_PERCENT, totals.disk_percent(fullest) if fullest else None
    for name, (used, total) in totals.resources(nodes).items():
        yield series.resource_used(name), used
        yield series.resource_total(name), total
    for node in living:
        yield series.node_cpu(node.node_id), node.cpu_percent
        yield series.node_memory(node.node_id), totals.percent(node.mem_used, node.mem_total)
        if node.gpus:
            yield series.node_gpu(node.node_id), totals.gpu_percent((node,))


def _tasks(counts: Counts) -> Iterator[Point]:
    yield series.TASKS_RUNNING, counts.of(*RUNNING_STATES)
    yield series.TASKS_WAITING, counts.of(*WAITING_STATES)
    yield series.TASKS_FINISHED, counts.of("FINISHED")
    yield series.TASKS_FAILED, counts.of("FAILED")


def _actors(counts: Counts) -> Iterator[Point]:
    yield series.ACTORS_ALIVE, counts.of(*ALIVE_STATES)
    yield series.ACTORS_PENDING, counts.of(*PENDING_STATES)
    yield series.ACTORS_RESTARTING, counts.of("RESTARTING")
    yield series.ACTORS_DEAD, counts.of("DEAD")
