"""Tasks, actors, jobs, events and log files are told as Ray tells them, with what is missing said."""

from __future__ import annotations

import httpx
import pytest
from recorded_ray import HEAD, recorded, recorded_ray

from raymon_tui.backends.errors import BadAnswerError
from raymon_tui.cluster.model.actor import DeathCause
from raymon_tui.cluster.model.page import Filter
from raymon_tui.cluster.ray_api.client import RayApi

ACTORS = "/api/v0/actors"


def actor_that_died(kind: str, context: dict[str, object]) -> RayApi:
    answer = recorded("actors.json")
    answer["data"]["result"]["result"][0]["death_cause"] = {f"{kind}_context": context}
    return recorded_ray({ACTORS: answer})


async def death_cause(api: RayApi) -> DeathCause | None:
    return (await api.actors(detail=True)).rows[0].death_cause


async def test_a_page_says_how_many_rows_are_missing() -> None:
    page = await recorded_ray().tasks(detail=True)
    assert page.total == 218
    assert page.missing == 218 - len(page.rows)
    assert page.unreadable == 0


async def test_a_task_has_its_times_its_error_and_its_log() -> None:
    failed = (await recorded_ray().tasks(detail=True)).rows[0]
    assert failed.state == "FAILED"
    assert failed.error_type == "TASK_EXECUTION_EXCEPTION"
    assert failed.error_message is not None
    assert "is corrupt" in failed.error_message
    assert failed.events is not None
    assert failed.events[-1].state == "FAILED"
    assert failed.task_log_info is not None
    assert failed.task_log_info.stdout_start == 39


async def test_filters_and_limits_are_applied_at_the_server() -> None:
    asked: list[httpx.QueryParams] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.params)
        return httpx.Response(200, json=recorded("tasks.json"))

    api = RayApi(httpx.AsyncClient(base_url="http://head", transport=httpx.MockTransport(answer)))
    filters = (Filter("state", "=", "FAILED"), Filter("name", "!=", "a&b=c"))
    await api.tasks(filters, limit=50_000, detail=True, timeout_s=5)
    (params,) = asked
    assert params.get_list("filter_keys") == ["state", "name"]
    assert params.get_list("filter_predicates") == ["=", "!="]
    assert params.get_list("filter_values") == ["FAILED", "a&b=c"]
    assert params["limit"] == "10000"
    assert params["timeout"] == "5"
    assert params["detail"] == "1"


async def test_a_row_that_cannot_be_read_is_counted_and_the_others_stay() -> None:
    answer = recorded("tasks.json")
    rows = answer["data"]["result"]["result"]
    del rows[0]["task_id"]
    rows[1] = "no row at all"
    rows[2]["attempt_number"] = "soon"
    rows[2]["job_id"] = None
    page = await recorded_ray({"/api/v0/tasks": answer}).tasks()
    assert page.unreadable == 2
    assert len(page.rows) == len(rows) - 2
    assert page.rows[0].attempt_number == 0
    assert page.rows[0].task_id == rows[2]["task_id"]


async def test_an_actor_in_detail_tells_what_its_process_uses() -> None:
    page = await recorded_ray().actors(detail=True)
    alive = next(actor for actor in page.rows if actor.state == "ALIVE" and actor.rss)
    assert alive.start_time is not None
    assert alive.end_time is None
    assert alive.executed_tasks is not None
    assert alive.cpu_percent is not None


async def test_an_actor_is_told_without_its_process_when_that_cannot_be_asked() -> None:
    page = await recorded_ray({"/logical/actors": 500}).actors(detail=True)
    assert page.rows
    assert all(actor.rss is None for actor in page.rows)


async def test_a_constructor_that_raised_is_told_with_its_traceback() -> None:
    page = await recorded_ray().actors(detail=True)
    causes = [actor.death_cause for actor in page.rows if actor.death_cause]
    raised = next(cause for cause in causes if cause.kind == "creation_task_failure")
    assert "RuntimeError: no such [bold]dataset" in raised.message


async def test_an_actor_whose_owner_died_says_so() -> None:
    page = await recorded_ray().actors(detail=True)
    causes = [actor.death_cause for actor in page.rows if actor.death_cause]
    orphaned = next(cause for cause in causes if cause.reason == "OWNER_DIED")
    assert orphaned.kind == "actor_died_error"
    assert orphaned.message.startswith("The actor is dead because its owner has died.")
    assert orphaned.node_ip == "192.0.2.2"
    assert orphaned.pid


