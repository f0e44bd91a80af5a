"""Nodes are shown with the names that users gave, and with no number that nobody measured."""

from __future__ import annotations

import pytest
from recorded_ray import GONE_NODE, GPU_NODE, HEAD, recorded, recorded_ray

from raymon_tui.backends.errors import RaymonError
from raymon_tui.cluster.model.node import Gpu, Node


async def node(changed: dict[str, object] | None = None, node_id: str = HEAD) -> Node:
    nodes = await recorded_ray(changed).nodes()
    return next(node for node in nodes if node.node_id == node_id)


async def test_a_node_has_its_physical_and_its_logical_numbers() -> None:
    head = await node()
    assert head.is_head
    assert head.alive
    assert head.node_type == "ray.head.default"
    assert head.cpu_percent == 100.0
    assert head.mem_total == 25_276_502_016
    assert head.object_store_total == 200_000_000
    assert head.resources_used is not None
    assert head.resources_used["CPU"] == 1.7
    assert head.start_time == pytest.approx(1795456343.993)
    assert head.end_time is None


async def test_names_of_resources_and_labels_are_those_that_users_gave() -> None:
    named = recorded("state_nodes.json")
    row = named["data"]["result"]["result"][0]
    row["resources_total"]["my_special_resource"] = 3.0
    row["labels"]["my_label"] = "a"
    head = await node({"/api/v0/nodes": named})
    assert head.resources_total["my_special_resource"] == 3.0
    assert head.resources_total["node:__internal_head__"] == 1.0
    assert head.labels["my_label"] == "a"


async def test_what_is_wholly_used_is_as_exact_as_its_total() -> None:
    answer = recorded("nodes.json")
    answer["data"]["nodeLogicalResources"][HEAD] = "2.0/2.0 CPU\n22.87GiB/22.87GiB memory"
    head = await node({"/nodes": answer})
    assert head.resources_used == {"CPU": 2.0, "memory": 24_560_160_256.0}


async def test_resources_in_placement_groups_are_read_too() -> None:
    answer = recorded("nodes.json")
    text = "1.2999999999999998/2.0 CPU (1.0 used of 2.0 reserved in placement groups)"
    answer["data"]["nodeLogicalResources"][HEAD] = text
    assert (await node({"/nodes": answer})).resources_used == {"CPU": 1.3}


async def test_a_node_without_a_report_yet_has_no_numbers_rather_than_zeros() -> None:
    answer = recorded("nodes.json")
    raylet = {"nodeId": HEAD, "state": "ALIVE", "objectStoreUsedMemory": 0, "objectStoreAvailableMemory": 0}
    answer["data"] = {"summary": [{"raylet": raylet}], "nodeLogicalResources": {}}
    head = await node({"/nodes": answer})
    assert (head.cpu_percent, head.mem_used, head.disk_total) == (None, None, None)
    assert (head.object_store_used, head.object_store_total) == (None, None)
    assert head.resources_used is None


async def test_a_dead_node_says_why_it_died() -> None:
    named = recorded("state_nodes.json")
    gone = {**named["data"]["result"]["result"][1], "node_id": GONE_NODE, "state": "DEAD", "end_time_ms": 1795456399000}
    gone["state_message"] = "Unexpected termination: health check failed"
    named["data"]["result"]["result"].append(gone)
    dead = await node({"/api/v0/nodes": named}, GONE_NODE)
    assert not dead.alive
    assert dead.state_message == "Unexpected termination: health check failed"
    assert dead.end_time == 1795456399
    assert dead.resources_used is None


async def test_a_node_that_has_just_died_has_none_of_its_last_measures() -> None:
    named = recorded("state_nodes.json")
    row = next(row for row in named["data"]["result"]["result"] if row["node_id"] == HEAD)
    row["state"] = "DEAD"
    dead = await node({"/api/v0/nodes": named})
    assert not dead.alive
    assert (dead.cpu_percent, dead.mem_used, dead.mem_total, dead.disk_used) == (None, None, None, None)
    assert (dead.object_store_used, dead.worker_count, dead.holders, dead.gpus) == (None, None, (), ())


@pytest.mark.parametrize("gpus", [None, []])
async def test_a_node_without_accelerators_has_none(gpus: object) -> None:
    answer = recorded("nodes.json")
    answer["data"]["summary"][0]["gpus"] = gpus
    assert (await node({"/nodes": answer})).gpus == ()


async def test_a_node_whose_agent_says_nothing_of_accelerators_has_none() -> None:
    answer = recorded("nodes.json")
    del answer["data"]["summary"][0]["gpus"]
    assert (await node({"/nodes": answer})).gpus == ()


async def test_what_an_accelerator_does_not_tell_is_unknown() -> None:
    answer = recorded("nodes.json")
    whole = {"index": 0, "name": "NVIDIA A10G", "utilizationGpu": 71, "memoryUsed": 1024, "memoryTotal": 22731}
    partial = {"index": 1, "name": "NVIDIA A10G", "utilizationGpu": None}
    answer["data"]["summary"][1]["gpus"] = [whole, partial]
    assert (await node({"/nodes": answer}, GPU_NODE)).gpus == (
        Gpu(index=0, name="NVIDIA A10G", utilization_percent=71, memory_used=2**30, memory_total=22731 * 2**20),
        Gpu(index=1, name="NVIDIA A10G"),
    )


