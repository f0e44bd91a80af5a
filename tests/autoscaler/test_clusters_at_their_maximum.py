"""Demands that wait because nothing may grow: a node type, or the cluster as a whole."""

from __future__ import annotations

from raymon_tui.cluster.feeds.catalogue import AUTOSCALER, NODES
from raymon_tui.cluster.feeds.feed import Reading
from raymon_tui.cluster.findings.find import find
from raymon_tui.cluster.model.autoscaler import AutoscalerStatus, Demand, NodeType, PendingNode
from raymon_tui.cluster.model.node import Node
from raymon_tui.cluster.snapshot import Link, Snapshot

HEAD = Node(node_id="a" * 56, ip="10.0.0.1", is_head=True, node_type="head", resources_total={"CPU": 2.0})
CPU = Node(node_id="b" * 56, ip="10.0.0.2", node_type="cpu", resources_total={"CPU": 2.0})
GPU = Node(node_id="c" * 56, ip="10.0.0.3", node_type="gpu", resources_total={"CPU": 2.0, "GPU": 1.0})
ONE_CPU = Demand(shape={"CPU": 1.0}, count=7)


def told(*types: NodeType, most: int | None = None, pending: tuple[PendingNode, ...] = ()) -> list[tuple[str, str]]:
    """Return cause and hint of what is found of a cluster with a node of each type and a demand for CPUs."""
    status = AutoscalerStatus(version="v1", node_types=types, demands=(ONE_CPU,), most_workers=most, pending=pending)
    readings = {
        feed.name: Reading(value=value, read_at=1000.0, took_s=0.01)
        for feed, value in ((AUTOSCALER, status), (NODES, (HEAD, CPU, GPU)))
    }
    snapshot = Snapshot(at=1000.0, link=Link(state="live"), readings=readings)
    return [(finding.cause, finding.hint) for finding in find(snapshot, 1000.0) if "wait" in finding.title]


def types(cpu: int, gpu: int) -> tuple[NodeType, ...]:
    return (
        NodeType(name="head", maximum=1, active=1),
        NodeType(name="cpu", maximum=cpu, active=1),
        NodeType(name="gpu", maximum=gpu, active=1),
    )


def test_types_that_are_all_full_are_named_but_nobody_expects_another_head() -> None:
    assert told(*types(cpu=1, gpu=1)) == [
        (
            "cpu (1 of 1) and gpu (1 of 1) are at their maximum",
            "Raise the maximum of cpu, or wait until nodes are free.",
        )
    ]


def test_a_cluster_that_may_have_no_more_workers_says_so_though_its_types_could_grow() -> None:
    assert told(*types(cpu=9, gpu=9), most=2) == [
        ("the cluster is at its maximum, 2 of 2 workers", "Raise max_workers, or wait until nodes are free.")
    ]


def test_a_cluster_that_may_still_grow_only_waits() -> None:
    assert told(*types(cpu=9, gpu=9), most=3) == []
    assert told(*types(cpu=9, gpu=9)) == []


def test_the_last_worker_that_is_allowed_and_on_its_way_is_waited_for() -> None:
    assert told(*types(cpu=9, gpu=9), most=2, pending=(PendingNode(node_type="cpu"),)) == []
