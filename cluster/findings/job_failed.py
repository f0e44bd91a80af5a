"""Jobs that failed lately."""

from __future__ import annotations

import re
from collections.abc import Iterator

from raymon_tui.cluster.feeds.catalogue import JOBS
from raymon_tui.cluster.findings.finding import Finding, Severity
from raymon_tui.cluster.findings.wording import RECENT_S, last_words
from raymon_tui.cluster.model.job import Job
from raymon_tui.cluster.snapshot import Snapshot

_ENTRYPOINT = re.compile(r"^Job entrypoint command failed with exit code (-?\d+)[.,]?\s*", re.DOTALL)
_EXCERPT = re.compile(r"^last available logs \(truncated to [\d,]+ chars\):\s*|^No logs available\.?\s*")
_KILLED = (137, -9)


def job_failed(snapshot: Snapshot, now: float) -> Iterator[Finding]:
    """Name each job that failed within the last hour, with what its driver said last."""
    for job in snapshot.value(JOBS) or ():
        ended = job.end_time / 1000 if job.end_time else None
        if job.status == "FAILED" and now - (ended or now) <= RECENT_S:
            yield Finding(
                id=f"job-failed:{job.key}",
                severity=Severity.ERROR,
                title=f"Job {job.key} failed",
                cause=cause_of(job),
                where="jobs",
                subject=job.key,
                since=ended,
                hint="Its driver's log has the rest.",
            )


def cause_of(job: Job) -> str:
    """Return why a job failed, in one sentence; "" where Ray does not say."""
    message = job.message or ""
    found = _ENTRYPOINT.match(message)
    code = int(found[1]) if found else job.driver_exit_code
    if code in _KILLED:
        return f"its driver was killed (exit code {code})"
    said = last_words(_EXCERPT.sub("", message[found.end() :] if found else message))
    return ": ".join(part for part in (f"exit code {code}" if code else "", said) if part)
