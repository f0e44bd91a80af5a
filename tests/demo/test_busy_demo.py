"""What there is to see on the demo's cluster, as Ray's own State API says."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from raymon_tui.tui.demo.cluster import plan_cluster, running

pytestmark = [pytest.mark.ray, pytest.mark.slow]

WITHIN_S = 300.0

Listing = Callable[..., list[dict[str, Any]]]


@pytest.fixture(scope="module")
def listing() -> Iterator[Listing]:
    """Return how to list what the demo's cluster has, by the State API."""
    with running(plan_cluster()) as cluster, httpx.Client(base_url=cluster.dashboard_url, timeout=60) as client:

        def ask(what: str, **wanted: str) -> list[dict[str, Any]]:
            query: list[tuple[str, str | int | float | bool | None]] = [("detail", 1), ("limit", 1000)]
            for key, value in wanted.items():
                query += [("filter_keys", key), ("filter_predicates", "="), ("filter_values", value)]
            answer = client.get(f"/api/v0/{what}", params=query).json()
            return list(((answer.get("data") or {}).get("result") or {}).get("result") or ())

        yield ask


def seen(look: Callable[[], object]) -> bool:
    """Whether there is something to see before long."""
    until = time.monotonic() + WITHIN_S
    while time.monotonic() < until:
        if look():
            return True
        time.sleep(1)
    return False


@pytest.mark.parametrize("state", ["RUNNING", "PENDING_NODE_ASSIGNMENT", "PENDING_ARGS_AVAIL", "FINISHED", "FAILED"])
def test_tasks_run_wait_finish_and_fail(listing: Listing, state: str) -> None:
    assert seen(lambda: listing("tasks", state=state))


@pytest.mark.parametrize("state", ["SUCCEEDED", "FAILED", "RUNNING"])
def test_jobs_run_succeed_and_fail(listing: Listing, state: str) -> None:
    assert seen(lambda: listing("jobs", status=state))


def test_a_placement_group_and_a_task_want_what_no_node_has(listing: Listing) -> None:
    assert seen(lambda: listing("placement_groups", state="PENDING", name="eval-gang"))
    assert seen(lambda: listing("tasks", state="PENDING_NODE_ASSIGNMENT", name="fine_tune"))


def test_nodes_are_added_for_what_waits(listing: Listing) -> None:
    assert seen(lambda: any("GPU" in node["resources_total"] for node in listing("nodes", state="ALIVE")))


def test_actors_live_restart_and_die(listing: Listing) -> None:
    assert seen(lambda: len(listing("actors", state="ALIVE", class_name="Trainer")) == 2)
    assert seen(lambda: listing("actors", state="PENDING_CREATION", class_name="Trainer"))
    assert seen(lambda: any(int(one["num_restarts"]) for one in listing("actors", class_name="DataWorker")))
    assert seen(lambda: listing("actors", state="DEAD", class_name="Checkpointer"))
    assert seen(lambda: listing("actors", state="DEAD", class_name="Evaluator"))
