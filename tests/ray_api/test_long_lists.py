"""A long answer is read in pieces, so that a screen can be drawn and a key be answered meanwhile."""

from __future__ import annotations

import json

import anyio
import anyio.lowlevel
import pytest
from recorded_ray import recorded, recorded_ray

from raymon_tui.cluster.ray_api import rows


@pytest.fixture
def long_list() -> bytes:
    answer = recorded("tasks.json")
    result = answer["data"]["result"]
    result["result"] = result["result"] * 1500
    return json.dumps(answer).encode()


async def turns_meanwhile(answer: bytes) -> tuple[int, int]:
    """Return how many rows were read, and how often others had their turn meanwhile."""
    turns = 0
    api = recorded_ray({"/api/v0/tasks": answer})
    async with anyio.create_task_group() as group:

        async def others() -> None:
            nonlocal turns
            while True:
                await anyio.lowlevel.checkpoint()
                turns += 1

        group.start_soon(others)
        page = await api.tasks(limit=10_000, detail=True)
        group.cancel_scope.cancel()
    return len(page.rows), turns


async def test_others_have_their_turn_while_a_long_list_is_read(
    long_list: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, turns_of_a_short_list = await turns_meanwhile(json.dumps(recorded("tasks.json")).encode())
    monkeypatch.setattr(rows, "SLICE_S", 0.0)
    read, turns = await turns_meanwhile(long_list)
    assert read == 10_500
    assert turns >= turns_of_a_short_list + 10_000


async def test_a_long_list_with_a_number_that_is_none_is_read_whole(long_list: bytes) -> None:
    assert len(long_list) > 1 << 20
    read, _ = await turns_meanwhile(long_list.replace(b'"attempt_number": 0', b'"attempt_number": NaN'))
    assert read == 10_500
