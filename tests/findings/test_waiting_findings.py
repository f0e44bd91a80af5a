"""What is said of demands and placement groups that wait, and of launches that fail."""

from __future__ import annotations

import pytest
from given import NOW, found, known, node, told, worker

from raymon_tui.cluster.feeds.catalogue import AUTOSCALER, EVENTS, NODES, PLACEMENT_GROUPS
from raymon_tui.cluster.findings.finding import Severity
from raymon_tui.cluster.findings.verdict import why_demand_waits
from raymon_tui.cluster.model.autoscaler import AutoscalerStatus, Demand, FailedNode, NodeType, PendingNode
from raymon_tui.cluster.model.event import Event
from raymon_tui.cluster.model.node import Node
from raymon_tui.cluster.model.page import Page
from raymon_tui.cluster.model.placement_group import Bundle, PlacementGroup, PlacementGroupStats
from raymon_tui.cluster.snapshot import Snapshot

CPU = worker("cpu_worker", CPU=8.0)
GPU = worker("gpu_worker", CPU=8.0, GPU=1.0)
ONE_GPU = Demand(shape={"GPU": 1.0}, count=12)
FOUR_GPU = Demand(shape={"CPU": 1.0, "GPU": 4.0}, count=6)
NO_SUCH_TYPE = Event(
    event_id="e",
    message="Error: No available node types can fulfill resource request {'GPU': 4.0, 'CPU': 1.0}. Add suitable node"
    " types to this cluster to resolve this issue.",
)


def waiting(
    demand: Demand,
    *nodes: Node,
    types: tuple[NodeType, ...] = (),
    pending: tuple[PendingNode, ...] = (),
    events: tuple[Event, ...] = (),
    version: str | None = "v2",
) -> Snapshot:
    status = AutoscalerStatus(version=version, node_types=types, pending=pending, demands=(demand,))
    return known((AUTOSCALER, status), (NODES, nodes), (EVENTS, events))


def test_a_demand_whose_node_type_is_at_its_maximum_says_so() -> None:
    full = NodeType(name="gpu_worker", maximum=4, active=3, idle=1)
    (finding,) = found(waiting(ONE_GPU, CPU, GPU, types=(full, NodeType(name="cpu_worker", maximum=9, active=1))))
    assert finding.title == "12 × {GPU: 1} wait"
    assert finding.cause == "gpu_worker is at its maximum, 4 of 4"
    assert finding.severity is Severity.WARNING
    assert finding.where == "autoscaler"


def test_a_demand_that_another_type_could_still_hold_only_waits() -> None:
    types = (NodeType(name="gpu_worker", maximum=1, active=1), NodeType(name="cpu_worker", maximum=9, active=1))
    assert told(waiting(Demand(shape={"CPU": 1.0}, count=5), CPU, GPU, types=types)) == []


def test_a_maximum_that_is_not_known_is_not_reached() -> None:
    assert told(waiting(ONE_GPU, GPU, types=(NodeType(name="gpu_worker", active=4),))) == []


def test_a_demand_that_no_node_can_hold_says_what_is_missing() -> None:
    (finding,) = found(waiting(FOUR_GPU, CPU, GPU, events=(NO_SUCH_TYPE,)))
    assert finding.title == "6 × {CPU: 1, GPU: 4} wait"
    assert finding.cause == "no node has 4 GPU, the largest has 1"
    assert finding.severity is Severity.ERROR


def test_without_an_autoscaler_what_does_not_fit_never_will() -> None:
    assert told(waiting(ONE_GPU, CPU, version=None)) == [("12 × {GPU: 1} wait", "no node has any GPU")]


def test_resources_that_no_single_node_has_together_are_told_so() -> None:
    demand = Demand(shape={"CPU": 8.0, "GPU": 1.0}, count=1, at_least=True)
    snapshot = waiting(demand, worker("big", CPU=16.0), worker("gpu", GPU=8.0), version=None)
    assert told(snapshot) == [("1+ × {CPU: 8, GPU: 1} wait", "no node has all of {CPU: 8, GPU: 1}")]


def test_the_autoscaler_is_given_time_to_say_whether_it_can_add_a_node() -> None:
    assert told(waiting(FOUR_GPU, CPU)) == []


def test_version_2_saying_no_type_fits_does_not_make_a_full_type_infeasible() -> None:
    event = Event(event_id="e", message="No available node types can fulfill resource requests {'GPU': 1.0}*12.")
    full = NodeType(name="gpu_worker", maximum=1, active=1)
    ((_, cause),) = told(waiting(ONE_GPU, GPU, types=(full,), events=(event,)))
    assert cause == "gpu_worker is at its maximum, 1 of 1"


def test_ordinary_waiting_is_no_trouble_but_has_a_reason() -> None:
    snapshot = waiting(Demand(shape={"CPU": 1.0}, count=500), CPU)
    assert told(snapshot) == []
    assert why_demand_waits(Demand(shape={"CPU": 1.0}, count=500), snapshot) == "1 node could hold it, once free"


