"""Jobs: drivers and submissions, their logs, and stopping one."""

from __future__ import annotations

from urllib.parse import quote

from msgspec import Raw, Struct, structs

from raymon_tui.backends.errors import BadAnswerError
from raymon_tui.cluster.model.job import Job
from raymon_tui.cluster.model.log_file import LogWindow
from raymon_tui.cluster.ray_api.asking import LIST_TIMEOUT_S, Get
from raymon_tui.cluster.ray_api.lenient import decode
from raymon_tui.cluster.ray_api.rows import decode_into, decode_split
from raymon_tui.cluster.ray_api.words import without_escapes

_PATH = "/api/jobs/"  # Without the slash at its end it is another route, a 404.


class _Log(Struct, frozen=True):
    logs: str = ""


class _Stopped(Struct, frozen=True):
    stopped: bool = False


async def ask_jobs(get: Get) -> tuple[Job, ...]:
    """Return all jobs in Ray's order, their messages without terminal escapes."""
    raws = await decode_split(await get(_PATH), list[Raw], asked=_PATH)
    jobs, _ = await decode_into(raws, Job, _tidied)
    return tuple(jobs)


async def ask_job(get: Get, job_id: str) -> Job | None:
    """Return one job by its submission or job id; None where this cluster does not know it."""
    path = f"{_PATH}{quote(job_id, safe='')}"
    try:
        return _tidied(decode(await get(path), Job, asked=path))
    except BadAnswerError as error:
        if "does not exist" in error.said:
            return None
        raise


async def ask_job_log(get: Get, submission_id: str) -> LogWindow:
    """Return the whole log of a submitted job's driver."""
    path = f"{_PATH}{quote(submission_id, safe='')}/logs"
    text = decode(await get(path, timeout_s=LIST_TIMEOUT_S), _Log, asked=path).logs
    data = text.encode("utf-8", "replace")
    return LogWindow(data=data, start=0, size=len(data))


def stop_path(submission_id: str) -> str:
    """Return the path that a POST to stops a job."""
    return f"{_PATH}{quote(submission_id, safe='')}/stop"


def read_stopped(body: bytes) -> bool:
    """Return whether the job was still running, and is stopped now."""
    return decode(body, _Stopped, asked=_PATH).stopped


def _tidied(job: Job) -> Job:
    return job if job.message is None else structs.replace(job, message=without_escapes(job.message))
