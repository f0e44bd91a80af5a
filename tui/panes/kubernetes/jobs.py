"""Jobs, below what KubeRay says of the RayJob or the RayService that the cluster is there for."""

from __future__ import annotations

from typing import Any

from raymon_tui.cluster.feeds.feed import Feed
from raymon_tui.cluster.kubernetes.picture import KUBERNETES
from raymon_tui.cluster.kubernetes.ray_job import RayJob
from raymon_tui.cluster.kubernetes.ray_service import RayService
from raymon_tui.cluster.snapshot import Snapshot
from raymon_tui.tui.panes.jobs import JobsPane
from raymon_tui.tui.panes.kubernetes.unread import unread_lines
from raymon_tui.tui.resources.kubernetes.marks import mark_of_object
from raymon_tui.tui.resources.kubernetes.objects import traffic_words
from raymon_tui.widgets.content import Content, Piece, plain
from raymon_tui.widgets.states import glyph
from raymon_tui.widgets.table.column import Moment
from raymon_tui.widgets.table.line import fitted


class RayJobsPane(JobsPane):
    """The jobs that Ray remembers, with the object of KubeRay that they come from."""

    def feeds(self) -> tuple[Feed[Any], ...]:
        """Return the feeds of jobs, and what Kubernetes knows."""
        return (*super().feeds(), KUBERNETES)

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
    if status is not None and status.failed:
        pieces.append(Piece(f"  {status.failed} of {job.spec.backoff_limit + 1} tries failed", "warning"))
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
