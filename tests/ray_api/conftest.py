"""A real Ray to compare with, and something running on it."""

from __future__ import annotations

import sys
import time
from collections.abc import AsyncIterator, Iterator

import httpx
import pytest

from raymon_tui.cluster.ray_api.client import RayApi

WORKLOAD = """
import ray, time
ray.init(log_to_driver=False)

@ray.remote(num_cpus=0)
class Counter:
    def add(self, n):
        return n + 1

@ray.remote(num_cpus=0, max_retries=0)
def broken():
    raise ValueError("broken on purpose")

@ray.remote(num_cpus=0)
class Broken:
    def __init__(self):
        raise RuntimeError("no such dataset")

counter = Counter.options(name="raymon-counter").remote()
print("counted", ray.get(counter.add.remote(1)))
for failing in (broken.remote(), Broken.remote().__ray_ready__.remote()):
    try:
        ray.get(failing)
    except Exception:
        print("\\x1b[31mfailed\\x1b[0m")
print("ready", flush=True)
time.sleep(3600)
"""


@pytest.fixture
async def api(dashboard_url: str) -> AsyncIterator[RayApi]:
    async with httpx.AsyncClient(base_url=dashboard_url) as http:
        yield RayApi(http)


@pytest.fixture(scope="session")
def submission_id(dashboard_url: str) -> Iterator[str]:
    """A job that has an actor, a failed task and a failed actor, and then runs until it is stopped."""
    from ray.job_submission import JobStatus, JobSubmissionClient

    jobs = JobSubmissionClient(dashboard_url)
    submitted = str(jobs.submit_job(entrypoint=f"{sys.executable} -c '{WORKLOAD}'"))
    deadline = time.monotonic() + 120
    while "\nready" not in jobs.get_job_logs(submitted):
        assert jobs.get_job_status(submitted) in {JobStatus.PENDING, JobStatus.RUNNING}, jobs.get_job_logs(submitted)
        assert time.monotonic() < deadline, jobs.get_job_logs(submitted)
        time.sleep(0.5)
    yield submitted
    jobs.stop_job(submitted)
