"""Commands on this machine, and what becomes of the processes that they start."""

from __future__ import annotations

from pathlib import Path

import anyio
from words import ended

from raymon_tui.backends.commands import run_here

PATIENCE_S = 30.0


async def test_a_command_that_nobody_waits_for_any_more_is_ended_with_its_children(tmp_path: Path) -> None:
    pid_file = tmp_path / "pid"
    script = f"sleep 600 & echo $! > '{pid_file}.new'; mv '{pid_file}.new' '{pid_file}'; wait"
    with anyio.fail_after(PATIENCE_S):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(_run, script)
            while not pid_file.exists():  # noqa: ASYNC110 - a file in another process's hands is no event here
                await anyio.sleep(0.02)
            tasks.cancel_scope.cancel()
    await ended(int(pid_file.read_text()))


async def test_a_command_that_was_killed_says_by_which_signal() -> None:
    done = await run_here(("sh", "-c", "kill -9 $$"), timeout_s=PATIENCE_S, limit=100)
    assert done.returncode == -9


async def _run(script: str) -> None:
    await run_here(("sh", "-c", script), timeout_s=600, limit=100)
