"""How a task looks in a list."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from raymon_tui.cluster.findings.task_failed import cause_of
from raymon_tui.cluster.model.task import RUNNING_STATES, WAITING_STATES, Task
from raymon_tui.tui.resources.cells import ago, number_column, pid_column, stated, text_column, took
from raymon_tui.tui.resources.waiting import Places
from raymon_tui.widgets.content import Content, piece
from raymon_tui.widgets.table.column import Column, Moment

SERVER_KEYS = frozenset(
    {
        "state", "name", "func_or_class_name", "job_id", "node_id", "actor_id", "error_type", "type", "task_id",
        "parent_task_id", "worker_id", "worker_pid", "placement_group_id", "attempt_number",
    }
)  # fmt: skip
"""What the State API of Ray 2.60 filters tasks by; it refuses any other key."""

_WAITS = {
    "PENDING_ARGS_AVAIL": "waits for the tasks that make its arguments",
    "PENDING_NODE_ASSIGNMENT": "waits for a node",
    "PENDING_OBJ_STORE_MEM_AVAIL": "waits for room in its node's object store",
    "PENDING_ARGS_FETCH": "its arguments are being fetched to its node",
    "SUBMITTED_TO_WORKER": "given to a worker that has not begun it yet",
    "GETTING_AND_PINNING_ARGS": "its worker is getting its arguments",
    "PENDING_ACTOR_TASK_ARGS_FETCH": "its arguments are being fetched to its actor",
    "PENDING_ACTOR_TASK_ORDERING_OR_CONCURRENCY": "its actor is busy with earlier tasks",
}
_JOB_ENDED = ("its job has finished", "Job finishes (")


class TaskRow(NamedTuple):
    """A task attempt beside the address of the node that it is on, and why it failed or waits."""

    task: Task
    node: str | None
    why: str


def in_order(tasks: Iterable[Task]) -> list[Task]:
    """Return those that run first, longest first, then those that wait, then the ended ones, newest first."""

    def rank(task: Task) -> tuple[int, float]:
        if task.state in RUNNING_STATES:
            return 0, task.start_time_ms or 0.0
        if task.state in WAITING_STATES:
            return 1, task.creation_time_ms or 0.0
        return 2, -(task.end_time_ms or 0.0)

    return sorted(tasks, key=rank)


def rows_of(tasks: Iterable[Task], places: Places) -> list[TaskRow]:
    """Return the tasks in their order, joined with what the nodes tell of each."""
    return [TaskRow(task, places.address(task.node_id), why(task, places)) for task in in_order(tasks)]


def run_time(task: Task, now: float) -> float | None:
    """Return for how many seconds an attempt has run, or ran; None where it never began."""
    if task.start_time_ms is None:
        return None
    end = task.end_time_ms / 1000 if task.end_time_ms else now
    return max(0.0, end - task.start_time_ms / 1000)


def why(task: Task, places: Places) -> str:
    """Return why a task failed or waits, in one sentence; "" where there is nothing to say."""
    if task.state == "FAILED":
        with_its_job = any(words in (task.error_message or "") for words in _JOB_ENDED)
        return "ended with its job" if with_its_job else cause_of(task)
    if task.state == "PENDING_NODE_ASSIGNMENT":
        if task.type == "ACTOR_TASK":
            return "its actor is not alive yet"
        return places.why_not(task.required_resources) or _WAITS[task.state]
    return _WAITS.get(task.state, "")


def seconds(milliseconds: float | None) -> float | None:
    """Return milliseconds as seconds."""
    return None if milliseconds is None else milliseconds / 1000


def _why(row: TaskRow, _moment: Moment) -> Content:
    return piece(row.why, "bad" if row.task.state == "FAILED" else "dim")


def _name(row: TaskRow) -> str:
    return row.task.name or row.task.func_or_class_name


def _began(row: TaskRow, moment: Moment) -> Content:
    return ago(seconds(row.task.start_time_ms), moment)


def _duration(row: TaskRow) -> float | None:
    """Return by what to sort run times without a present moment: those that still run by how early they began."""
    task = row.task
    if task.start_time_ms is None:
        return None
    return (task.end_time_ms or 0.0) - task.start_time_ms if task.end_time_ms else 1e15 - task.start_time_ms


COLUMNS: tuple[Column[TaskRow], ...] = (
    Column("task", lambda r, m: stated(r.task.state, _name(r), m), _name, width=16, flex=1, max_width=40),
    text_column("state", lambda r: r.task.state, width=9, max_width=23, priority=4),
    Column("why", _why, lambda r: r.why or None, width=28, flex=3, max_width=120, priority=1),
    number_column("try", lambda r: r.task.attempt_number, width=3, priority=7),
    Column("ran", lambda r, m: took(run_time(r.task, m.now)), _duration, width=7, align="right", descending=True),
    Column("began", _began, lambda r: r.task.start_time_ms, width=6, align="right", priority=5, descending=True),
    text_column("node", lambda r: r.node, width=12, max_width=16, priority=3),
    pid_column(lambda r: r.task.worker_pid, priority=8),
    text_column("job", lambda r: r.task.job_id, width=8, priority=6),
    text_column("error type", lambda r: r.task.error_type, width=24, priority=9, wide=True),
    text_column("task id", lambda r: r.task.task_id, width=20, max_width=48, priority=10, wide=True),
)
