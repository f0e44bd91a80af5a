"""Which events of a namespace are about the objects that are watched, or about pods of theirs that are gone. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from raymon_tui.backends.kuberay import is_made_from
from raymon_tui.cluster.kubernetes.event import Involved, KubernetesEvent
from raymon_tui.cluster.kubernetes.ray_cluster import RayCluster

LONGEST_PREFIX = 50
"""KubeRay names a pod by so many of the first characters of its cluster and group."""


def may_be_about(event: KubernetesEvent, names: Collection[str]) -> bool:
    """Whether an event may be about one of these objects or of what they made; cheap, for the first sight of it."""
    return event.involved_object.name.startswith(tuple(name[:LONGEST_PREFIX] for name in names))


class About:
    """Knows the objects that are watched, by kind and name."""

    def __init__(
        self,
        objects: Iterable[tuple[str, str]],
        clusters: Iterable[RayCluster],
        pods: Iterable[str],
        submitted_by: str | None,
    ) -> None:
        """Take the objects as kind and name, the clusters, the names of pods, and the Job that submits one to Ray."""
        self._objects = {*objects, *(("Pod", name) for name in pods)}
        prefixes = [prefix for cluster in clusters for prefix in pod_prefixes(cluster)]
        if submitted_by is not None:
            self._objects.add(("Job", submitted_by))
            prefixes.append(f"{submitted_by}-")
        self._prefixes = tuple(prefixes)

    def __contains__(self, involved: Involved) -> bool:
        if (involved.kind, involved.name) in self._objects:
            return True
        # A pod that went before we came is known by its name alone, which its cluster and group begin.
        begins = (one for one in self._prefixes if involved.kind == "Pod" and involved.name.startswith(one))
        return any(is_made_from(involved.name, one) for one in begins)


def pod_prefixes(cluster: RayCluster) -> Iterable[str]:
    """Yield how the names of a cluster's pods begin."""
    yield pod_prefix(cluster.name, None)
    for group in cluster.spec.worker_group_specs:
        yield pod_prefix(cluster.name, group.group_name)


def pod_prefix(cluster: str, group: str | None) -> str:
    """Return how the names of the pods of a worker group begin, or with None that of the head."""
    stem, kind = (cluster, "head") if group is None else (f"{cluster}-{group}", "worker")
    return f"{stem[:LONGEST_PREFIX]}-{kind}-".lower()
