"""What is watched of one object that was opened: its own shelf, those of what it leads to, and their picture."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from raymon_tui.backends.base import KubernetesObjects
from raymon_tui.cluster.kubernetes import paths
from raymon_tui.cluster.kubernetes.about import About, may_be_about
from raymon_tui.cluster.kubernetes.event import KubernetesEvent
from raymon_tui.cluster.kubernetes.failed_pods import FailedPods
from raymon_tui.cluster.kubernetes.following import Leads, leads_of, newest_job
from raymon_tui.cluster.kubernetes.metadata import KubernetesObject
from raymon_tui.cluster.kubernetes.picture import KubernetesPicture
from raymon_tui.cluster.kubernetes.pod import Pod
from raymon_tui.cluster.kubernetes.ray_cluster import RayCluster
from raymon_tui.cluster.kubernetes.ray_job import CRON_LABEL, RayCronJob, RayJob
from raymon_tui.cluster.kubernetes.ray_service import RayService
from raymon_tui.cluster.kubernetes.shelf import Shelf
from raymon_tui.cluster.kubernetes.unread import Unread

EVENTS, PODS = "events", "pods"
MOST_EVENTS, MOST_PODS, MOST_JOBS = 500, 20_000, 1_000
LOOKED_THROUGH = 4 * MOST_EVENTS
"""Events that may be about us, by the beginning of a name; those that are not are among them."""

_ROOTS: Mapping[str, type[KubernetesObject]] = {"RayJob": RayJob, "RayService": RayService, "RayCronJob": RayCronJob}


class Watching(NamedTuple):
    """One list and watch: what it is of, where that is, and the shelf that it fills."""

    what: str
    path: str
    params: Mapping[str, str]
    shelf: Shelf[Any]


class Watched:
    """The shelves of one opened object. `clock` gives seconds since the epoch."""

    def __init__(self, objects: KubernetesObjects, clock: Callable[[], float]) -> None:
        self._objects = objects
        self._failed = FailedPods(clock)
        self._root = Shelf(_ROOTS.get(objects.place.kind, RayCluster))
        self._jobs = Shelf(RayJob, MOST_JOBS)
        self._services = Shelf(RayService)
        self._clusters: dict[str, Shelf[RayCluster]] = {}
        self._pods = self._shelf_of_pods()
        self._submitters = self._shelf_of_pods()
        self._events = Shelf(KubernetesEvent, LOOKED_THROUGH)

    def _shelf_of_pods(self) -> Shelf[Pod]:
        return Shelf(Pod, MOST_PODS, seen=self._failed.look_at)

    @property
    def opened(self) -> Shelf[Any]:
        """The shelf of the object that was opened."""
        if self._objects.place.kind in _ROOTS:
            return self._root
        return self._clusters.get(self._objects.place.name, self._root)

    @property
    def leads(self) -> Leads:
        """Where the opened object leads."""
        place = self._objects.place
        if place.kind not in _ROOTS:
            cluster = self.opened.only
            return Leads((place.name,) if place.name else ()) if cluster is None else leads_of(cluster, (), None)
        return leads_of(self._root.only, self._jobs.objects, place.ray_cluster)

    def roots(self) -> Iterator[Watching]:
        """Yield what is to be watched wherever the object leads."""
        place = self._objects.place
        if place.kind not in _ROOTS:
            return
        path = paths.rays(place.kind, place.namespace)
        yield Watching(place.kind, path, paths.named(place.name), self._root)
        if place.kind == "RayCronJob":
            chosen = {"labelSelector": f"{CRON_LABEL}={place.name}"}
            yield Watching("RayJob", paths.rays("RayJob", place.namespace), chosen, self._jobs)

    def followed(self) -> Iterator[Watching]:
        """Yield what is to be watched where it leads now, on shelves that are empty but for clusters known before."""
        place, leads = self._objects.place, self.leads
        self._clusters = {name: self._clusters.get(name) or Shelf(RayCluster) for name in leads.clusters}
        for name, shelf in self._clusters.items():
            yield Watching("RayCluster", paths.rays("RayCluster", place.namespace), paths.named(name), shelf)
        yield from self._owners(leads)
        self._pods, self._submitters = self._shelf_of_pods(), self._shelf_of_pods()
        pods = paths.pods(place.namespace)
        if leads.clusters:
            yield Watching(PODS, pods, paths.of_clusters(leads.clusters), self._pods)
        if leads.job is not None:
            yield Watching(PODS, pods, paths.of_job(leads.job), self._submitters)
        about = {*leads.clusters, place.name, leads.job or place.name, leads.service or place.name}
        self._events = Shelf(
            KubernetesEvent,
            LOOKED_THROUGH,
            wanted=lambda event: may_be_about(event, about),
            order=lambda event: event.at or 0.0,
        )
        yield Watching(EVENTS, paths.events(place.namespace), {}, self._events)

    def _owners(self, leads: Leads) -> Iterator[Watching]:
        """Yield the RayJob or the RayService that has made the RayCluster which was opened."""
        place = self._objects.place
        if place.kind not in _ROOTS and leads.job is not None:
            yield Watching("RayJob", paths.rays("RayJob", place.namespace), paths.named(leads.job), self._jobs)
        if place.kind not in _ROOTS and leads.service is not None:
            path = paths.rays("RayService", place.namespace)
            yield Watching("RayService", path, paths.named(leads.service), self._services)

    def picture(self, unread: tuple[Unread, ...]) -> KubernetesPicture:
        """Return what is known now."""
        place, leads, root = self._objects.place, self.leads, self._root.only
        shelves = [self._clusters[name] for name in leads.clusters if name in self._clusters]
        clusters = tuple(one for shelf in shelves for one in shelf.objects)
        jobs = sorted(self._jobs.objects, key=lambda job: -(job.created_at or 0.0))
        pods = (*self._pods.objects, *self._submitters.objects)
        listed = self._pods.known if leads.clusters else self._submitters.known
        events = self._events_about(leads, clusters, pods) if self._events.known else None
        return KubernetesPicture(
            context=place.context,
            namespace=place.namespace,
            kind=place.kind,
            name=place.name,
            followed=leads.cluster,
            moved=place.moved,
            moved_at=place.moved_at,
            gone=self.opened.known and not self.opened.objects,
            clusters=clusters if all(shelf.known for shelf in shelves) else None,
            job=root if isinstance(root, RayJob) else newest_job(jobs),
            jobs=tuple(jobs),
            service=root if isinstance(root, RayService) else self._services.only,
            cron_job=root if isinstance(root, RayCronJob) else None,
            pods=pods if listed else None,
            failed_pods=self._failed.lately(),
            events=None if events is None else events[:MOST_EVENTS],
            more_events=self._events.cut or len(events or ()) > MOST_EVENTS,
            unread=unread,
        )

    def _events_about(
        self, leads: Leads, clusters: tuple[RayCluster, ...], pods: tuple[Pod, ...]
    ) -> tuple[KubernetesEvent, ...]:
        """Return what happened to the objects that are watched, newest first."""
        place = self._objects.place
        objects = [(place.kind, place.name), *(("RayCluster", name) for name in leads.clusters)]
        objects += [("RayJob", job.name) for job in self._jobs.objects]
        objects += [("RayService", leads.service)] if leads.service is not None else []
        about = About(objects, clusters, (pod.name for pod in pods), leads.job)
        found = (event for event in self._events.objects if event.involved_object in about)
        return tuple(sorted(found, key=lambda event: -(event.at or 0.0)))
