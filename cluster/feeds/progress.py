"""How far the running jobs are, counted by the State API without fetching their tasks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from raymon_tui.cluster.model.job import Job, JobProgress
from raymon_tui.cluster.model.page import Filter
from raymon_tui.cluster.model.task import RUNNING_STATES

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
    total = await _count(api, job_id)
    live = await _count(api, job_id, Filter("state", "!=", "FINISHED"), Filter("state", "!=", "FAILED"))
    failed = await _count(api, job_id, Filter("state", "=", "FAILED"))
    running = sum([await _count(api, job_id, Filter("state", "=", state)) for state in RUNNING_STATES])
    return JobProgress(
        job_id=job_id,
        total=total,
        finished=max(0, total - live - failed),
        running=running,
        waiting=max(0, live - running),
        failed=failed,
    )


async def _count(api: RayApi, job_id: str, *states: Filter) -> int:
    """Return how many of a job's tasks match: Ray's `total` is exact however few rows are fetched."""
    page = await api.tasks((Filter("job_id", "=", job_id), *states), limit=1)
    return page.total or 0
