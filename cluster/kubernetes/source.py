"""Watches all that Kubernetes knows of one cluster, and follows where its object leads."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import anyio
from msgspec import structs

from raymon_tui.backends.base import KubernetesObjects, KubernetesPlace
from raymon_tui.backends.errors import RaymonError
from raymon_tui.cluster.feeds.feed import FeedError, Reading
from raymon_tui.cluster.kubernetes import paths
from raymon_tui.cluster.kubernetes.event import KubernetesEvent
from raymon_tui.cluster.kubernetes.following import clusters_of, is_about
from raymon_tui.cluster.kubernetes.metadata import KubernetesObject
from raymon_tui.cluster.kubernetes.picture import KUBERNETES, KubernetesPicture
from raymon_tui.cluster.kubernetes.pod import Pod
from raymon_tui.cluster.kubernetes.ray_cluster import RayCluster
from raymon_tui.cluster.kubernetes.ray_job import CRON_LABEL, RayCronJob, RayJob
from raymon_tui.cluster.kubernetes.ray_service import RayService
from raymon_tui.cluster.kubernetes.shelf import Shelf
from raymon_tui.cluster.kubernetes.unread import API_SERVER, UnreadKinds
from raymon_tui.cluster.kubernetes.watching import arrive, arrive_once, keep, stay_in_touch
from raymon_tui.cluster.source import Changed

EVENTS = "events"
MOST_EVENTS, MOST_PODS, MOST_JOBS = 500, 20_000, 1_000

_ROOTS: Mapping[str, type[KubernetesObject]] = {"RayJob": RayJob, "RayService": RayService, "RayCronJob": RayCronJob}


class KubernetesSource:
    """The readings of `KUBERNETES`: a picture that is made anew when a watch has told something."""

    def __init__(self, objects: KubernetesObjects, clock: Callable[[], float]) -> None:
        self._objects = objects
        self._clock = clock
        place = objects.place
        self._root = Shelf(_ROOTS.get(place.kind, RayCluster))
        self._jobs = Shelf(RayJob, MOST_JOBS)
        self._clusters: dict[str, Shelf[RayCluster]] = {}
        self._pods = Shelf(Pod, MOST_PODS)
        self._events = Shelf(KubernetesEvent, MOST_EVENTS)
        self._unread = UnreadKinds(clock)
        self._reading: Reading[KubernetesPicture] | None = None
        self._heard_at: float | None = None
        self._told = anyio.Event()
        self._changed: Changed = lambda _names: None

    def readings(self) -> Mapping[str, Reading[Any]]:
        """Return the picture as a reading: the same object again while nothing was told."""
        if self._reading is None:
            self._reading = self._read()
        return {KUBERNETES.name: self._reading}

    async def run(self, changed: Changed) -> None:
        """Watch until cancelled."""
        self._changed = changed
        to_server = partial(self._tell, API_SERVER)
        await arrive(self._objects, to_server)
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(stay_in_touch, self._objects, to_server)
            for what, path, params, shelf in self._roots():
                tasks.start_soon(keep, self._objects, path, params, shelf, partial(self._tell, what))
            while True:
                names = self._names()
                async with anyio.create_task_group() as following:
                    for what, path, params, shelf in self._followed(names):
                        following.start_soon(keep, self._objects, path, params, shelf, partial(self._tell, what))
                    while self._names() == names:
                        await self._told.wait()
                    following.cancel_scope.cancel()

    async def once(self) -> bool:
        """List everything once; return whether the object that was opened is there, and may be read."""
        await arrive_once(self._objects, partial(self._tell, API_SERVER))
        if not self._objects.place.namespace:
            return False
        for what, path, params, shelf in self._roots():
            await self._list(what, path, params, shelf)
        async with anyio.create_task_group() as tasks:
            for what, path, params, shelf in self._followed(self._names()):
                tasks.start_soon(self._list, what, path, params, shelf)
        return bool(self._opened().objects)

    def _opened(self) -> Shelf[Any]:
        """Return the shelf of the object that was opened."""
        if self._objects.place.kind in _ROOTS:
            return self._root
        return self._clusters.get(self._objects.place.name, self._root)

    def _names(self) -> tuple[str, ...]:
        place = self._objects.place
        known = place.name if place.kind == "RayCluster" else place.ray_cluster
        return clusters_of(_only(self._root), self._jobs.objects, known)

    def _roots(self) -> list[tuple[str, str, Mapping[str, str], Shelf[Any]]]:
        """Return what is to be watched whichever cluster is followed."""
        place = self._objects.place
        if place.kind not in _ROOTS:
            return []
        found: list[tuple[str, str, Mapping[str, str], Shelf[Any]]] = [
            (place.kind, paths.rays(place.kind, place.namespace), paths.named(place.name), self._root)
        ]
        if place.kind == "RayCronJob":
            chosen = {"labelSelector": f"{CRON_LABEL}={place.name}"}
            found.append(("RayJob", paths.rays("RayJob", place.namespace), chosen, self._jobs))
        return found

    def _followed(self, names: tuple[str, ...]) -> list[tuple[str, str, Mapping[str, str], Shelf[Any]]]:
        """Return what is to be watched of these clusters, on shelves that are empty but for clusters known before."""
        place = self._objects.place
        self._clusters = {name: self._clusters.get(name) or Shelf(RayCluster) for name in names}
        found: list[tuple[str, str, Mapping[str, str], Shelf[Any]]] = [
            ("RayCluster", paths.rays("RayCluster", place.namespace), paths.named(name), shelf)
            for name, shelf in self._clusters.items()
        ]
        self._pods = Shelf(Pod, MOST_PODS)
        if names:
            found.append(("pods", paths.pods(place.namespace), paths.of_clusters(names), self._pods))
        about = {*names, place.name}
        self._events = Shelf(KubernetesEvent, MOST_EVENTS, lambda event: is_about(event, about))
        found.append((EVENTS, paths.events(place.namespace), {}, self._events))
        return found

    async def _list(self, what: str, path: str, params: Mapping[str, str], shelf: Shelf[Any]) -> None:
        try:
            await shelf.replace(await self._objects.get(path, params))
        except RaymonError as failure:
            self._tell(what, failure)
        else:
            self._tell(what)

    def _tell(self, what: str, failure: RaymonError | None = None) -> None:
        """Take note of an answer, or of a failure in its place."""
        self._unread.take(what, failure)
        if failure is None and what != API_SERVER:
            self._heard_at = self._clock()
        self._reading = None
        told, self._told = self._told, anyio.Event()
        told.set()
        self._changed((KUBERNETES.name,))

    def _read(self) -> Reading[KubernetesPicture]:
        unread = next((one for one in self._unread if one.what != EVENTS), None)
        error = None
        if unread is not None:
            error = FeedError(said=unread.said, advice=unread.advice, since=unread.since, failures=unread.failures)
        if self._heard_at is None:
            return Reading(error=error)
        picture = self._picture(self._objects.place)
        # What is watched is as new as the last word of it, however long ago that was.
        return Reading(value=picture, read_at=self._heard_at, took_s=0.0, error=error, interval_s=math.inf)

    def _picture(self, place: KubernetesPlace) -> KubernetesPicture:
        names, root = self._names(), _only(self._root)
        shelves = [self._clusters[name] for name in names if name in self._clusters]
        clusters = tuple(one for shelf in shelves for one in shelf.objects)
        events = sorted(self._events.objects, key=lambda event: -(event.at or 0.0))
        opened = self._opened()
        jobs = sorted(self._jobs.objects, key=lambda job: -(job.created_at or 0.0))
        empty = KubernetesPicture(context=place.context, namespace=place.namespace, kind=place.kind, name=place.name)
        return structs.replace(
            empty,
            followed=names[0] if names else None,
            gone=opened.known and not opened.objects,
            clusters=clusters if all(shelf.known for shelf in shelves) else None,
            job=root if isinstance(root, RayJob) else next(iter(jobs), None),
            service=root if isinstance(root, RayService) else None,
            cron_job=root if isinstance(root, RayCronJob) else None,
            pods=self._pods.objects if self._pods.known else None,
            events=tuple(events) if self._events.known else None,
            more_events=self._events.cut,
            unread=tuple(self._unread),
        )


def _only(shelf: Shelf[Any]) -> KubernetesObject | None:
    return next(iter(shelf.objects), None)
