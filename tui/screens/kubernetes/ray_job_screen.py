"""One job of Ray, with the RayJob that it is in Kubernetes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from raymon_tui.cluster.feeds.feed import Feed
from raymon_tui.cluster.kubernetes.picture import KUBERNETES
from raymon_tui.cluster.snapshot import Snapshot
from raymon_tui.tui.resources.jobs import JobRow
from raymon_tui.tui.resources.kubernetes.ray_jobs import section, with_ray_jobs
from raymon_tui.tui.screens.document import Section
from raymon_tui.tui.screens.job_screen import JobScreen
from raymon_tui.widgets.table.column import Moment


class RayJobScreen(JobScreen):
    """A job, what the operator says of its deployment, and its driver's log."""

    def feeds(self) -> tuple[Feed[Any], ...]:
        """Return the feeds of a job, and what Kubernetes knows."""
        return (*super().feeds(), KUBERNETES)

    def describe_job(self, snapshot: Snapshot, moment: Moment) -> Sequence[Section]:
        """Return the job, with its RayJob behind what Ray says of it."""
        first, *others = super().describe_job(snapshot, moment)
        picture = snapshot.value(KUBERNETES)
        (row,) = with_ray_jobs([JobRow(self.job(), None)], () if picture is None else picture.ray_jobs)
        return (first, *others) if row.ray_job is None else (first, section(row.ray_job), *others)
