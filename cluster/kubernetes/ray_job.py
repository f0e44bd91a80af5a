"""A RayJob, and a RayCronJob that makes them."""

from __future__ import annotations

from msgspec import Struct, field

from raymon_tui.backends import kuberay
from raymon_tui.cluster.kubernetes.metadata import Condition, KubernetesObject, moment

ENDED, CRON_LABEL = kuberay.JOB_ENDED, kuberay.CRON_LABEL


class JobStatus(Struct, frozen=True, kw_only=True, rename="camel"):
    """What the operator says of a job: how Ray's own job is, and how far its deployment."""

    job_id: str = ""
    ray_cluster_name: str = ""
    job_status: str = ""
    job_deployment_status: str = ""
    reason: str = ""
    message: str = ""
    start_time: str | None = None
    end_time: str | None = None
    failed: int = 0


class JobSpec(Struct, frozen=True, kw_only=True, rename="camel"):
    """What the job is to be."""

    entrypoint: str = ""
    suspend: bool = False
    managed_by: str = ""
    backoff_limit: int = 0
    submission_mode: str = ""
    cluster_selector: dict[str, str] = {}


class RayJob(KubernetesObject, frozen=True, kw_only=True, rename="camel"):
    """A RayJob."""

    spec: JobSpec = JobSpec()
    status: JobStatus | None = None

    @property
    def cluster(self) -> str:
        """The RayCluster that it runs on now; "" while there is none. Each retry makes a new one."""
        return "" if self.status is None else self.status.ray_cluster_name

    @property
    def managed_by(self) -> str:
        """Which controller is to look at it; "" for KubeRay's own."""
        return self.spec.managed_by

    @property
    def seen_by_operator(self) -> bool:
        """Whether an operator has ever said anything of it."""
        status = self.status
        return status is not None and bool(status.job_deployment_status or status.job_id or status.ray_cluster_name)

    @property
    def suspended(self) -> bool:
        """Whether it is to have no cluster, as a queue such as Kueue asks for until there is room."""
        return self.spec.suspend

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """What the operator says of its sides: of a job it says none."""
        return ()

    @property
    def ended(self) -> bool:
        """Whether nothing more comes of it."""
        return self.status is not None and self.status.job_deployment_status in ENDED

    @property
    def state(self) -> str:
        """How it is in one word: the deployment's state, which knows more than the job's."""
        if self.deleting:
            return "Terminating"
        status = self.status
        if status is None or not self.seen_by_operator:
            return "Suspended" if self.spec.suspend else "not seen"
        return status.job_deployment_status or status.job_status or ("Suspended" if self.spec.suspend else "New")

    @property
    def failed(self) -> bool:
        """Whether it, or its deployment, failed for good."""
        status = self.status
        return status is not None and (
            status.job_deployment_status in ("Failed", "ValidationFailed")
            or (status.job_status == "FAILED" and self.ended)
        )

    @property
    def why(self) -> str:
        """The operator's words on it: the message, else the reason."""
        return "" if self.status is None else self.status.message or self.status.reason

    @property
    def started_at(self) -> float | None:
        """When it was started, in seconds since the epoch."""
        return None if self.status is None else moment(self.status.start_time)

    @property
    def ended_at(self) -> float | None:
        """When it ended, in seconds since the epoch."""
        return None if self.status is None else moment(self.status.end_time)


class CronSpec(Struct, frozen=True, kw_only=True, rename="camel"):
    """When its jobs are to be made."""

    schedule: str = ""
    suspend: bool = False
    time_zone: str = ""


class CronStatus(Struct, frozen=True, kw_only=True, rename="camel"):
    """When its last job was made."""

    last_schedule_time: str | None = None


class RayCronJob(KubernetesObject, frozen=True, kw_only=True, rename="camel"):
    """A RayCronJob."""

    spec: CronSpec = CronSpec()
    status: CronStatus = field(default_factory=CronStatus)

    @property
    def managed_by(self) -> str:
        """Which controller is to look at it: KubeRay's own, always."""
        return ""

    @property
    def seen_by_operator(self) -> bool:
        """Whether an operator looks at it: it says so only when it makes a job, which may be long after."""
        return True

    @property
    def suspended(self) -> bool:
        """Whether it is to make no jobs."""
        return self.spec.suspend

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """What the operator says of its sides: of a cron job it says none."""
        return ()

    @property
    def state(self) -> str:
        """How it is in one word."""
        return "Terminating" if self.deleting else "Suspended" if self.spec.suspend else "Scheduled"

    @property
    def why(self) -> str:
        """What the operator says of it: nothing, ever."""
        return ""

    @property
    def scheduled_at(self) -> float | None:
        """When its last job was made, in seconds since the epoch."""
        return moment(self.status.last_schedule_time)
