"""What the panes show of a real cluster, held against what its State API answers."""

from __future__ import annotations

import re
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import anyio
import httpx
import pytest
from still import line_with, text
from textual.pilot import Pilot

from raymon_tui.backends.base import ConnectOptions
from raymon_tui.backends.resolve import resolve
from raymon_tui.cluster.snapshot import Snapshot
from raymon_tui.tui.app import MonitorApp
from raymon_tui.tui.demo.cluster import RunningCluster
from raymon_tui.tui.options import MonitorOptions

PATIENCE_S = 120.0
"""Long, because the machine may be busy; nothing here waits for so long when all is well."""

Rows = list[dict[str, Any]]


@pytest.fixture
async def ray(ray_cluster: RunningCluster) -> AsyncIterator[httpx.AsyncClient]:
    """Ray's own HTTP API, asked without anything of ours in between."""
    async with httpx.AsyncClient(base_url=ray_cluster.dashboard_url, timeout=PATIENCE_S) as client:
        yield client


async def listed(ray: httpx.AsyncClient, kind: str, **equal: str) -> Rows:
    keys = [("filter_keys", key) for key in equal]
    conditions = [("filter_predicates", "=") for _ in equal] + [("filter_values", value) for value in equal.values()]
    params = httpx.QueryParams([("limit", "10000"), ("detail", "1"), *keys, *conditions])
    answer = await ray.get(f"/api/v0/{kind}", params=params)
    rows: Rows = answer.json()["data"]["result"]["result"]
    return rows


def ending(traceback: str) -> str:
    """Return the last line that is not indented, in which a traceback names its exception."""
    lines = [line for line in traceback.splitlines() if line.strip() and not line[0].isspace()]
    return re.sub(r"\x1b\[[0-9;]*m", "", lines[-1])


async def submitted(ray: httpx.AsyncClient, entrypoint: str, until: Callable[[str], bool]) -> str:
    """Submit a job and wait until its status is as wanted; return its submission id."""
    answer = await ray.post("/api/jobs/", json={"entrypoint": entrypoint})
    job = str(answer.json()["submission_id"])
    with anyio.fail_after(PATIENCE_S):
        while not until(await status_of(ray, job)):  # noqa: ASYNC110 - Ray tells nobody: it must be asked
            await anyio.sleep(0.2)
    return job


async def status_of(ray: httpx.AsyncClient, job: str) -> str:
    return str((await ray.get(f"/api/jobs/{job}")).json()["status"])


@asynccontextmanager
async def watched(cluster: RunningCluster, pane: str) -> AsyncIterator[Pilot[int]]:
    """Run the program on the real cluster, with one pane open."""
    app = MonitorApp(resolve(cluster.dashboard_url, ConnectOptions()), MonitorOptions(refresh_s=0.5))
    async with app.run_test(size=(160, 50), notifications=True) as pilot:
        await pilot.press(pane)
        yield pilot


async def arrives(pilot: Pilot[int], *words: str) -> None:
    """Wait until the screen holds all `words`, looking again whenever the cluster has told something."""
    app = pilot.app
    assert isinstance(app, MonitorApp)
    assert app.session is not None
    told = anyio.Event()

    def hear(_snapshot: Snapshot, _changed: frozenset[str]) -> None:
        told.set()

    unsubscribe = app.session.monitor.listen(hear)
    try:
        with anyio.move_on_after(PATIENCE_S):
            while True:
                await pilot.pause()
                if all(word in text(app) for word in words):
                    return
                await told.wait()
                told = anyio.Event()
    finally:
        unsubscribe()
    raise AssertionError(f"{words} did not come:\n{text(app)}")


async def test_every_function_that_ray_counts_is_in_the_tasks_pane(
    ray: httpx.AsyncClient, ray_cluster: RunningCluster
) -> None:
    answer = await ray.get("/api/v0/tasks/summarize", params={"summary_by": "func_name"})
    functions = answer.json()["data"]["result"]["result"]["node_id_to_summary"]["cluster"]["summary"]
    names = [name for name in functions if name.isprintable() and len(name) < 60]
    assert names
    async with watched(ray_cluster, "5") as pilot:
        await arrives(pilot, *names)


async def test_a_failed_task_is_found_by_its_state_and_shows_its_exception(
    ray: httpx.AsyncClient, ray_cluster: RunningCluster
) -> None:
    failed = await listed(ray, "tasks", state="FAILED")
    raised = [row for row in failed if (row["error_message"] or "").startswith("User exception:")]
    task = max(raised, key=lambda row: row["end_time_ms"])
    async with watched(ray_cluster, "5") as pilot:
        await pilot.press("F")
        await arrives(pilot, "Tasks state=FAILED", "✕ ")
        await pilot.press("slash", *task["task_id"], "enter")
        await arrives(pilot, "1 of ", ending(task["error_message"])[:25])
        await pilot.press("enter")
        await arrives(pilot, task["task_id"], "User exception:", "stderr")
        assert "FAILED" in line_with(pilot.app, "state")
        assert ending(task["error_message"])[:60] in text(pilot.app)


