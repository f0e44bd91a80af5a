"""Functions whose tasks fail for good."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from raymon_tui.cluster.feeds.catalogue import FAILED_TASKS, JOBS
from raymon_tui.cluster.feeds.failures import FunctionFailures
from raymon_tui.cluster.findings.finding import Finding, Severity
from raymon_tui.cluster.findings.out_of_memory import out_of_memory
from raymon_tui.cluster.findings.wording import RECENT_S, last_words, times
from raymon_tui.cluster.model.task import Task
from raymon_tui.cluster.snapshot import Snapshot

_TOLD_ELSEWHERE = ("ACTOR_DIED", "ACTOR_CREATION_FAILED", "ACTOR_UNAVAILABLE", "NODE_DIED", "TASK_CANCELLED")
_PLAIN = {
    "WORKER_DIED": "its process exited by itself",
    "RUNTIME_ENV_SETUP_FAILED": "its runtime environment could not be built",
    "OUT_OF_DISK_ERROR": "the disk of its node is full",
    "OBJECT_LOST": "an object that it needed is lost",
}


def task_failed(snapshot: Snapshot, now: float) -> Iterator[Finding]:
    """Name the functions whose newest failure was not retried with success, if it was lately."""
    failures = snapshot.value(FAILED_TASKS)
    ended_jobs = {job.job_id for job in snapshot.value(JOBS) or () if job.ended}
    for one in failures.functions if failures else ():
        ended = (one.newest.end_time_ms or 0.0) / 1000
        if one.final and now - ended <= RECENT_S and not _is_ordinary(one.newest, ended_jobs):
            yield _finding(one)


def _is_ordinary(task: Task, ended_jobs: Collection[str | None]) -> bool:
    """Whether another finding tells of it, or the task merely ended with its job."""
    if task.error_type == "WORKER_DIED" and task.job_id in ended_jobs:
        return True
    return task.type == "ACTOR_CREATION_TASK" or (task.error_type or "").startswith(_TOLD_ELSEWHERE)


def _finding(one: FunctionFailures) -> Finding:
    return Finding(
        id=f"task-failed:{one.job_id}:{one.function}",
        severity=Severity.WARNING,
        title=f"{one.function} failed {times(one.attempts, more=one.more)}",
        cause=cause_of(one.newest),
        where="tasks",
        subject=one.function,
        since=one.first_at,
        hint="Its detail has the traceback.",
    )


def cause_of(task: Task) -> str:
    """Return why a task failed, in one sentence."""
    kind, message = task.error_type or "", task.error_message or ""
    if kind == "OUT_OF_MEMORY":
        return out_of_memory(message)
    return _PLAIN.get(kind) or last_words(message) or kind
