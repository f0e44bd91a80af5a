"""Where the object that was opened leads: to which RayCluster, by which RayJob. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from raymon_tui.backends.kuberay import job_order
from raymon_tui.cluster.kubernetes.metadata import KubernetesObject
from raymon_tui.cluster.kubernetes.ray_cluster import RayCluster
from raymon_tui.cluster.kubernetes.ray_job import RayJob
from raymon_tui.cluster.kubernetes.ray_service import RayService

OWNER_KIND, OWNER_NAME = "ray.io/originated-from-crd", "ray.io/originated-from-cr-name"
"""Labels of a RayCluster that a RayJob or a RayService has made."""


class Leads(NamedTuple):
    """The names of the clusters, the one to be followed first, and of the RayJob or RayService that has made it.

    Of several RayJobs `job` is the one that counts; None where there is none.
    """

    clusters: tuple[str, ...] = ()
    job: str | None = None
    service: str | None = None

    @property
    def cluster(self) -> str | None:
        """The RayCluster that is followed."""
        return next(iter(self.clusters), None)


def newest_job(jobs: Sequence[RayJob]) -> RayJob | None:
    """Return of a RayCronJob's jobs the one that counts: what runs before what ended, then the newest."""
    return max(jobs, key=_order, default=None)


def _order(job: RayJob) -> tuple[bool, str]:
    state = None if job.status is None else job.status.job_deployment_status
    return job_order(state, job.metadata.creation_timestamp)


def leads_of(root: KubernetesObject | None, jobs: Sequence[RayJob], known: str | None) -> Leads:
    """Return where an object leads.

    `jobs` are those that it has made, `known` is the cluster that the backend follows.
    """
    if isinstance(root, RayCluster):
        labels = root.metadata.labels
        owner, kind = labels.get(OWNER_NAME) or None, labels.get(OWNER_KIND)
        return Leads((root.name,), owner if kind == "RayJob" else None, owner if kind == "RayService" else None)
    if isinstance(root, RayService):
        names = [one.ray_cluster_name for one in (root.active, root.pending) if one is not None]
        return Leads(_first_known(names, known), service=root.name)
    job = root if isinstance(root, RayJob) else newest_job(jobs)
    if job is None:
        return Leads(_first_known([], known))
    return Leads(_first_known([job.cluster], known), job.name)


def _first_known(names: Sequence[str], known: str | None) -> tuple[str, ...]:
    found = tuple(dict.fromkeys(name for name in names if name))
    return found or ((known,) if known else ())
