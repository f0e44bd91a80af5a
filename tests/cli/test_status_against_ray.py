"""`raymon-tui status` beside what Ray's own State API says of the same moment."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from typing import Any, TypeVar

import pytest
from ray.util.state import list_actors, list_jobs, list_nodes, list_tasks

Program = Callable[..., "subprocess.CompletedProcess[str]"]
T = TypeVar("T")

TRIES = 20
MOST = 10_000


@pytest.fixture
def status(program: Program, dashboard_url: str) -> Callable[[], dict[str, Any]]:
    """Return what `status --json` prints."""

    def look() -> dict[str, Any]:
        done = program("status", dashboard_url, "--json")
        assert done.returncode == 0, done.stderr
        found: dict[str, Any] = json.loads(done.stdout)
        return found

    return look


def same_moment(ask: Callable[[], T], status: Callable[[], dict[str, Any]]) -> tuple[T, dict[str, Any]]:
    """Return Ray's answer and ours where Ray's was the same just before and just after ours."""
    for _ in range(TRIES):
        before, ours, after = ask(), status(), ask()
        if before == after:
            return before, ours
    pytest.fail(f"Ray's own answer changed {TRIES} times in a row")


def test_the_nodes_are_those_of_ray(dashboard_url: str, status: Callable[[], dict[str, Any]]) -> None:
    def ask() -> dict[str, tuple[str, str, bool, dict[str, float]]]:
        nodes = list_nodes(address=dashboard_url, limit=MOST)
        return {node.node_id: (node.node_ip, node.state, node.is_head_node, node.resources_total) for node in nodes}

    ray, ours = same_moment(ask, status)
    assert {
        node["node_id"]: (node["ip"], node["state"], node["is_head"], node["resources_total"]) for node in ours["nodes"]
    } == ray


def test_the_actors_are_counted_as_ray_counts_them(dashboard_url: str, status: Callable[[], dict[str, Any]]) -> None:
    ray, ours = same_moment(
        lambda: Counter(one.state for one in list_actors(address=dashboard_url, limit=MOST)), status
    )
    assert ours["actors"]["by_state"] == ray
    assert ours["actors"]["total"] == ray.total()


def test_the_tasks_are_counted_between_what_ray_says_before_and_after(
    dashboard_url: str, status: Callable[[], dict[str, Any]]
) -> None:
    before = Counter(one.state for one in list_tasks(address=dashboard_url, limit=MOST))
    ours = status()["tasks"]
    after = Counter(one.state for one in list_tasks(address=dashboard_url, limit=MOST))
    assert before.total() <= ours["total"] <= after.total()
    assert before["FAILED"] <= ours["by_state"].get("FAILED", 0) <= after["FAILED"]


def test_the_jobs_are_those_of_ray(dashboard_url: str, status: Callable[[], dict[str, Any]]) -> None:
    def ask() -> set[tuple[str | None, str | None, str]]:
        jobs = list_jobs(address=dashboard_url, limit=MOST)
        return {(job.job_id, job.submission_id, job.status.value) for job in jobs}

    ray, ours = same_moment(ask, status)
    assert {(job["id"], job["submission_id"], job["status"]) for job in ours["jobs"]} == ray


def test_the_json_has_every_field_of_schema_1(status: Callable[[], dict[str, Any]]) -> None:
    ours = status()
    assert ours["schema"] == 1
    assert set(ours) == {
        *("schema", "as_of", "target", "ray_version", "session", "nodes", "resources", "autoscaler"),
        *("jobs", "tasks", "actors", "findings", "feeds"),
    }
    assert all(feed["ok"] for feed in ours["feeds"]), ours["feeds"]


def test_the_page_names_every_node_type_in_eighty_columns(program: Program, dashboard_url: str) -> None:
    done = program("status", dashboard_url)
    types = {
        node.labels.get("ray.io/node-group", "") for node in list_nodes(address=dashboard_url, detail=True, limit=MOST)
    }
    assert done.returncode == 0, done.stderr
    assert all(name in done.stdout for name in types)
    assert max(map(len, done.stdout.splitlines())) <= 80
    assert "\x1b" not in done.stdout


def test_a_reader_that_leaves_early_is_no_trouble(dashboard_url: str) -> None:
    command = f"{sys.executable} -m raymon_tui.tui status {dashboard_url} | head -1"
    done = subprocess.run(("bash", "-c", command), capture_output=True, text=True, check=True)
    assert done.stdout.startswith("Ray ")
    assert done.stderr == ""