async def test_the_disk_is_the_one_that_ray_writes_to() -> None:
    answer = recorded("nodes.json")
    row = answer["data"]["summary"][0]
    row["raylet"]["tempDir"] = "/mnt/my_fast_disk"
    row["disk"] = {"/": {"total": 10, "used": 1}, "/mnt/myFastDisk": {"total": 1000, "used": 900}}
    head = await node({"/nodes": answer})
    assert (head.disk_used, head.disk_total) == (900, 1000)


async def test_a_disk_is_as_full_as_df_and_the_nodes_exporter_say() -> None:
    answer = recorded("nodes.json")
    answer["data"]["summary"][0]["disk"] = {"/": {"total": 250, "used": 24, "free": 76, "percent": 24.0}}
    head = await node({"/nodes": answer})
    assert (head.disk_used, head.disk_total) == (24, 100)


async def test_the_disk_that_ray_makes_up_inside_kubernetes_is_unknown() -> None:
    answer = recorded("nodes.json")
    answer["data"]["summary"][0]["disk"] = {"/": {"total": 1, "used": 0, "free": 1, "percent": 0.0}}
    head = await node({"/nodes": answer})
    assert (head.disk_used, head.disk_total) == (None, None)


async def test_nodes_are_shown_while_the_state_api_hangs() -> None:
    head = await node({"/api/v0/nodes": 500})
    assert head.resources_used is not None
    assert head.resources_used["CPU"] == 1.7
    assert head.resources_total["CPU"] == 2.0


async def test_names_that_were_once_known_stay_known_while_the_state_api_hangs() -> None:
    answers: dict[str, object] = {"/api/v0/nodes": recorded("state_nodes.json")}
    api = recorded_ray(answers)
    before = await api.nodes()
    answers["/api/v0/nodes"] = 500
    assert await api.nodes() == before


async def test_a_node_that_is_only_remembered_is_not_shown_as_there() -> None:
    answers: dict[str, object] = {"/nodes": recorded("nodes.json")}
    api = recorded_ray(answers)
    await api.nodes()
    answers["/api/v0/nodes"] = 500
    answers["/nodes"]["data"]["summary"].pop()  # type: ignore[index]
    assert [node.node_id for node in await api.nodes()] == [HEAD]


async def test_a_ray_without_the_summary_still_shows_which_nodes_there_are() -> None:
    head = await node({"/nodes": 404})
    assert head.resources_total["CPU"] == 2.0
    assert head.cpu_percent is None


async def test_a_broken_summary_is_a_failure_and_no_empty_cluster() -> None:
    with pytest.raises(RaymonError, match="Unknown view"):
        await recorded_ray({"/nodes": {"result": False, "msg": "Unknown view None", "data": {}}}).nodes()


async def test_workers_that_hold_resources_are_known_by_what_they_do() -> None:
    head = await node()
    assert {holder.running_tasks for holder in head.holders} <= {0, 1}
    assert all(sum(holder.resources.values()) > 0 for holder in head.holders)


async def test_what_a_worker_holds_in_a_placement_group_is_counted_once() -> None:
    answer = recorded("nodes.json")
    group = "5F3D6E9Ee1Fd4C300D1Db514963101000000"
    answer["data"]["summary"][0]["raylet"]["coreWorkersStats"] = [
        {
            "pid": 7,
            "actorId": "ab" * 16,
            "numRunningTasks": "0",
            "usedResources": {
                f"CPUGroup0{group}": {"resourceSlots": [{"allocation": 1.0, "slot": "0"}]},
                f"CPUGroup{group}": {"resourceSlots": [{"allocation": 1.0, "slot": "0"}]},
                f"bundleGroup0{group}": {"resourceSlots": [{"allocation": 0.001, "slot": "0"}]},
            },
        }
    ]
    (holder,) = (await node({"/nodes": answer})).holders
    assert holder.resources == {"CPU": 1.0}
    assert holder.actor_id == "ab" * 16
    assert holder.running_tasks == 0


async def test_the_detail_of_a_node_lists_its_processes() -> None:
    detail = await recorded_ray().node_detail(HEAD)
    assert detail.node is not None
    assert detail.node.resources_total["node:__internal_head__"] == 1.0
    agent, worker, _ = detail.workers
    assert agent.name == "ray::DashboardAgent"
    assert agent.actor_id is None
    assert worker.rss is not None
    assert worker.worker_id


async def test_an_id_that_the_cluster_does_not_know_gives_no_node() -> None:
    stub = {"raylet": {"objectStoreUsedMemory": 0, "stateMessage": None}, "tpus": [], "actors": {}, "workers": []}
    api = recorded_ray({"/nodes/abc": {"result": True, "msg": "", "data": {"detail": stub}}})
    assert (await api.node_detail("abc")).node is None
