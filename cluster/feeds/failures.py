"""Which functions' tasks fail for good: failed attempts grouped, the newest of each looked at more closely."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from msgspec import Struct, structs

from raymon_tui.cluster.model.page import Filter
from raymon_tui.cluster.model.task import Task

if TYPE_CHECKING:
    from raymon_tui.cluster.ray_api.client import RayApi

MOST_ROWS = 1000
MOST_FUNCTIONS = 5


class FunctionFailures(Struct, frozen=True, kw_only=True):
    """The failed attempts of one function's tasks in one job.

    `attempts` is how many were seen (`more`: there are more), `first_at` when the first of them ended (seconds since
    the epoch), `newest` the last of them. `final` says whether that task failed for good: no
    later attempt of it runs or succeeded; None where that was not looked up.
    """

    function: str
    job_id: str
    attempts: int
    more: bool = False
    first_at: float | None = None
    newest: Task
    final: bool | None = None


class TaskFailures(Struct, frozen=True, kw_only=True):
    """Failures by function, the most recent first; `total` counts all failed attempts that GCS remembers."""

    functions: tuple[FunctionFailures, ...] = ()
    total: int | None = None


async def ask_task_failures(api: RayApi) -> TaskFailures:
    """Return the failed attempts by function and job; raises what the client raises."""
    page = await api.tasks((Filter("state", "=", "FAILED"),), limit=MOST_ROWS, detail=True)
    groups: defaultdict[tuple[str, str], list[Task]] = defaultdict(list)
    for task in page.rows:
        groups[(task.job_id, task.func_or_class_name or task.name)].append(task)
    found = [
        FunctionFailures(
            function=function,
            job_id=job_id,
            attempts=len(tasks),
            more=page.missing > 0,
            first_at=min(map(_ended, tasks)) / 1000 or None,
            newest=max(tasks, key=_ended),
        )
        for (job_id, function), tasks in groups.items()
    ]
    found.sort(key=lambda one: _ended(one.newest), reverse=True)
    looked_at = [await _look_up(api, one) for one in found[:MOST_FUNCTIONS]]
    return TaskFailures(functions=tuple(looked_at + found[MOST_FUNCTIONS:]), total=page.total)


def _ended(task: Task) -> float:
    return task.end_time_ms or 0.0


async def _look_up(api: RayApi, one: FunctionFailures) -> FunctionFailures:
    attempts = (await api.task_attempts(one.newest.task_id)).rows
    last = max(attempts, key=lambda task: task.attempt_number, default=one.newest)
    return structs.replace(one, final=last.state == "FAILED")
