"""Which series a snapshot fills, and the sums over its nodes."""

from __future__ import annotations

from typing import Any

from raymon_tui.cluster import series, totals
from raymon_tui.cluster.feeds.catalogue import AUTOSCALER, NODES, TASK_COUNTS
from raymon_tui.cluster.feeds.feed import Feed, FeedError, Reading
from raymon_tui.cluster.history import History
from raymon_tui.cluster.metrics.kept_line import LineKey
from raymon_tui.cluster.model.autoscaler import AutoscalerStatus, Demand
from raymon_tui.cluster.model.node import Gpu, Node
from raymon_tui.cluster.model.page import Counts
from raymon_tui.cluster.record import record
from raymon_tui.cluster.snapshot import Snapshot

SMALL = Node(
    node_id="small",
    resources_total={"CPU": 2.0, "node:10.0.0.1": 1.0},
    resources_used={"CPU": 1.0},
    cpu_percent=100.0,
    cpu_count=2,
    mem_used=1.0,
    mem_total=4.0,
    disk_used=50.0,
    disk_total=100.0,
)
LARGE = Node(
    node_id="large",
    resources_total={"CPU": 6.0, "GPU": 1.0},
    resources_used={"CPU": 0.0},
    cpu_percent=20.0,
    cpu_count=6,
    disk_used=90.0,
    disk_total=100.0,
    gpus=(Gpu(index=0, utilization_percent=40.0), Gpu(index=1)),
)
DEAD = Node(node_id="dead", state="DEAD", resources_total={"CPU": 64.0})


def recorded(feed: Feed[Any], value: object, error: FeedError | None = None) -> History:
    history = History()
    reading = Reading(value=value, read_at=99.0, took_s=0.25, error=error)
    record(history, Snapshot(at=100.0, readings={feed.name: reading}), {feed.name})
    return history


def last(history: History, key: LineKey, node_id: str | None = None) -> float | None:
    """Return what is known at the time of the snapshot."""
    return history.resample(key, 1, 2.0, 100.0, node_id=node_id)[0]


def test_cpu_is_weighted_by_the_size_of_nodes() -> None:
    history = recorded(NODES, (SMALL, LARGE, DEAD))
    assert last(history, series.CPU_PERCENT) == 40.0
    assert last(history, series.NODE_CPU, "large") == 20.0
    assert last(history, series.DISK_PERCENT) == 90.0


def test_what_one_node_does_not_say_is_summed_over_the_others() -> None:
    history = recorded(NODES, (SMALL, LARGE))
    assert last(history, series.MEMORY_USED) == 1.0
    assert last(history, series.OBJECT_STORE_USED) is None


def test_resources_leave_out_the_dead_and_the_markers_of_nodes() -> None:
    assert totals.resources((SMALL, LARGE, DEAD)) == {"CPU": (1.0, 8.0), "GPU": (0.0, 1.0)}


def test_a_resource_of_which_no_node_tells_the_use_is_not_known_to_be_unused() -> None:
    silent = Node(node_id="silent", resources_total={"TPU": 4.0})
    assert totals.resources((silent,)) == {"TPU": (None, 4.0)}


def test_tasks_run_in_whichever_of_the_states_that_mean_so() -> None:
    tasks = Counts(by_state={"RUNNING": 3, "RUNNING_IN_RAY_GET": 1, "PENDING_NODE_ASSIGNMENT": 5, "FINISHED": 10})
    assert last(recorded(TASK_COUNTS, tasks), series.TASKS_RUNNING) == 4.0


def test_the_demand_is_counted_over_all_shapes() -> None:
    status = AutoscalerStatus(demands=(Demand(shape={"CPU": 1.0}, count=3), Demand(shape={"GPU": 1.0}, count=4)))
    assert last(recorded(AUTOSCALER, status), series.DEMAND_COUNT) == 7.0


def test_a_failed_asking_leaves_a_gap() -> None:
    assert last(recorded(NODES, (SMALL,), FeedError(said="no", since=99.0)), series.CPU_PERCENT) is None
