"""The autoscaler's status is read from either of its versions, under the names of the configuration."""

from __future__ import annotations

import pytest
from recorded_ray import ANSWERS, recorded, recorded_ray, status_body

from raymon_tui.backends.errors import RaymonError
from raymon_tui.cluster.model.autoscaler import AutoscalerStatus, Demand, FailedNode, NodeType, PendingNode
from raymon_tui.cluster.ray_api.camel import camel

JSON = "/api/cluster_status"
TEXT = "/api/cluster_status?format=1"
NO_REPORT = {"result": True, "data": {"autoscalingStatus": None, "autoscalingError": None, "clusterStatus": None}}
NOTHING_YET = "No cluster status. It may take a few seconds for the Ray internal services to start up."


async def version_2(text: str) -> AutoscalerStatus:
    return await recorded_ray({JSON: NO_REPORT, TEXT: status_body(text)}).autoscaler()


@pytest.fixture
def text_of_version_2() -> str:
    return (ANSWERS / "status_v2.txt").read_text()


async def test_version_1_names_node_types_as_the_configuration_does() -> None:
    status = await recorded_ray().autoscaler()
    assert status.version == "v1"
    assert status.reported_at == pytest.approx(1795456414.25, abs=0.01)
    assert status.node_types == (
        NodeType(name="ray.head.default", active=1),
        NodeType(name="cpu_worker", active=2),
        NodeType(name="gpu_worker", active=1),
    )


async def test_version_1_tells_each_demand_with_its_exact_count() -> None:
    status = await recorded_ray().autoscaler()
    assert status.demands == (
        Demand(shape={"CPU": 1.0, "GPU": 1.0}, count=1),
        Demand(shape={"CPU": 0.2}, count=6),
        Demand(shape={"CPU": 1.0, "GPU": 4.0}, count=6),
        Demand(
            shape={"CPU": 64.0},
            count=2,
            kind="placement_group",
            strategy="STRICT_SPREAD",
            bundles=(({"CPU": 64.0}, 2),),
        ),
    )


async def test_version_1_tells_usage_in_bytes_and_under_right_names() -> None:
    status = await recorded_ray().autoscaler()
    assert status.usage == {
        "CPU": (7.2, 8.0),
        "GPU": (1.0, 1.0),
        "memory": (0.0, 95_593_732_864.0),
        "object_store_memory": (20_000_006.0, 500_000_000.0),
    }


async def test_a_type_that_never_had_a_node_is_named_by_the_printed_status() -> None:
    answer, printed = recorded("cluster_status.json"), recorded("cluster_status_text.json")
    answer["data"]["clusterStatus"]["autoscalerReport"]["pendingLaunches"] = {"bigSpotWorker": 2}
    text = printed["data"]["clusterStatus"].replace(" (no pending nodes)", " big_spot_worker, 2 launching")
    status = await recorded_ray({JSON: answer, TEXT: status_body(text)}).autoscaler()
    assert status.pending == (PendingNode(node_type="big_spot_worker", count=2, status="launching"),)
    assert status.node_types[-1] == NodeType(name="big_spot_worker", pending=2)


async def test_version_1_says_why_a_launch_failed() -> None:
    answer = recorded("cluster_status.json")
    report = answer["data"]["clusterStatus"]["autoscalerReport"]
    report["failedNodes"] = [["10.0.0.9", "cpu_worker"]]
    report["pendingNodes"] = [["i-4", "10.0.0.4", "cpu_worker", "setting-up"]]
    report["nodeAvailabilitySummary"]["nodeAvailabilities"]["gpuWorker"] = {
        "nodeType": "gpu_worker",
        "isAvailable": False,
        "lastCheckedTimestamp": 1795456351,
        "unavailableNodeInformation": {"category": "InsufficientInstanceCapacity", "description": "none left"},
    }
    status = await recorded_ray({JSON: answer}).autoscaler()
    assert status.failed == (
        FailedNode(node_type="cpu_worker", ip="10.0.0.9", reason="NodeTerminated"),
        FailedNode(node_type="gpu_worker", reason="InsufficientInstanceCapacity: none left", at=1795456351),
    )
    assert status.pending == (PendingNode(node_type="cpu_worker", ip="10.0.0.4", status="setting-up"),)


async def test_demands_from_inside_a_placement_group_are_told_by_their_plain_resources() -> None:
    answer = recorded("cluster_status.json")
    group = "5f3d6e9ee1fd4c300d1db514963101000000"
    answer["data"]["clusterStatus"]["loadMetricsReport"]["resourceDemand"] = [
        [{f"CPU_group_0_{group}": 1.0, f"bundle_group_0_{group}": 0.001}, 2],
        [{f"bundle_group_{group}": 0.001}, 1],
        [{"CPU": 1.0}, 3],
    ]
    status = await recorded_ray({JSON: answer}).autoscaler()
    assert status.demands[0] == Demand(shape={"CPU": 1.0}, count=5)
    assert status.demands[1].kind == "placement_group"


