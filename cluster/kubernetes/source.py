"""Watches all that Kubernetes knows of one cluster, and follows where its object leads."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import anyio

from raymon_tui.backends.base import KubernetesObjects
from raymon_tui.backends.errors import RaymonError
from raymon_tui.cluster.feeds.feed import FeedError, Reading
from raymon_tui.cluster.kubernetes.picture import KUBERNETES, KubernetesPicture
from raymon_tui.cluster.kubernetes.unread import API_SERVER, UnreadKinds
from raymon_tui.cluster.kubernetes.watched import EVENTS, Watched, Watching
from raymon_tui.cluster.kubernetes.watching import arrive, arrive_once, keep, stay_in_touch
from raymon_tui.cluster.source import Changed

LOOK_S = 1.0
"""How often it is looked whether the backend has gone on to another object: nothing tells that."""


class KubernetesSource:
    """The readings of `KUBERNETES`: a picture that is made anew when a watch has told something."""

    def __init__(self, objects: KubernetesObjects, clock: Callable[[], float]) -> None:
        self._objects = objects
        self._clock = clock
        self._watched = Watched(objects, clock)
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
            tasks.start_soon(self._look_where_it_leads)
            while True:
                opened = self._objects.place.name
                self._watched = Watched(self._objects, self._clock)
                async with anyio.create_task_group() as watching:
                    for one in self._watched.roots():
                        watching.start_soon(self._keep, one)
                    watching.start_soon(self._follow)
                    while self._objects.place.name == opened:
                        await self._told.wait()
                    watching.cancel_scope.cancel()

    async def once(self) -> bool:
        """List everything once; return whether the object that was opened is there, and may be read."""
        await arrive_once(self._objects, partial(self._tell, API_SERVER))
        if not self._objects.place.namespace:
            return False
        for one in self._watched.roots():
            await self._list(one)
        async with anyio.create_task_group() as tasks:
            for one in self._watched.followed():
                tasks.start_soon(self._list, one)
        return bool(self._watched.opened.objects)

    async def _follow(self) -> None:
        """Watch what the opened object leads to, also when it leads elsewhere."""
        while True:
            leads = self._watched.leads
            async with anyio.create_task_group() as following:
                for one in self._watched.followed():
                    following.start_soon(self._keep, one)
                while self._watched.leads == leads:
                    await self._told.wait()
                following.cancel_scope.cancel()

    async def _look_where_it_leads(self) -> None:
        """Tell when the backend has gone on: to the next object of a made name, or to another cluster."""
        before = self._objects.place
        while True:
            await anyio.sleep(LOOK_S)
            if self._objects.place != before:
                before = self._objects.place
                self._announce()

    async def _keep(self, one: Watching) -> None:
        await keep(self._objects, one.path, one.params, one.shelf, partial(self._tell, one.what))

    async def _list(self, one: Watching) -> None:
        try:
            await one.shelf.replace(await self._objects.get(one.path, one.params))
        except RaymonError as failure:
            self._tell(one.what, failure)
        else:
            self._tell(one.what)

    def _tell(self, what: str, failure: RaymonError | None = None) -> None:
        """Take note of an answer, or of a failure in its place."""
        self._unread.take(what, failure)
        if failure is None and what != API_SERVER:
            self._heard_at = self._clock()
        self._announce()

    def _announce(self) -> None:
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
            return Reading(error=error, pushed=True)
        picture = self._watched.picture(tuple(self._unread))
        # What is watched is as new as the last word of it, however long ago that was.
        return Reading(value=picture, read_at=self._heard_at, took_s=0.0, error=error, interval_s=math.inf, pushed=True)