async def test_an_actor_killed_for_memory_says_so() -> None:
    api = actor_that_died(
        "oom", {"error_message": "Task was killed: \x1b[31mout of memory\x1b[0m", "fail_immediately": False}
    )
    assert await death_cause(api) == DeathCause(kind="oom", message="Task was killed: out of memory")


async def test_an_actor_whose_environment_failed_says_so() -> None:
    api = actor_that_died("runtime_env_failed", {"error_message": "pip install failed"})
    assert await death_cause(api) == DeathCause(kind="runtime_env_failed", message="pip install failed")


async def test_an_actor_that_fits_nowhere_says_so() -> None:
    api = actor_that_died("actor_unschedulable", {"error_message": "no node fits"})
    assert await death_cause(api) == DeathCause(kind="actor_unschedulable", message="no node fits")


async def test_an_actor_that_nobody_remembers_is_none() -> None:
    answer = recorded("actors.json")
    answer["data"]["result"]["result"] = []
    assert await recorded_ray({ACTORS: answer}).actor("ab" * 16) is None


async def test_jobs_are_told_without_terminal_escapes() -> None:
    jobs = await recorded_ray().jobs()
    failed = next(job for job in jobs if job.submission_id == "panes-bad")
    assert failed.message is not None
    assert "\x1b" not in failed.message
    assert "\nwarn\n" in failed.message
    assert failed.driver_exit_code == 1
    assert failed.ended


async def test_a_driver_and_a_submission_are_both_known_by_their_key() -> None:
    keys = {job.key for job in await recorded_ray().jobs()}
    assert {"panes-long", "04000000"} <= keys


async def test_a_job_that_does_not_exist_is_none() -> None:
    missing = httpx.Response(404, text="Job nope does not exist")
    assert await recorded_ray({"/api/jobs/nope": missing}).job("nope") is None


async def test_the_log_of_a_driver_that_was_not_submitted_cannot_be_had() -> None:
    refused = httpx.Response(400, text="Can only get logs of submission type jobs")
    with pytest.raises(BadAnswerError, match="Can only get logs of submission type jobs"):
        await recorded_ray({"/api/jobs/01000000/logs": refused}).job_log("01000000")


async def test_the_log_of_a_job_is_whole() -> None:
    window = await recorded_ray({"/api/jobs/a%2Fb/logs": {}, "/api/jobs/a/logs": {"logs": "één\n"}}).job_log("a")
    assert window.data == "één\n".encode()
    assert (window.start, window.size) == (0, 6)


async def test_stopping_a_job_tells_whether_it_was_running() -> None:
    assert await recorded_ray({"/api/jobs/a/stop": {"stopped": True}}).stop_job("a")
    assert not await recorded_ray({"/api/jobs/a/stop": {"stopped": False}}).stop_job("a")


async def test_events_of_all_sources_and_scopes_are_one_list_with_the_newest_last() -> None:
    of_a_job = {
        "eventId": "x",
        "sourceType": "RAYLET",
        "hostName": "vm",
        "pid": "77",
        "message": "killed",
        "timestamp": 1795456350,
        "severity": "ERROR",
        "label": "Out of Memory",
        "customFields": {"jobId": "01000000", "count": 3, "none": None},
    }
    answer = recorded("events.json")
    answer["data"]["events"]["01000000"] = [of_a_job]
    events = await recorded_ray({"/events": answer}).events()
    assert [event.timestamp for event in events] == sorted(event.timestamp or 0 for event in events)
    first, second = events[:2]
    assert (first.hostname, first.pid, first.scope) == ("vm", 2936, "global")
    assert (second.hostname, second.pid, second.scope) == ("vm", 77, "01000000")
    assert second.custom_fields == {"jobId": "01000000", "count": "3"}


async def test_log_files_are_told_by_component() -> None:
    files = await recorded_ray().log_files(HEAD)
    assert ("gcs_server", "gcs_server.out") in {(file.component, file.name) for file in files}
    assert {file.node_id for file in files} == {HEAD}


async def test_functions_and_classes_are_counted_by_state() -> None:
    tasks, actors = await recorded_ray().task_summary(), await recorded_ray().actor_summary()
    by_function = {row.func_or_class_name: row for row in tasks.functions}
    assert by_function["load_shard"].of("FAILED") == 5
    assert tasks.total == 218
    by_class = {row.class_name: row for row in actors.classes}
    assert by_class["Bad"].of("DEAD") == 4


async def test_workers_and_objects_are_listed() -> None:
    workers, objects = await recorded_ray().workers(), await recorded_ray().objects()
    assert workers.rows[0].worker_type == "DRIVER"
    assert objects.rows[0].object_size == 10_000_003
