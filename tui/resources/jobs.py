"""How a job looks in a list, and what came of it in one line."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from raymon_tui.cluster.findings.job_failed import cause_of
from raymon_tui.cluster.findings.wording import last_words
from raymon_tui.cluster.model.job import Job, JobProgress
from raymon_tui.tui.resources.cells import ago, id_number, stated, text_column, took
from raymon_tui.widgets.content import UNKNOWN, Content, Piece, Role, piece
from raymon_tui.widgets.meter import meter
from raymon_tui.widgets.numbers import count, percent
from raymon_tui.widgets.table.column import Column, Moment

if TYPE_CHECKING:
    from raymon_tui.cluster.kubernetes.ray_job import RayJob

METER_CELLS = 10
TYPES = {"DRIVER": "driver", "SUBMISSION": "submission"}


class JobRow(NamedTuple):
    """A job beside how far its tasks are, where that is known, and the RayJob that it is in Kubernetes."""

    job: Job
    progress: JobProgress | None
    ray_job: RayJob | None = None


def rows_of(jobs: Iterable[Job], progress: Iterable[JobProgress]) -> list[JobRow]:
    """Return those that run or wait first, then the ended ones, the newest of each first."""
    known = {one.job_id: one for one in progress}
    ordered = sorted(jobs, key=lambda job: (job.ended, -(job.end_time or job.start_time or 0.0)))
    return [JobRow(job, known.get(job.job_id or "")) for job in ordered]


def outcome(job: Job) -> str:
    """Return why a job failed, stopped or still waits, in one line; "" where there is nothing to say."""
    if job.status == "FAILED":
        return cause_of(job)
    return last_words(job.message or "") if job.status in ("STOPPED", "PENDING") else ""


def short_command(entrypoint: str) -> str:
    """Return a command line without the folders of its programs: `python train.py` for `/opt/conda/bin/python …`."""
    words = (word.rsplit("/", 1)[-1] or word if word.startswith("/") else word for word in entrypoint.split(" "))
    return " ".join(words)


def began(job: Job) -> float | None:
    """Return when the job was started, in seconds since the epoch."""
    return job.start_time / 1000 if job.start_time else None


def lasted(job: Job, now: float) -> float | None:
    """Return for how many seconds it has run, or ran."""
    start = began(job)
    if start is None:
        return None
    return max(0.0, (job.end_time / 1000 if job.end_time else now) - start)


def _progress(row: JobRow, moment: Moment) -> Content:
    """Return a meter while it runs, and what came of it afterwards."""
    if row.job.status != "RUNNING":
        role: Role = "bad" if row.job.status == "FAILED" else "dim"
        return piece(outcome(row.job), role)
    progress = row.progress
    if progress is None:
        return (UNKNOWN,) if row.job.job_id else (Piece("no ray.init yet", "faint"),)
    if not progress.total:
        return (Piece("no task yet", "faint"),)
    share = progress.finished / progress.total
    return (
        *meter(share, METER_CELLS, "accent", ascii_only=moment.ascii_only),
        Piece(f" {percent(100 * share):>4}  "),
        *tally(progress),
    )


def tally(progress: JobProgress) -> Content:
    """Return the live and failed tasks in words; what is zero is left out."""
    parts: list[Piece] = []
    found: tuple[tuple[int, str, Role], ...] = (
        (progress.running, "run", "ink"),
        (progress.waiting, "wait", "ink"),
        (progress.failed, "fail", "bad"),
    )
    for number, word, role in found:
        if number:
            parts += [Piece(count(number), role), Piece(f" {word}  ", "dim")]
    return tuple(parts)


def _name(row: JobRow) -> str:
    return row.job.key


def _started(row: JobRow, moment: Moment) -> Content:
    return ago(began(row.job), moment)


def _started_at(row: JobRow) -> float | None:
    return began(row.job)


def _took(row: JobRow, moment: Moment) -> Content:
    return took(lasted(row.job, moment.now))


def _length(row: JobRow) -> float | None:
    """Return by what to sort durations without a present moment: those that still run by how early they began."""
    return lasted(row.job, 1e12)


def _driver(job: Job) -> str | None:
    info = job.driver_info
    return None if info is None else f"{info.node_ip_address} {id_number(info.pid) or '–'}"


COLUMNS: tuple[Column[JobRow], ...] = (
    Column("job", lambda r, m: stated(r.job.status, _name(r) or "–", m), _name, width=14, flex=2, max_width=36),
    text_column("status", lambda r: r.job.status, width=9, priority=5),
    text_column("type", lambda r: TYPES.get(r.job.type, r.job.type), width=10, priority=7),
    Column("progress / outcome", _progress, lambda r: outcome(r.job) or None, width=28, flex=4, max_width=100),
    text_column("entrypoint", lambda r: short_command(r.job.entrypoint), width=16, max_width=60, priority=3),
    Column("started", _started, _started_at, width=7, align="right", priority=4, descending=True),
    Column("took", _took, _length, width=7, align="right", priority=1, descending=True),
    text_column("driver", lambda r: _driver(r.job), width=15, max_width=24, priority=8, wide=True),
    text_column("job id", lambda r: r.job.job_id, width=8, priority=6, wide=True),
)
