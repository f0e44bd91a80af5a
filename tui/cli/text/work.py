"""What the cluster works on: tasks, actors, jobs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from raymon_tui.cluster.feeds.catalogue import ACTOR_COUNTS, JOBS, TASK_COUNTS
from raymon_tui.cluster.model import actor, task
from raymon_tui.cluster.model.job import Job
from raymon_tui.cluster.model.page import Counts
from raymon_tui.cluster.snapshot import Snapshot
from raymon_tui.tui.cli.text.layout import GAP, Drawn, columns, heading, more, said
from raymon_tui.widgets import numbers
from raymon_tui.widgets.content import UNKNOWN, Content, Piece
from raymon_tui.widgets.states import glyph, mark_of

MOST_JOBS = 4

_TASK_GROUPS = (
    ("RUNNING", "running", task.RUNNING_STATES),
    ("PENDING", "waiting", task.WAITING_STATES),
    ("FINISHED", "finished", ("FINISHED",)),
    ("FAILED", "failed", ("FAILED",)),
)
_ACTOR_GROUPS = (
    ("ALIVE", "alive", actor.ALIVE_STATES),
    ("PENDING", "pending", actor.PENDING_STATES),
    ("RESTARTING", "restarting", ("RESTARTING",)),
    ("DEAD", "dead", ("DEAD",)),
)


def work_lines(snapshot: Snapshot, drawn: Drawn) -> tuple[Content, ...]:
    """Return the counts of tasks, actors and jobs by state, and the jobs that run."""
    jobs = snapshot.value(JOBS)
    rows = (
        (heading("Tasks"), _counts(snapshot.value(TASK_COUNTS), _TASK_GROUPS, drawn)),
        (heading("Actors"), _counts(snapshot.value(ACTOR_COUNTS), _ACTOR_GROUPS, drawn)),
        (heading("Jobs"), _job_counts(jobs, drawn)),
    )
    return *columns(rows, indent=0), *_running_jobs(jobs or (), drawn)


def _running_jobs(jobs: Sequence[Job], drawn: Drawn) -> tuple[Content, ...]:
    running = sorted((job for job in jobs if job.status == "RUNNING"), key=lambda job: -(job.start_time or 0))
    rows = [
        (
            (glyph(mark_of(job.status), ascii_only=drawn.ascii_only), Piece(" "), *said(job.key)),
            (Piece(numbers.duration(drawn.now - job.start_time / 1000 if job.start_time else None), "dim"),),
            said(job.entrypoint),
        )
        for job in running[:MOST_JOBS]
    ]
    return *columns(rows, right=(1,)), *more(len(running) - MOST_JOBS, "running jobs")


def _job_counts(jobs: Sequence[Job] | None, drawn: Drawn) -> Content:
    if jobs is None:
        return (UNKNOWN,)
    states = Counter(job.status for job in jobs)
    if not states:
        return (Piece("none", "dim"),)
    order = ("RUNNING", "PENDING", "SUCCEEDED", "FAILED", "STOPPED")
    shown = [state for state in order if states[state]] + sorted(states.keys() - set(order))
    return _line([(state, state.lower(), states[state]) for state in shown], drawn)


def _counts(counts: Counts | None, groups: Sequence[tuple[str, str, tuple[str, ...]]], drawn: Drawn) -> Content:
    if counts is None:
        return (UNKNOWN,)
    parts = _line([(state, word, _count(counts, states)) for state, word, states in groups], drawn)
    total = (GAP, Piece(f"of {numbers.count(counts.total)}", "dim")) if counts.total is not None else ()
    source = (Piece(f" (from {counts.source})", "dim"),) if counts.source != "state_api" else ()
    return (*parts, *total, *source)


def _count(counts: Counts, states: Sequence[str]) -> int | None:
    """Where there is no total, a state that is not counted is one that was not asked for."""
    known = counts.total is not None or any(state in counts.by_state for state in states)
    return counts.of(*states) if known else None


def _line(parts: Sequence[tuple[str, str, int | None]], drawn: Drawn) -> Content:
    """Return `▶ 12 running  ◌ 3 waiting`; a colour stays away where there is nothing to count."""
    line: Content = ()
    for state, word, count in parts:
        mark = glyph(mark_of(state), ascii_only=drawn.ascii_only)
        shown = mark if count else mark._replace(role="faint")
        figure = Piece(f" {numbers.count(count)}", "ink" if count else "faint", bold=bool(count))
        line = (*line, *((GAP,) if line else ()), shown, figure, Piece(f" {word}", "dim" if count else "faint"))
    return line
