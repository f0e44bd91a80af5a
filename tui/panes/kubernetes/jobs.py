"""Jobs, below what KubeRay says of the RayJob or the RayService that the cluster is there for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from textual.screen import Screen

from raymon_tui.cluster.feeds.feed import Feed
from raymon_tui.cluster.kubernetes.picture import KUBERNETES
from raymon_tui.cluster.kubernetes.ray_job import RayJob
from raymon_tui.cluster.kubernetes.ray_service import RayService
from raymon_tui.cluster.snapshot import Snapshot
from raymon_tui.tui.panes.jobs import JobsPane
from raymon_tui.tui.panes.kubernetes.unread import unread_lines
from raymon_tui.tui.resources.jobs import JobRow
from raymon_tui.tui.resources.kubernetes import ray_jobs
from raymon_tui.tui.resources.kubernetes.marks import mark_of_object
from raymon_tui.tui.resources.kubernetes.objects import traffic_words
from raymon_tui.tui.screens.kubernetes.ray_job_screen import RayJobScreen
from raymon_tui.widgets.content import Content, Piece, plain
from raymon_tui.widgets.states import glyph
from raymon_tui.widgets.table.column import Column, Moment
from raymon_tui.widgets.table.line import fitted


class RayJobsPane(JobsPane):
    """The jobs that Ray remembers, with the object of KubeRay that they come from."""

    def feeds(self) -> tuple[Feed[Any], ...]:
        """Return the feeds of jobs, and what Kubernetes knows."""
        return (*super().feeds(), KUBERNETES)

    @property
    def columns(self) -> Sequence[Column[JobRow]]:
        """The columns of a job and of its RayJob."""
        return ray_jobs.COLUMNS

    def rows(self, snapshot: Snapshot) -> Sequence[JobRow] | None:
        """Return the jobs, each with its RayJob where it has one."""
        rows, picture = super().rows(snapshot), snapshot.value(KUBERNETES)
        return rows if rows is None or picture is None else ray_jobs.with_ray_jobs(rows, picture.ray_jobs)

    def detail(self, row: JobRow) -> Screen[None] | None:
        """Open the job with its RayJob and its driver's log."""
        return RayJobScreen(self.session, row.job)

    def summary(self, snapshot: Snapshot, moment: Moment, width: int) -> tuple[Content, ...]:
        """Return a line for the object of KubeRay above the counts."""
        picture = snapshot.value(KUBERNETES)
        lines: list[Content] = []
        if picture is not None and picture.service is not None:
            lines.append(service_line(picture.service, moment))
        if picture is not None and picture.job is not None:
            lines.append(job_line(picture.job, moment))
        old = () if picture is None else unread_lines(picture.unread, moment, width, of=("RayJob", "RayService"))
        cut = (fitted(line, width, ascii_only=moment.ascii_only) for line in lines)
        return (*old, *cut, *super().summary(snapshot, moment, width))


def job_line(job: RayJob, moment: Moment) -> Content:
    """Return how a RayJob and its deployment are, with the operator's words."""
    status = job.status
    of_job = status.job_status.lower() if status is not None else ""
    pieces = [glyph(mark_of_object(job.state), ascii_only=moment.ascii_only), Piece(" RayJob ", "dim")]
    pieces += [Piece(plain(job.name, 60), "ink", bold=True), Piece(f"  deployment {plain(job.state, 40)}", "dim")]
    pieces.append(Piece(f", job {plain(of_job, 40)}" if of_job else "", "dim"))
    pieces.append(Piece(f"  {ray_jobs.tries(job)}" if ray_jobs.tries(job) else "", "warning"))
    pieces.append(
        Piece(f"  {plain(' '.join(job.why.split()), 300)}" if job.why else "", "bad" if job.failed else "dim")
    )
    return tuple(pieces)


def service_line(service: RayService, moment: Moment) -> Content:
    """Return how a RayService is, and which cluster has its requests."""
    return (
        glyph(mark_of_object(service.state), ascii_only=moment.ascii_only),
        Piece(" RayService ", "dim"),
        Piece(plain(service.name, 60), "ink", bold=True),
        Piece(f"  {plain(service.state, 40)}  {plain(traffic_words(service), 300)}", "dim"),
    )
