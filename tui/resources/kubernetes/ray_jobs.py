"""A job of Ray as the RayJob that it is in Kubernetes: a column of the list of jobs, and a part of a job's page."""

from __future__ import annotations

from collections.abc import Iterable

from raymon_tui.cluster.kubernetes.ray_job import RayJob
from raymon_tui.tui.resources.cells import clock
from raymon_tui.tui.resources.jobs import COLUMNS as JOB_COLUMNS
from raymon_tui.tui.resources.jobs import JobRow
from raymon_tui.tui.resources.kubernetes.marks import mark_of_object
from raymon_tui.tui.screens.document import Field, Section
from raymon_tui.widgets.content import Content, Piece, Role, plain
from raymon_tui.widgets.numbers import count
from raymon_tui.widgets.states import glyph
from raymon_tui.widgets.table.column import Column, Moment


def with_ray_jobs(rows: Iterable[JobRow], ray_jobs: Iterable[RayJob]) -> list[JobRow]:
    """Return the rows, those of them with their RayJob that one says to have submitted."""
    known = {one.status.job_id: one for one in ray_jobs if one.status is not None and one.status.job_id}
    return [row._replace(ray_job=known.get(row.job.submission_id or "")) for row in rows]


def tries(job: RayJob) -> str:
    """Return how many of a job's tries have failed: `1 of 3 tries failed`; "" where none has."""
    failed = 0 if job.status is None else job.status.failed
    return f"{count(failed)} of {count(job.spec.backoff_limit + 1)} tries failed" if failed else ""


def _cell(row: JobRow, moment: Moment) -> Content:
    job = row.ray_job
    if job is None:
        return ()
    mark = mark_of_object(job.state)
    role: Role = mark.role if mark.role in ("bad", "warning") else "dim"
    pieces = [glyph(mark, ascii_only=moment.ascii_only), Piece(f" {plain(job.name, 80)}")]
    pieces.append(Piece(f"  {plain(job.state, 40)}", role))
    failed = 0 if job.status is None else job.status.failed
    pieces.append(Piece(f"  {count(failed)}/{count(job.spec.backoff_limit + 1)} failed" if failed else "", "warning"))
    return tuple(pieces)


COLUMNS: tuple[Column[JobRow], ...] = (
    *JOB_COLUMNS[:1],
    Column(
        "RayJob",
        _cell,
        lambda row: None if row.ray_job is None else row.ray_job.name,
        width=22,
        flex=2,
        max_width=60,
        priority=2,
    ),
    *JOB_COLUMNS[1:],
)


def section(job: RayJob) -> Section:
    """Return what the operator says of a job and its deployment."""
    status = job.status
    fields = [Field("name", f"{job.namespace}/{job.name}"), Field("deployment", job.state)]
    if job.why:
        fields.append(Field("why", job.why))
    fields += [
        Field(
            "tries", f"{count(0 if status is None else status.failed)} failed of {count(job.spec.backoff_limit + 1)}"
        ),
        Field("cluster", job.cluster or "none yet"),
        Field("submitted by", job.spec.submission_mode or "K8sJobMode"),
        Field("started", clock(job.started_at)),
    ]
    if job.ended_at is not None:
        fields.append(Field("ended", clock(job.ended_at)))
    return Section("RayJob", fields)
