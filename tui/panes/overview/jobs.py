"""Jobs: those that run with how far their tasks are, then the newest that ended."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len, set_cell_size

from raymon_tui.cluster.feeds.catalogue import JOB_PROGRESS, JOBS
from raymon_tui.cluster.model.job import Job, JobProgress
from raymon_tui.cluster.snapshot import Snapshot
from raymon_tui.tui.chrome.wording import cut, missing
from raymon_tui.widgets.content import Content, Piece, plain
from raymon_tui.widgets.meter import meter
from raymon_tui.widgets.numbers import age, percent
from raymon_tui.widgets.states import glyph, mark_of
from raymon_tui.widgets.table.column import Moment

NAME_CELLS = 16
"""As many as the part of a submission id that tells it from others."""


def jobs_lines(snapshot: Snapshot, moment: Moment, width: int, height: int) -> tuple[Content, ...]:
    """Return at most `height` jobs."""
    jobs = snapshot.value(JOBS)
    if jobs is None:
        return missing(snapshot.reading(JOBS), width)
    if not jobs:
        return ((Piece(cut("no job yet: ray job submit makes one", width), "dim"),),)
    progress = {one.job_id: one for one in snapshot.value(JOB_PROGRESS) or ()}
    shown = sorted(jobs, key=lambda job: (job.ended, -(job.end_time or job.start_time or 0)))
    hidden = len(shown) - height
    longest = max(cell_len(plain(name_of(job))) for job in shown[:height])
    label = max(6, min(NAME_CELLS, longest, width // 2))
    lines = [_line(job, progress.get(job.job_id or ""), label, moment, width) for job in shown[:height]]
    if hidden > 0:
        lines[-1] = (Piece(f"{hidden + 1} more", "faint"),)
    return tuple(lines)


def name_of(job: Job) -> str:
    """Return a short name that people know a job by: its own, what is its own in its submission id, or its script's."""
    named = (job.metadata or {}).get("job_name") or (job.submission_id or "").removeprefix("raysubmit_")
    return named or _script(job.entrypoint) or job.job_id or "–"


def _script(entrypoint: str) -> str:
    """Return the name of the Python file that a command runs, "" where it names none."""
    words = (word for word in entrypoint.split() if word.endswith(".py"))
    return next(words, "").rpartition("/")[2]


def _line(job: Job, progress: JobProgress | None, label: int, moment: Moment, width: int) -> Content:
    name = plain(name_of(job))
    shown = set_cell_size(name, label) if cell_len(name) <= label else set_cell_size(name, label - 1) + "…"
    head = (glyph(mark_of(job.status), ascii_only=moment.ascii_only), Piece(f" {shown}  "))
    room = width - label - 4
    if not job.ended:
        return (*head, *_progress(job, progress, moment, room))
    ended = None if not job.end_time else moment.now - job.end_time / 1000
    words = [f"{age(ended)} ago", age(ended)]
    if job.status == "FAILED" and job.driver_exit_code is not None:
        words = [f"exit {job.driver_exit_code}, {words[0]}", f"exit {job.driver_exit_code}"]
    return (*head, Piece(_fitting(words, room), "dim"))


def _fitting(words: Sequence[str], room: int) -> str:
    """Return the first of `words` that fits, "" where none does."""
    return next((one for one in words if cell_len(one) <= room), "")


def _progress(job: Job, progress: JobProgress | None, moment: Moment, room: int) -> Content:
    if job.status == "PENDING":
        return (Piece(_fitting(("waiting for its driver", "waiting"), room), "dim"),)
    if progress is None or progress.total <= 0:
        started = None if not job.start_time else moment.now - job.start_time / 1000
        return (Piece(f"for {age(started)}", "dim"),)
    share = progress.finished / progress.total
    cells = max(3, room - 6)
    return (*meter(share, cells, "accent", ascii_only=moment.ascii_only), Piece(f" {percent(100 * share):>5}"))
