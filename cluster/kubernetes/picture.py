"""All that Kubernetes knows of one cluster at one moment."""

from __future__ import annotations

from msgspec import Struct

from raymon_tui.cluster.feeds.feed import Feed, not_asked
from raymon_tui.cluster.kubernetes.event import KubernetesEvent
from raymon_tui.cluster.kubernetes.pod import Pod
from raymon_tui.cluster.kubernetes.ray_cluster import RayCluster
from raymon_tui.cluster.kubernetes.ray_job import RayCronJob, RayJob
from raymon_tui.cluster.kubernetes.ray_service import RayService
from raymon_tui.cluster.kubernetes.unread import Unread


class KubernetesPicture(Struct, frozen=True, kw_only=True):
    """The objects, pods and events of one cluster; None where they were never read, or are not there.

    `kind` and `name` are those of the object that was opened, `followed` the RayCluster that it leads to now; `gone`
    says that the opened object is not there (any more). `clusters` has the followed one, and for a RayService its
    pending one too. `events` are the newest ones, newest first; `more_events` tells that older ones were let go.
    """

    context: str = ""
    namespace: str = ""
    kind: str = ""
    name: str = ""
    followed: str | None = None
    gone: bool = False
    clusters: tuple[RayCluster, ...] | None = None
    job: RayJob | None = None
    service: RayService | None = None
    cron_job: RayCronJob | None = None
    pods: tuple[Pod, ...] | None = None
    events: tuple[KubernetesEvent, ...] | None = None
    more_events: bool = False
    unread: tuple[Unread, ...] = ()

    @property
    def cluster(self) -> RayCluster | None:
        """The RayCluster that is followed."""
        return next((one for one in self.clusters or () if one.name == self.followed), None)

    @property
    def own_pods(self) -> tuple[Pod, ...]:
        """The pods of the followed cluster, the head first; those that are about to end last."""
        own = (pod for pod in self.pods or () if pod.cluster == self.followed)
        return tuple(sorted(own, key=lambda pod: (pod.deleting, not pod.is_head, pod.group, pod.name)))

    def pod_at(self, ip: str) -> Pod | None:
        """Return the pod that has this address; a dead one's address may have been given to another."""
        here = [pod for pod in self.pods or () if ip and pod.ip == ip]
        return min(here, key=lambda pod: (pod.status.phase != "Running", pod.deleting), default=None)

    def events_of(self, name: str) -> tuple[KubernetesEvent, ...]:
        """Return what happened to the object of that name, newest first."""
        return tuple(event for event in self.events or () if event.involved_object.name == name)


KUBERNETES: Feed[KubernetesPicture] = Feed("kubernetes", not_asked, pushed=True)
"""Watched rather than asked, and only where the backend is one of Kubernetes."""
