"""How far the running jobs are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from raymon_tui.cluster.model.job import Job, JobProgress
from raymon_tui.cluster.model.task import RUNNING_STATES, WAITING_STATES

if TYPE_CHECKING:
    from raymon_tui.cluster.ray_api.client import RayApi

MOST_JOBS = 5


async def ask_job_progress(api: RayApi) -> tuple[JobProgress, ...]:
    """Return how far the newest running jobs are, at most `MOST_JOBS`; raises what the client raises."""
    running = [job for job in await api.jobs() if job.status == "RUNNING" and job.job_id]
    running.sort(key=_started, reverse=True)
    return tuple([await _progress(api, job.job_id) for job in running[:MOST_JOBS] if job.job_id])


def _started(job: Job) -> float:
    return job.start_time or 0.0


async def _progress(api: RayApi, job_id: str) -> JobProgress:
    counts = await api.task_counts(job_id)
    return JobProgress(
        job_id=job_id,
        total=counts.total or 0,
        finished=counts.of("FINISHED"),
        running=counts.of(*RUNNING_STATES),
        waiting=counts.of(*WAITING_STATES),
        failed=counts.of("FAILED"),
    )
