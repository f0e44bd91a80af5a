"""A job: a driver, a submission, or both at once."""

from __future__ import annotations

from msgspec import Struct

from raymon_tui.cluster.model.finite import Finite

ENDED = ("SUCCEEDED", "FAILED", "STOPPED")


class DriverInfo(Struct, frozen=True, kw_only=True, gc=False):
    """The driver process of a submitted job."""

    id: str = ""
    node_ip_address: str = ""
    pid: int | None = None


class Job(Struct, frozen=True, kw_only=True, gc=False):
    """One row of `/api/jobs/`. `start_time` and `end_time` are milliseconds, as Ray sends them; 0 means none."""

    type: str = ""
    job_id: str | None = None
    submission_id: str | None = None
    driver_info: DriverInfo | None = None
    status: str = ""
    entrypoint: str = ""
    message: str | None = None
    error_type: str | None = None
    start_time: Finite | None = None
    end_time: Finite | None = None
    driver_node_id: str | None = None
    driver_exit_code: int | None = None
    metadata: dict[str, str] | None = None

    @property
    def key(self) -> str:
        """What names this job among others: the submission id, else the job id."""
        return self.submission_id or self.job_id or ""

    @property
    def ended(self) -> bool:
        """Whether it will not change any more."""
        return self.status in ENDED


class JobProgress(Struct, frozen=True, kw_only=True, gc=False):
    """How far a job's tasks are. `total` counts every attempt that GCS remembers."""

    job_id: str
    total: int
    finished: int
    running: int
    waiting: int
    failed: int
