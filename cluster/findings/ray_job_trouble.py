"""RayJobs, RayServices and RayCronJobs that are held up, fail, or are on their way to another cluster."""

from __future__ import annotations

from collections.abc import Iterator

from raymon_tui.cluster.feeds.catalogue import SERVE
from raymon_tui.cluster.findings.finding import Finding, Severity
from raymon_tui.cluster.findings.kuberay_standing import page_of, standing
from raymon_tui.cluster.findings.serve_failing import failing_application
from raymon_tui.cluster.findings.wording import sentence
from raymon_tui.cluster.kubernetes.picture import KUBERNETES, KubernetesPicture
from raymon_tui.cluster.kubernetes.ray_job import RayJob
from raymon_tui.cluster.kubernetes.ray_service import RayService, ServiceCluster
from raymon_tui.cluster.ray_api.words import spoken
from raymon_tui.cluster.snapshot import Snapshot


def ray_job_trouble(snapshot: Snapshot, now: float) -> Iterator[Finding]:
    """Name a job that nobody takes on or that failed before or beside Ray, and a service with a second cluster."""
    picture = snapshot.value(KUBERNETES)
    if picture is None:
        return
    cron_job, job, service = picture.cron_job, picture.job, picture.service
    if cron_job is not None and not cron_job.deleting:
        yield from standing("RayCronJob", cron_job, now)
    if job is not None and not job.deleting:
        if job.failed:
            yield _failed(job, picture)
        elif not job.ended:
            yield from standing("RayJob", job, now)
    if service is not None and not service.deleting:
        yield from standing("RayService", service, now)
        yield from _failing(service, snapshot)
        if service.active is not None and service.pending is not None:
            yield _pending(service, service.active, service.pending)


def _failing(service: RayService, snapshot: Snapshot) -> Iterator[Finding]:
    """Yield the applications that fail, where Ray itself was not asked: the operator asks it anyway."""
    if service.active is not None and snapshot.value(SERVE) is None:
        for name, one in service.active.application_statuses.items():
            if one.failing:
                yield failing_application(name, one.status, one.why)


def _failed(job: RayJob, picture: KubernetesPicture) -> Finding:
    reason = "" if job.status is None else job.status.reason
    said = sentence(spoken(job.why, 200))
    submitter = next((pod.name for pod in picture.pods or () if pod.job == job.name), None)
    return Finding(
        id=f"ray-job-failed:{job.metadata.uid or job.name}",
        severity=Severity.ERROR,
        title=f"RayJob {job.name} failed",
        cause=f"{reason}: {said}" if reason and said and reason != said else said or "the operator gives no reason",
        where="jobs",
        subject="" if job.status is None else job.status.job_id,
        since=job.ended_at,
        hint=f"The log of {submitter} says more: key 0, Kubernetes, l on it." if submitter else "Its events: key 0.",
    )


def _pending(service: RayService, active: ServiceCluster, pending: ServiceCluster) -> Finding:
    trouble = pending.trouble
    traffic = (
        "" if active.traffic_routed_percent is None else f"; it still has {active.traffic_routed_percent}% of requests"
    )
    return Finding(
        id=f"service-pending:{service.name}:{pending.ray_cluster_name}",
        severity=Severity.WARNING if trouble else Severity.INFO,
        title=f"{pending.ray_cluster_name} is to take over from {active.ray_cluster_name}",
        cause=sentence(spoken(trouble, 200)) if trouble else f"RayService {service.name} is being upgraded{traffic}",
        where="more",
        subject=page_of("RayService", service.name),
        hint="This picture follows the active cluster, and will follow the other one once that is active.",
    )
