"""Why something waits, by what the nodes have."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from still import LARGE, SMALL

from raymon_tui.cluster.model.autoscaler import AutoscalerStatus, NodeType
from raymon_tui.cluster.model.node import Node
from raymon_tui.tui.resources.waiting import Places

BOTH = Places((SMALL, LARGE))


def test_what_no_node_has_names_the_largest() -> None:
    assert BOTH.why_not({"GPU": 4.0}) == "no node has 4 GPU, the largest has 1"


def test_what_exists_nowhere_is_said_to_be_nowhere() -> None:
    assert BOTH.why_not({"TPU": 1.0}) == "no node has any TPU"


def test_parts_that_no_one_node_has_together_are_named_together() -> None:
    here = Node(node_id="c", resources_total={"TPU": 1.0, "CPU": 1.0})
    assert Places((SMALL, here)).why_not({"TPU": 1.0, "CPU": 4.0}) == "no node has all of {CPU: 4, TPU: 1}"


def test_a_busy_cluster_says_what_is_short_and_how_much_is_free() -> None:
    expected = "2 nodes could hold it, once free: it asks for 1 CPU, and at most 0.2 is free on one"
    assert BOTH.why_not({"CPU": 1.0}) == expected


def test_room_that_is_there_is_said_to_be_there() -> None:
    assert BOTH.why_not({"CPU": 0.2}).startswith("1 node has room for it now")


def test_a_cluster_whose_use_is_not_known_does_not_guess() -> None:
    unknown = Places((Node(node_id="c", resources_total={"CPU": 4.0}),))
    assert unknown.why_not({"CPU": 1.0}) == "1 node could hold it; what is in use there is not known"


def test_nodes_that_are_not_known_say_nothing() -> None:
    assert Places(None).why_not({"CPU": 1.0}) == ""


def test_a_dead_node_holds_nothing() -> None:
    dead = Node(node_id="d", state="DEAD", resources_total={"GPU": 8.0})
    assert Places((SMALL, LARGE, dead)).why_not({"GPU": 4.0}) == "no node has 4 GPU, the largest has 1"


def test_a_node_asked_for_by_address_that_is_gone_is_named() -> None:
    assert BOTH.why_not({"CPU": 1.0, "node:10.0.0.9": 0.01}) == "the node 10.0.0.9 that it asks for is not alive"


def test_a_placement_groups_own_resources_are_not_looked_for_on_nodes() -> None:
    wanted = {"CPU_group_0_1a2b": 1.0, "bundle_group_1a2b": 0.001}
    assert BOTH.why_not(wanted) == "waits for room in its placement group's bundles"


def test_a_node_type_at_its_maximum_is_named() -> None:
    typed = Node(node_id="e", node_type="gpu", resources_total={"GPU": 1.0}, resources_used={"GPU": 1.0})
    status = AutoscalerStatus(version="v1", node_types=(NodeType(name="gpu", active=1, maximum=1),))
    assert Places((typed,), status).why_not({"GPU": 1.0}) == "gpu is at its maximum, 1 of 1"


@given(st.dictionaries(st.sampled_from(["CPU", "GPU", "memory", "x"]), st.floats(0, 1e12)))
def test_whatever_is_required_there_is_a_sentence(required: dict[str, float]) -> None:
    assert BOTH.why_not(required)
