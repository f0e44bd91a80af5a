"""All that Kubernetes knows of one cluster at one moment."""

from __future__ import annotations

from functools import cached_property

from msgspec import Struct

from raymon_tui.cluster.feeds.feed import Feed, not_asked
from raymon_tui.cluster.kubernetes.event import Involved, KubernetesEvent
from raymon_tui.cluster.kubernetes.failed_pods import FailedPod
from raymon_tui.cluster.kubernetes.pod import Pod
from raymon_tui.cluster.kubernetes.ray_cluster import RayCluster
from raymon_tui.cluster.kubernetes.ray_job import RayCronJob, RayJob
from raymon_tui.cluster.kubernetes.ray_service import RayService
from raymon_tui.cluster.kubernetes.unread import API_SERVER, Unread


class KubernetesPicture(Struct, frozen=True, kw_only=True, dict=True):
    """The objects, pods and events of one cluster; None where they were never read, or are not there.

    `kind` and `name` are those of the object that was opened, `followed` the RayCluster that it leads to now; `moved`
    says why that is another one, or its head pod another one, since `moved_at`. `gone`: the opened object is not there
    (any more). `clusters` has the followed one, and for a RayService its pending one too; `job` is the RayJob that
    counts, `jobs` all that a RayCronJob has made, newest first. `failed_pods` are those of the last hour, also when
    they are gone. `events` are the newest ones, newest first; `more_events` tells that older ones were let go.
    """

    context: str = ""
    namespace: str = ""
    kind: str = ""
    name: str = ""
    followed: str | None = None
    moved: str = ""
    moved_at: float | None = None
    gone: bool = False
    clusters: tuple[RayCluster, ...] | None = None
    job: RayJob | None = None
    jobs: tuple[RayJob, ...] = ()
    service: RayService | None = None
    cron_job: RayCronJob | None = None
    pods: tuple[Pod, ...] | None = None
    failed_pods: tuple[FailedPod, ...] = ()
    events: tuple[KubernetesEvent, ...] | None = None
    more_events: bool = False
    unread: tuple[Unread, ...] = ()

    @property
    def cluster(self) -> RayCluster | None:
        """The RayCluster that is followed."""
        return next((one for one in self.clusters or () if one.name == self.followed), None)

    @property
    def ray_jobs(self) -> tuple[RayJob, ...]:
        """The RayJobs that are known: the one that counts, and the others that a RayCronJob has made."""
        return self.jobs or (() if self.job is None else (self.job,))

    @property
    def own_pods(self) -> tuple[Pod, ...]:
        """The pods of the followed cluster's nodes, the head first; those that are about to end last."""
        own = (pod for pod in self.pods or () if pod.cluster == self.followed and pod.is_ray_node)
        return tuple(sorted(own, key=lambda pod: (pod.deleting, not pod.is_head, pod.group, pod.name)))

    def pod_at(self, ip: str) -> Pod | None:
        """Return the pod that has this address; a dead one's address may have been given to another."""
        return self._by_address.get(ip)

    @cached_property
    def _by_address(self) -> dict[str, Pod]:
        # Of those that share an address, the one that is put last counts.
        ordered = sorted(self.pods or (), key=lambda pod: (pod.status.phase != "Running", pod.deleting), reverse=True)
        return {pod.ip: pod for pod in ordered if pod.ip}

    def old_since(self, what: str) -> float | None:
        """Return as of when what is shown of a kind stands, in seconds since the epoch; None where that is now."""
        return min((one.since for one in self.unread if one.what in (what, API_SERVER)), default=None)

    def events_of(self, kind: str, name: str) -> tuple[KubernetesEvent, ...]:
        """Return what happened to one object, newest first."""
        return tuple(event for event in self.events or () if event.involved_object == Involved(kind=kind, name=name))


KUBERNETES: Feed[KubernetesPicture] = Feed("kubernetes", not_asked, pushed=True)
"""Watched rather than asked, and only where the backend is one of Kubernetes."""