def test_a_demand_for_which_nodes_are_launched_says_which() -> None:
    snapshot = waiting(FOUR_GPU, CPU, pending=(PendingNode(node_type="big_gpu", count=2),))
    assert told(snapshot) == []
    assert why_demand_waits(FOUR_GPU, snapshot) == "2 big_gpu on the way"


def test_why_a_demand_waits_is_not_known_while_the_nodes_are_not() -> None:
    assert why_demand_waits(ONE_GPU, known((AUTOSCALER, AutoscalerStatus()))) is None


def group(name: str, state: str, *sizes: float) -> PlacementGroup:
    return PlacementGroup(
        placement_group_id=f"id-of-{name}",
        name=name,
        state="PENDING",
        bundles=tuple(Bundle(unit_resources={"CPU": size}) for size in sizes),
        stats=PlacementGroupStats(scheduling_state=state, creation_request_received_ns=int((NOW - 90) * 1e9)),
    )


def placing(*groups: PlacementGroup, demand: Demand | None = None, types: tuple[NodeType, ...] = ()) -> Snapshot:
    status = AutoscalerStatus(version="v2", demands=(demand,) if demand else (), node_types=types)
    return known((PLACEMENT_GROUPS, Page(rows=groups)), (NODES, (CPU,)), (AUTOSCALER, status))


def test_an_infeasible_placement_group_is_named_with_what_is_missing() -> None:
    (finding,) = found(placing(group("big-pg", "INFEASIBLE", 64.0, 64.0)))
    assert finding.title == "Placement group big-pg waits"
    assert finding.cause == "no node has 64 CPU, the largest has 8"
    assert finding.since == NOW - 90


@pytest.mark.parametrize(
    ("strategy", "cause"),
    [
        ("STRICT_PACK", "its bundles must lie on one node, and no node has 12 CPU, the largest has 8"),
        ("STRICT_SPREAD", "its 2 bundles must lie on different nodes, and 1 node could hold one"),
        ("PACK", "its bundles {CPU: 6} × 2 do not fit these nodes"),
    ],
)
def test_a_placement_group_that_fits_piece_by_piece_says_how_it_must_lie(strategy: str, cause: str) -> None:
    demand = Demand(
        shape={"CPU": 6.0}, count=1, kind="placement_group", strategy=strategy, bundles=(({"CPU": 6.0}, 2),)
    )
    assert told(placing(group("pg", "INFEASIBLE", 6.0, 6.0), demand=demand)) == [("Placement group pg waits", cause)]


def test_placement_groups_of_one_kind_are_one_finding() -> None:
    groups = (group(name, "INFEASIBLE", 64.0) for name in "abc")
    assert told(placing(*groups)) == [("3 placement groups of {CPU: 64} wait", "no node has 64 CPU, the largest has 8")]


def test_a_placement_group_without_room_is_told_only_when_nothing_can_grow() -> None:
    busy = group("pg", "NO_RESOURCES", 6.0)
    assert told(placing(busy)) == []
    full = NodeType(name="cpu_worker", maximum=1, active=1)
    ((_, cause),) = told(placing(busy, types=(full,)))
    assert cause == "cpu_worker is at its maximum, 1 of 1"


def test_launches_that_fail_are_told_with_the_providers_words() -> None:
    failed = tuple(FailedNode(node_type="gpu_worker", reason="QuotaExceeded: 0 of 8 GPUs", at=NOW - n) for n in (9, 5))
    snapshot = known((AUTOSCALER, AutoscalerStatus(version="v1", failed=failed)))
    (finding,) = found(snapshot)
    assert (finding.title, finding.cause) == ("gpu_worker failed to launch 2 times", "QuotaExceeded: 0 of 8 GPUs")
    assert finding.since == NOW - 9


def test_nodes_that_were_scaled_down_are_no_failed_launches() -> None:
    failed = (FailedNode(node_type="gpu_worker", reason="NodeTerminated"),)
    assert told(known((AUTOSCALER, AutoscalerStatus(version="v2", failed=failed)))) == []


def test_an_autoscaler_that_crashed_says_its_last_words() -> None:
    error = "Traceback (most recent call last):\n  File \"monitor.py\"\nKeyError: 'head_node_type'\n"
    assert told(known((AUTOSCALER, AutoscalerStatus(error=error)))) == [
        ("The autoscaler fails", "KeyError: 'head_node_type'")
    ]


def test_nodes_of_one_kind_say_what_their_type_could_hold_even_when_busy() -> None:
    busy = node("10.0.0.8", node_type="gpu_worker", resources_total={"GPU": 1.0}, resources_used={"GPU": 1.0})
    full = NodeType(name="gpu_worker", maximum=1, active=1)
    assert len(found(waiting(ONE_GPU, busy, types=(full,)))) == 1
