"""What a job's driver, a task or an actor wrote: the ends of their logs, asked again while they are on screen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from raymon_tui.backends.errors import BadAnswerError
from raymon_tui.cluster.feeds.feed import Feed
from raymon_tui.cluster.model.actor import Actor
from raymon_tui.cluster.model.job import Job
from raymon_tui.cluster.model.task import Task

if TYPE_CHECKING:
    from raymon_tui.cluster.ray_api.client import RayApi

DRIVER_LINES = 2000
TASK_LINES = 200
LOG_TIMEOUT_S = 30.0


class Output(Struct, frozen=True, kw_only=True):
    """What was written, as text of the last lines.

    `whose` is `driver`, `task` or `actor`; of a task whose own lines are not known, `actor process` or `worker`; ""
    where there is no log at all. None is a stream that has no file, or not yet.
    """

    whose: str = ""
    stdout: str | None = None
    stderr: str | None = None


def driver_output_feed(job: Job) -> Feed[Output]:
    """Return the feed of a submitted job's driver log, both of its streams being one file."""

    async def ask(api: RayApi) -> Output:
        if job.submission_id is None:
            return Output()
        if job.driver_node_id is not None:
            try:
                name = f"job-driver-{job.submission_id}.log"
                tail = await api.log_tail(job.driver_node_id, name, DRIVER_LINES)
                return Output(whose="driver", stdout=_text(tail.data))
            except BadAnswerError:
                pass  # Its node is gone, or has no such file yet; the other route may still know, at a higher price.
        return Output(whose="driver", stdout=_text((await api.job_log(job.submission_id)).data))

    return Feed(f"driver log of {job.key}", ask, rest=10.0, timeout_s=LOG_TIMEOUT_S)


def task_output_feed(task: Task) -> Feed[Output]:
    """Return the feed of what one attempt of a task wrote, or its actor or worker where only that is known."""

    async def ask(api: RayApi) -> Output:
        found = (await api.task_attempts(task.task_id)).rows
        now = next((one for one in found if one.attempt_number == task.attempt_number), task)
        whose, where = _place(now)
        if not whose:
            return Output()
        return Output(whose=whose, stdout=await _stream(api, where, "out"), stderr=await _stream(api, where, "err"))

    name = f"log of {task.task_id} attempt {task.attempt_number}"
    return Feed(name, ask, pace=2.0, rest=10.0, timeout_s=LOG_TIMEOUT_S)


def actor_output_feed(actor: Actor) -> Feed[Output]:
    """Return the feed of what an actor's process wrote."""

    async def ask(api: RayApi) -> Output:
        where = {"actor_id": actor.actor_id}
        return Output(whose="actor", stdout=await _stream(api, where, "out"), stderr=await _stream(api, where, "err"))

    return Feed(f"log of actor {actor.actor_id}", ask, pace=2.0, rest=10.0, timeout_s=LOG_TIMEOUT_S)


def _place(task: Task) -> tuple[str, dict[str, str]]:
    """Return whose log holds what `task` wrote, and how the State API finds it.

    Ray knows a task's own lines only once it has ended, and never those of an actor's task.
    """
    if task.task_log_info is not None:
        return "task", {"task_id": task.task_id, "attempt_number": str(task.attempt_number)}
    if task.actor_id is not None and task.worker_id is not None:
        return "actor process", {"actor_id": task.actor_id}
    if task.node_id is not None and task.worker_pid is not None:
        return "worker", {"node_id": task.node_id, "pid": str(task.worker_pid)}
    return "", {}


async def _stream(api: RayApi, where: dict[str, str], suffix: str) -> str | None:
    params = {**where, "suffix": suffix, "lines": str(TASK_LINES), "format": "text"}
    try:
        return _text(await api.get("/api/v0/logs/file", params, timeout_s=LOG_TIMEOUT_S))
    except BadAnswerError:
        return None


def added(before: Sequence[str], now: Sequence[str]) -> Sequence[str] | None:
    """Return the lines at the end of `now` that came after those of `before`; None where the two do not meet.

    Both are the last lines of one log that grows: `now` may lack the first lines of `before`.
    """
    if not before:
        return now
    for gone in range(len(before)):
        kept = len(before) - gone
        if kept <= len(now) and before[gone] == now[0] and before[gone:] == now[:kept]:
            return now[kept:]
    return None


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")