async def test_a_task_that_no_node_can_hold_says_so(ray: httpx.AsyncClient, ray_cluster: RunningCluster) -> None:
    waiting = await listed(ray, "tasks", state="PENDING_NODE_ASSIGNMENT")
    assert any(row["required_resources"].get("GPU") == 4.0 for row in waiting)
    async with watched(ray_cluster, "5") as pilot:
        await pilot.press("slash", *"state=PENDING_NODE_ASSIGNMENT", "enter")
        await arrives(pilot, "never_placed", "no node has ")
        # The autoscaler may have taken away the only node that has a GPU, just now or long ago.
        said = line_with(pilot.app, "never_placed")
        assert "no node has 4 GPU, the largest has 1" in said or "no node has any GPU" in said


async def test_an_actor_whose_constructor_raised_says_what_it_raised(
    ray: httpx.AsyncClient, ray_cluster: RunningCluster
) -> None:
    dead = await listed(ray, "actors", state="DEAD")
    actor = next(row for row in dead if "creation_task_failure_context" in (row["death_cause"] or {}))
    raised = ending(actor["death_cause"]["creation_task_failure_context"]["formatted_exception_string"])
    async with watched(ray_cluster, "6") as pilot:
        await pilot.press("slash", *f"actor_id={actor['actor_id']}", "enter")
        await arrives(pilot, f"its constructor raised {raised[:15]}")
        await pilot.press("enter")
        await arrives(pilot, actor["actor_id"], "creation_task_failure", f"its constructor raised {raised[:60]}")


async def test_a_living_actor_shows_the_pid_that_ray_knows(ray: httpx.AsyncClient, ray_cluster: RunningCluster) -> None:
    actor = next(row for row in await listed(ray, "actors", state="ALIVE") if row["name"].isprintable())
    async with watched(ray_cluster, "6") as pilot:
        await pilot.press("slash", *f"actor_id={actor['actor_id']}", "enter")
        await arrives(pilot, str(actor["pid"]))
        await pilot.press("enter")
        await arrives(pilot, actor["actor_id"], "MiB")
        assert line_with(pilot.app, "pid  ").split()[-1] == str(actor["pid"])


async def test_a_failed_job_says_why_and_shows_its_drivers_log(
    ray: httpx.AsyncClient, ray_cluster: RunningCluster
) -> None:
    entrypoint = "echo about to fail; python3 -c \"raise KeyError('rate')\""
    job = await submitted(ray, entrypoint, lambda status: status == "FAILED")
    async with watched(ray_cluster, "4") as pilot:
        await pilot.press("slash", *job, "enter")
        await arrives(pilot, "exit code 1: KeyError: 'rate'")
        await pilot.press("enter")
        await arrives(pilot, f"Job {job}", "\n  about to fail")


async def test_a_running_job_is_stopped_by_x_and_y(ray: httpx.AsyncClient, ray_cluster: RunningCluster) -> None:
    job = await submitted(ray, "echo begun; sleep 600", lambda status: status == "RUNNING")
    async with watched(ray_cluster, "4") as pilot:
        await pilot.press("slash", *job, "enter")
        await arrives(pilot, "RUNNING")
        await pilot.press("x")
        await arrives(pilot, f"Stop the job {job}?")
        await pilot.press("y")
        await arrives(pilot, "STOPPED")
    assert await status_of(ray, job) == "STOPPED"


async def test_a_placement_group_that_fits_nowhere_says_so(ray: httpx.AsyncClient, ray_cluster: RunningCluster) -> None:
    script = "import ray, time; ray.init(); ray.util.placement_group([{'CPU': 640}], name='gang-640'); time.sleep(600)"
    job = await submitted(ray, f'{sys.executable} -c "{script}"', lambda status: status == "RUNNING")
    try:
        async with watched(ray_cluster, "0") as pilot:
            await arrives(pilot, "gang-640", "INFEASIBLE", "no node has 640 CPU")
            await pilot.press("slash", *"gang-640", "enter", "enter")
            await arrives(pilot, "Placement group gang-640", "{CPU: 640}  not placed")
    finally:
        await ray.post(f"/api/jobs/{job}/stop")


async def test_the_largest_object_that_ray_knows_stands_first(
    ray: httpx.AsyncClient, ray_cluster: RunningCluster
) -> None:
    largest = max(await listed(ray, "objects"), key=lambda row: row["object_size"])
    async with watched(ray_cluster, "0") as pilot:
        await pilot.press("right_square_bracket")
        await arrives(pilot, "objects, ")
        await pilot.press("enter")
        await arrives(pilot, largest["object_id"], f"{largest['object_size']:,} bytes")


async def test_the_newest_event_is_in_the_events_pane(ray: httpx.AsyncClient, ray_cluster: RunningCluster) -> None:
    scopes = (await ray.get("/events")).json()["data"]["events"]
    newest = max((event for events in scopes.values() for event in events), key=lambda event: int(event["timestamp"]))
    async with watched(ray_cluster, "9") as pilot:
        await arrives(pilot, newest["message"].splitlines()[0][:40])
