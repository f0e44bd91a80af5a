"""How far the running jobs are, counted by the State API without fetching their tasks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from raymon_tui.cluster.model.job import Job, JobProgress
from raymon_tui.cluster.model.page import Filter
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
    """One query a group of states: a filtered query costs by its matches, so the ended ones are never matched alone."""
    total = await _count(api, job_id)
    running = sum([await _count(api, job_id, state) for state in RUNNING_STATES])
    waiting = sum([await _count(api, job_id, state) for state in WAITING_STATES])
    failed = await _count(api, job_id, "FAILED")
    finished = max(0, total - running - waiting - failed)
    return JobProgress(job_id=job_id, total=total, finished=finished, running=running, waiting=waiting, failed=failed)


async def _count(api: RayApi, job_id: str, state: str | None = None) -> int:
    states = () if state is None else (Filter("state", "=", state),)
    page = await api.tasks((Filter("job_id", "=", job_id), *states), limit=1)
    return page.total or 0
