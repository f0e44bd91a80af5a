"""What takes long, done once for all who wait for it."""

from __future__ import annotations

import anyio
import pytest

from raymon_tui.backends.errors import RefusedError, UnreachableError
from raymon_tui.backends.kubernetes.errand import Errand

PATIENCE_S = 30.0


class Work:
    """Something to do that ends when it is told to, and fails where it is to."""

    def __init__(self) -> None:
        self.begun = 0
        self.may_end = anyio.Event()
        self.failure: Exception | None = None

    async def __call__(self) -> int:
        self.begun += 1
        await self.may_end.wait()
        if self.failure is not None:
            raise self.failure
        return self.begun


async def test_all_who_wait_are_given_what_comes_of_it() -> None:
    work, found = Work(), list[int]()
    errand = Errand(work)

    async def wait() -> None:
        found.append(await errand.result())

    async with anyio.create_task_group() as tasks:
        for _ in range(3):
            tasks.start_soon(wait)
        await anyio.wait_all_tasks_blocked()
        work.may_end.set()
    assert found == [1, 1, 1]
    assert await errand.result() == 2


async def test_who_stops_waiting_does_not_end_it() -> None:
    work = Work()
    errand = Errand(work)
    with anyio.move_on_after(0.01) as gave_up:
        await errand.result()
    assert gave_up.cancelled_caught
    assert errand.runs
    work.may_end.set()
    with anyio.fail_after(PATIENCE_S):
        assert await errand.result() == 1


async def test_a_failure_is_told_for_a_while_and_nothing_done() -> None:
    work = Work()
    work.may_end.set()
    work.failure = RefusedError("ask", "no", "log in")
    errand = Errand(work, rest_s=3600.0)
    for _ in range(3):
        with pytest.raises(RefusedError, match="no"):
            await errand.result()
    assert work.begun == 1


async def test_it_rests_no_longer_once_it_has_succeeded() -> None:
    work = Work()
    work.may_end.set()
    errand = Errand(work, rest_s=0.01)
    work.failure = RefusedError("ask", "no", "log in")
    with pytest.raises(RefusedError):
        await errand.result()
    await anyio.sleep(0.02)
    work.failure = None
    assert await errand.result() == 2
    assert await errand.result() == 3


async def test_who_waits_for_what_is_ended_is_told() -> None:
    errand = Errand(Work())

    async def wait() -> None:
        with pytest.raises(UnreachableError):
            await errand.result()

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(wait)
        await anyio.wait_all_tasks_blocked()
        await errand.aclose()
    assert not errand.runs
    await errand.aclose()