async def test_version_1_is_read_without_the_printed_status() -> None:
    status = await recorded_ray({TEXT: 500}).autoscaler()
    assert [one.name for one in status.node_types] == ["ray.head.default", "cpu_worker", "gpu_worker"]
    assert status.usage["object_store_memory"] == (20_000_006.0, 500_000_000.0)


async def test_version_2_is_read_from_what_it_prints(text_of_version_2: str) -> None:
    status = await version_2(text_of_version_2)
    assert status.version == "v2"
    assert status.node_types == (
        NodeType(name="ray.head.default", active=1, idle=0),
        NodeType(name="cpu_worker", active=2, idle=0, pending=1),
        NodeType(name="gpu_worker", active=0, idle=1, pending=1),
    )
    assert status.pending == (
        PendingNode(node_type="gpu_worker", count=1, status="launching"),
        PendingNode(node_type="cpu_worker", ip="i-4", status="waiting for ray to start"),
    )
    assert status.failed == (
        FailedNode(node_type="tpu_worker", reason="LaunchFailed (latest_attempt: 17:52:31)"),
        FailedNode(node_type="cpu_worker", ip="i-0", reason="NodeTerminated (instance_id: i-0)"),
    )


async def test_version_2_tells_what_waits_and_that_there_may_be_more(text_of_version_2: str) -> None:
    status = await version_2(text_of_version_2)
    assert status.demands == (
        Demand(shape={"CPU": 0.2}, count=6, at_least=True),
        Demand(shape={"CPU": 1.0, "my_resource": 4.0}, count=3, at_least=True),
        Demand(shape={"CPU": 1.0}, count=2, at_least=True),
        Demand(
            shape={"CPU": 64.0},
            count=1,
            kind="placement_group",
            strategy="STRICT_SPREAD",
            bundles=(({"CPU": 64.0}, 2), ({"GPU": 1.0, "CPU": 1.0}, 1)),
            at_least=True,
        ),
        Demand(shape={"CPU": 4.0}, count=2, kind="request"),
    )


async def test_version_2_tells_usage_with_units(text_of_version_2: str) -> None:
    status = await version_2(text_of_version_2)
    assert status.usage["CPU"] == (6.2, 8.0)
    assert status.usage["my_resource"] == (0.5, 2.0)
    assert status.usage["memory"][1] == pytest.approx(89.03 * 2**30)


@pytest.mark.parametrize("text", [NOTHING_YET, "", "\n"])
async def test_a_cluster_without_an_autoscaler_has_no_version_of_it(text: str) -> None:
    status = await version_2(text)
    assert status.version is None
    assert status.error is None
    assert status.node_types == ()


async def test_an_error_of_the_autoscaler_is_told(text_of_version_2: str) -> None:
    trouble = "The autoscaler failed with the following error:\nValueError: no such region"
    assert (await version_2(f"{text_of_version_2}\n{trouble}")).error == trouble
    assert (await version_2(f"{NOTHING_YET}\n{trouble}")).error == trouble


async def test_a_cluster_started_by_hand_has_no_node_types_but_its_demands() -> None:
    answer, printed = recorded("cluster_status.json"), recorded("cluster_status_text.json")
    anonymous = "node_" + "9f" * 28
    report = answer["data"]["clusterStatus"]["autoscalerReport"]
    report["activeNodes"] = {camel(anonymous): 1}
    report["nodeTypeMapping"] = {"9f" * 28: anonymous}
    report["nodeAvailabilitySummary"] = {}
    text = "\n".join(
        line
        for line in printed["data"]["clusterStatus"].splitlines()
        if "worker" not in line and "head.default" not in line
    )
    text = text.replace("Active:", f"Active:\n 1 {anonymous}")
    status = await recorded_ray({JSON: answer, TEXT: status_body(text)}).autoscaler()
    assert status.version is None
    assert status.node_types == ()
    assert status.demands
    assert (await version_2(text)).version is None


async def test_headings_of_older_versions_are_understood() -> None:
    nodes = "Healthy:\n 1 head\nPending:\n (no pending nodes)\n"
    text = nodes + "Usage:\n 1.0/2.0 CPU\nDemands:\n {'CPU': 1.0}: 5+ pending tasks/actors"
    status = await version_2(text)
    assert status.node_types == (NodeType(name="head", active=1),)
    assert status.usage == {"CPU": (1.0, 2.0)}
    assert status.demands == (Demand(shape={"CPU": 1.0}, count=5, at_least=True),)


async def test_a_status_that_cannot_be_had_is_a_failure() -> None:
    with pytest.raises(RaymonError):
        await recorded_ray({JSON: 500}).autoscaler()
    with pytest.raises(RaymonError):
        await recorded_ray({JSON: NO_REPORT, TEXT: 500}).autoscaler()


async def test_placement_groups_that_wait_are_told_with_their_strategy() -> None:
    page = await recorded_ray().placement_groups()
    assert [group.strategy for group in page.rows] == ["STRICT_SPREAD", "STRICT_SPREAD"]
    assert page.rows[0].stats is not None
    assert page.rows[0].stats.scheduling_state == "INFEASIBLE"
    without = await recorded_ray({JSON: 500}).placement_groups()
    assert [group.strategy for group in without.rows] == [None, None]
