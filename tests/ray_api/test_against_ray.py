"""What raymon-tui says of a real cluster is what Ray's own client says of it at the same moment."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any

import anyio
import anyio.to_thread
import pytest

from raymon_tui.backends.errors import BadAnswerError, RouteMissingError
from raymon_tui.cluster.model.page import Filter
from raymon_tui.cluster.ray_api.client import RayApi

pytestmark = pytest.mark.ray

Facts = Mapping[str, tuple[object, ...]]


async def agree(ours: Callable[[], Awaitable[Facts]], theirs: Callable[[], Facts]) -> Facts:
    """Compare what both say of whatever did not change while both were asked; return that."""
    before = await ours()
    ray = await anyio.to_thread.run_sync(theirs)
    after = await ours()
    settled = {key: fact for key, fact in before.items() if after.get(key) == fact}
    assert {key: ray.get(key) for key in settled} == settled
    assert before.keys() & after.keys() <= ray.keys() <= before.keys() | after.keys()
    return settled


def listed(kind: str, dashboard_url: str, filters: Iterable[tuple[str, str, str]] = ()) -> list[Any]:
    """Ask as `ray list` does."""
    from ray.util import state

    ask = getattr(state, f"list_{kind}")
    return list(ask(address=dashboard_url, filters=list(filters), limit=10_000, detail=True, timeout=60))


async def test_nodes_are_those_of_ray(api: RayApi, dashboard_url: str) -> None:
    async def ours() -> Facts:
        return {
            node.node_id: (node.state, node.ip, node.is_head, node.resources_total, node.labels)
            for node in await api.nodes()
        }

    def theirs() -> Facts:
        return {
            row.node_id: (row.state, row.node_ip, row.is_head_node, row.resources_total, row.labels)
            for row in listed("nodes", dashboard_url)
        }

    assert await agree(ours, theirs)


async def test_every_living_node_has_its_numbers(api: RayApi) -> None:
    living = [node for node in await api.nodes() if node.alive]
    assert sum(node.is_head for node in living) == 1
    for node in living:
        assert node.resources_used is not None
        assert node.cpu_percent is not None
        assert node.mem_used is not None
        assert node.mem_total is not None
        assert 0 < node.mem_used < node.mem_total
        assert node.disk_total
        assert node.object_store_total == node.resources_total["object_store_memory"]


async def test_the_detail_of_a_node_agrees_with_the_list(api: RayApi) -> None:
    for node in await api.nodes():
        detail = (await api.node_detail(node.node_id)).node
        assert detail is not None
        assert detail.resources_total == node.resources_total
        assert (detail.ip, detail.node_type, detail.start_time) == (node.ip, node.node_type, node.start_time)


async def test_the_autoscaler_counts_the_nodes_that_there_are(api: RayApi) -> None:
    status, nodes = await api.autoscaler(), await api.nodes()
    living = [node for node in nodes if node.alive]
    if status.version is not None:
        assert {kind.name for kind in status.node_types} >= {node.node_type for node in living}
    assert status.usage["CPU"][1] == sum(node.resources_total.get("CPU", 0.0) for node in living)


async def test_actors_are_those_of_ray(api: RayApi, dashboard_url: str, submission_id: str) -> None:
    async def ours() -> Facts:
        page = await api.actors(limit=10_000, detail=True)
        return {
            actor.actor_id: (actor.class_name, actor.state, actor.name, actor.job_id, actor.num_restarts)
            for actor in page.rows
        }

    def theirs() -> Facts:
        return {
            row.actor_id: (row.class_name, row.state, row.name, row.job_id, int(row.num_restarts))
            for row in listed("actors", dashboard_url)
        }

    assert await agree(ours, theirs)


async def test_an_actor_is_told_with_its_process(api: RayApi, submission_id: str) -> None:
    (found,) = (await api.actors((Filter("name", "=", "raymon-counter"), Filter("state", "=", "ALIVE")))).rows
    actor = await api.actor(found.actor_id)
    assert actor is not None
    assert actor.pid
    assert actor.start_time


async def test_an_actor_whose_constructor_raised_says_what(api: RayApi, submission_id: str) -> None:
    page = await api.actors((Filter("class_name", "=", "Broken"), Filter("state", "=", "DEAD")), detail=True)
    cause = page.rows[0].death_cause
    assert cause is not None
    assert cause.kind == "creation_task_failure"
    assert "RuntimeError: no such dataset" in cause.message


async def test_failed_tasks_are_those_of_ray(api: RayApi, dashboard_url: str, submission_id: str) -> None:
    async def ours() -> Facts:
        page = await api.tasks((Filter("state", "=", "FAILED"),), limit=10_000, detail=True)
        assert page.unreadable == 0
        return {
            f"{task.task_id} {task.attempt_number}": (task.name, task.error_type, task.error_message, task.end_time_ms)
            for task in page.rows
        }

    def theirs() -> Facts:
        return {
            f"{row.task_id} {row.attempt_number}": (row.name, row.error_type, row.error_message, row.end_time_ms)
            for row in listed("tasks", dashboard_url, [("state", "=", "FAILED")])
        }

    assert await agree(ours, theirs)


async def test_a_failed_task_says_why(api: RayApi, submission_id: str) -> None:
    found = (await api.tasks((Filter("name", "=", "broken"), Filter("state", "=", "FAILED")))).rows[0]
    attempts = (await api.task_attempts(found.task_id)).rows
    attempt = next(one for one in attempts if one.attempt_number == found.attempt_number)
    assert attempt.error_type == "TASK_EXECUTION_EXCEPTION"
    assert attempt.error_message is not None
    assert "ValueError: broken on purpose" in attempt.error_message


async def test_jobs_are_those_of_ray(api: RayApi, dashboard_url: str, submission_id: str) -> None:
    from ray.job_submission import JobSubmissionClient

    async def ours() -> Facts:
        return {job.key: (job.status, job.entrypoint, job.driver_exit_code) for job in await api.jobs()}

    def theirs() -> Facts:
        return {
            str(row.submission_id or row.job_id): (row.status.value, row.entrypoint, row.driver_exit_code)
            for row in JobSubmissionClient(dashboard_url).list_jobs()
        }

    assert submission_id in await agree(ours, theirs)


async def test_the_log_of_a_job_is_what_its_driver_wrote(api: RayApi, submission_id: str) -> None:
    window = await api.job_log(submission_id)
    assert b"counted 2" in window.data
    job = await api.job(submission_id)
    assert job is not None
    assert job.status == "RUNNING"


async def test_counts_agree_with_the_summary(api: RayApi, submission_id: str) -> None:
    before, summary, after = await api.task_counts(), await api.task_summary(), await api.task_counts()
    failed = sum(row.of("FAILED") for row in summary.functions)
    failed_now = (await api.tasks((Filter("state", "=", "FAILED"),), limit=1)).total
    assert failed_now is not None
    assert before.of("FAILED") <= failed <= failed_now
    assert after.total is not None
    assert before.total is not None
    assert after.total >= before.total
    actors = await api.actor_counts()
    assert actors.of("ALIVE") >= 1
    assert actors.of("DEAD") >= 1


async def test_a_log_file_is_read_from_its_end(api: RayApi) -> None:
    head = next(node for node in await api.nodes() if node.is_head and node.alive)
    assert "gcs_server.out" in {file.name for file in await api.log_files(head.node_id)}
    window = await api.log_tail(head.node_id, "gcs_server.out", lines=3)
    lines = window.data.strip().splitlines()
    assert 0 < len(lines) <= 3
    assert head.session_dir is not None
    file = anyio.Path(head.session_dir, "logs", "gcs_server.out")
    if await file.exists():  # The cluster may be another machine's.
        assert window.data.strip() in await file.read_bytes()


async def test_what_is_not_there_is_told_as_such(api: RayApi) -> None:
    head = next(node for node in await api.nodes() if node.is_head and node.alive)
    assert (await api.node_detail("ab" * 28)).node is None
    assert await api.actor("ab" * 16) is None
    assert await api.job("no-such-job") is None
    assert (await api.task_attempts("ab" * 24)).rows == ()
    with pytest.raises(BadAnswerError, match="not found"):
        await api.log_tail(head.node_id, "no-such-file.log")
    with pytest.raises(RouteMissingError):
        await api.get("/api/v0/vm_clusters")
    with pytest.raises(BadAnswerError, match="filter column"):
        await api.tasks((Filter("no_such_column", "=", "x"),))


async def test_events_workers_objects_and_placement_groups_can_be_read(api: RayApi, submission_id: str) -> None:
    assert (await api.version()).ray_version
    assert await api.authentication_mode() in {"disabled", "token"}
    assert isinstance(await api.events(), tuple)
    workers = await api.workers(limit=10_000)
    assert workers.rows
    assert (workers.unreadable, (await api.objects()).unreadable, (await api.placement_groups()).unreadable) == (
        0,
        0,
        0,
    )
    assert {row.class_name for row in (await api.actor_summary()).classes} >= {"Counter", "Broken"}


async def test_a_job_can_be_stopped(api: RayApi, submission_id: str) -> None:
    assert await api.stop_job(submission_id)
    job = await api.job(submission_id)
    assert job is not None
