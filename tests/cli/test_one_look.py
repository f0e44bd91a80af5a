"""One look: what is dear to count keeps nobody waiting, and what is cheap is counted with the rest."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from urllib.parse import parse_qs, urlsplit

import anyio
import pytest
from faults import FaultyServer, Reply, faulty

from raymon_tui.backends.base import ConnectOptions
from raymon_tui.backends.resolve import one_of, resolve
from raymon_tui.cluster.feeds.catalogue import TASK_COUNTS
from raymon_tui.cluster.snapshot import Snapshot
from raymon_tui.tui.cli import look

TASKS, ALL = "/api/v0/tasks", "all tasks"


class Head:
    """Ten tasks, three of which run and two failed; `order` is what was asked, "all tasks" for their number."""

    def __init__(self) -> None:
        self.order: list[str] = []

    async def __call__(self, target: str) -> Reply:
        parts = urlsplit(target)
        values = parse_qs(parts.query).get("filter_values", [])
        self.order.append(ALL if parts.path == TASKS and not values else parts.path)
        if parts.path == "/api/version":
            return Reply(body=json.dumps({"ray_version": "2.60.0", "session_name": "session_1"}).encode())
        if parts.path != TASKS:
            return Reply(404, b"404: Not Found")
        rows = [{"state": "RUNNING"}] * 3 if "FINISHED" in values else []
        found = 3 if rows else 2 if values == ["FAILED"] else 10
        result = {"total": 10, "num_after_truncation": 10, "num_filtered": found, "result": rows}
        return Reply(body=json.dumps({"result": True, "data": {"result": result}}).encode())


@pytest.fixture
def head() -> Head:
    return Head()


@pytest.fixture
async def server(head: Head) -> AsyncIterator[FaultyServer]:
    async with faulty(head) as one:
        yield one


async def looked(server: FaultyServer, patience_s: float = 30.0) -> tuple[Snapshot, bool]:
    """Return what one look finds, and whether what is done meanwhile was done."""
    done: list[bool] = []
    candidate = one_of(resolve(server.url, ConnectOptions()))
    snapshot = await look.look_once(candidate, None, 30.0, patience_s, lambda: done.append(True))
    return snapshot, bool(done)


async def test_few_tasks_are_counted_with_all_else(
    server: FaultyServer, head: Head, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(look, "CHEAP_S", 30.0)
    snapshot, done = await looked(server)
    counts = snapshot.value(TASK_COUNTS)
    assert counts is not None
    assert (counts.total, counts.by_state) == (10, {"RUNNING": 3, "FAILED": 2, "FINISHED": 5})
    assert head.order.count(ALL) == 1
    assert done


async def test_where_counting_takes_long_all_of_them_are_counted_last(
    server: FaultyServer, head: Head, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(look, "CHEAP_S", 0.0)
    snapshot, _ = await looked(server)
    counts = snapshot.value(TASK_COUNTS)
    assert counts is not None
    assert counts.total == 10
    assert head.order[-3:] == [TASKS, ALL, TASKS]


async def test_what_lives_is_told_where_there_is_no_time_to_count_all(
    server: FaultyServer, head: Head, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(look, "CHEAP_S", 0.0)
    over = anyio.Event()

    async def upstream(target: str) -> Reply:
        if target.startswith(TASKS) and "filter_values" not in target:
            await over.wait()
        return await head(target)

    server.upstream = upstream
    snapshot, _ = await looked(server, patience_s=0.3)
    over.set()
    counts = snapshot.value(TASK_COUNTS)
    assert counts is not None
    assert (counts.total, counts.by_state["RUNNING"], counts.by_state["FAILED"]) == (None, 3, 2)
