"""Which RayClusters belong to the object that was opened: pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from raymon_tui.cluster.kubernetes.event import KubernetesEvent
from raymon_tui.cluster.kubernetes.metadata import KubernetesObject
from raymon_tui.cluster.kubernetes.ray_job import RayJob
from raymon_tui.cluster.kubernetes.ray_service import RayService


def clusters_of(root: KubernetesObject | None, jobs: Sequence[RayJob], known: str | None) -> tuple[str, ...]:
    """Return the names of the clusters of an object, the one to be followed first.

    `jobs` are those that a RayCronJob has made, `known` the cluster that the backend follows.
    """
    found: list[str | None] = []
    if isinstance(root, RayJob):
        found = [root.cluster]
    elif isinstance(root, RayService):
        found = [one.ray_cluster_name for one in (root.active, root.pending) if one is not None]
    elif jobs:
        newest = max(jobs, key=lambda job: (bool(job.cluster) and not job.ended, job.created_at or 0.0))
        found = [newest.cluster]
    return tuple(dict.fromkeys(name for name in (*found, None if any(found) else known) if name))


def is_about(event: KubernetesEvent, names: Collection[str]) -> bool:
    """Whether an event is about one of these objects, or of what their controllers made: `demo-head-x2x4z`."""
    about = event.involved_object.name
    return any(about == name or about.startswith(f"{name}-") for name in names)
