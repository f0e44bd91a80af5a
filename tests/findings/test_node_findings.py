"""What is said of nodes in trouble."""

from __future__ import annotations

import pytest
from given import NOW, found, known, node, told

from raymon_tui.cluster.feeds.catalogue import NODES
from raymon_tui.cluster.findings.finding import Severity

SILENT = "Unexpected termination: health check failed due to missing too many heartbeats"


def dead(ip: str, message: str | None = SILENT, ago_s: float = 60.0) -> object:
    return node(ip, state="DEAD", state_message=message, end_time=NOW - ago_s)


def test_a_node_that_died_is_named_with_its_cause_and_time() -> None:
    (finding,) = found(known((NODES, (node("10.0.0.1"), dead("10.0.0.7")))))
    assert finding.title == "10.0.0.7 died"
    assert finding.cause == "it stopped answering: its raylet was killed, or its machine is gone or too busy"
    assert finding.severity is Severity.ERROR
    assert (finding.where, finding.subject) == ("nodes", "id-of-10.0.0.7")
    assert finding.since == NOW - 60


@pytest.mark.parametrize(
    ("message", "cause"),
    [
        (None, "Ray gives no reason"),
        ("Terminated due to preemption: spot", "its machine was preempted by the cloud provider"),
        (
            "Unexpected termination: The raylet exited immediately because one Ray agent failed, agent_name = x.",
            "one of its agents died, and its raylet with it",
        ),
        ("Unexpected termination: a meteor.", "a meteor"),
    ],
)
def test_each_way_to_die_has_its_words(message: str | None, cause: str) -> None:
    assert told(known((NODES, (dead("10.0.0.7", message),)))) == [("10.0.0.7 died", cause)]


@pytest.mark.parametrize(
    "message",
    [
        "Expected termination: received SIGTERM",
        "Terminated due to idle (no Ray activity): Termination of node that's idle for 60 s",
        "Terminated by autoscaler.",
    ],
)
def test_a_node_that_was_taken_away_on_purpose_is_no_trouble(message: str) -> None:
    assert told(known((NODES, (dead("10.0.0.7", message),)))) == []


def test_a_node_that_died_long_ago_needs_nobody_any_more() -> None:
    assert told(known((NODES, (dead("10.0.0.7", ago_s=7200),)))) == []


def test_many_nodes_that_died_of_the_same_are_one_finding() -> None:
    nodes = tuple(dead(f"10.0.0.{number}", ago_s=number) for number in range(1, 8))
    (finding,) = found(known((NODES, nodes)))
    assert finding.title == "7 nodes died"
    assert finding.since == NOW - 7
    assert finding.subject == "id-of-10.0.0.1"


@pytest.mark.parametrize(
    ("percent", "severity", "cause"),
    [
        (94.0, Severity.WARNING, "Ray stops creating objects at 95%"),
        (97.0, Severity.ERROR, "Ray creates no more objects there"),
    ],
)
def test_a_disk_that_fills_up_is_told_before_it_hurts(percent: float, severity: Severity, cause: str) -> None:
    (finding,) = found(known((NODES, (node("10.0.0.9", disk_used=percent, disk_total=100.0),))))
    assert (finding.title, finding.cause, finding.severity) == (f"10.0.0.9 disk {percent:.0f}% full", cause, severity)


def test_nodes_that_share_a_machine_share_its_disk() -> None:
    one, two = (node("10.0.0.9", node_id=name, disk_used=93.0, disk_total=100.0) for name in "ab")
    assert len(found(known((NODES, (one, two))))) == 1


def test_many_full_disks_are_one_finding_that_names_the_fullest() -> None:
    nodes = tuple(node(f"10.0.0.{n}", disk_used=90.0 + n, disk_total=100.0) for n in range(4))
    assert told(known((NODES, nodes))) == [
        ("disk over 90% full on 4 nodes", "the fullest is 10.0.0.3 93%; Ray stops creating objects at 95%")
    ]


def test_memory_is_told_before_ray_kills_workers() -> None:
    snapshot = known((NODES, (node("10.0.0.9", mem_used=96.0, mem_total=100.0),)))
    assert told(snapshot) == [("10.0.0.9 memory 96% full", "Ray kills workers there")]


def test_what_is_not_known_is_not_full() -> None:
    assert told(known((NODES, (node("10.0.0.9", disk_used=None, disk_total=100.0, mem_used=5.0),)))) == []


def test_a_node_whose_agent_hangs_is_told_while_it_is_alive() -> None:
    snapshot = known((NODES, (node("10.0.0.1"), node("10.0.0.2"), node("10.0.0.3", measured_at=NOW - 200))))
    assert told(snapshot) == [("10.0.0.3 does not say how it is", "it is alive, but its agent last reported 3m ago")]


def test_a_clock_of_our_own_that_is_ahead_makes_no_node_silent() -> None:
    assert (
        told(known((NODES, (node("10.0.0.1", measured_at=NOW - 500), node("10.0.0.2", measured_at=NOW - 490))))) == []
    )
