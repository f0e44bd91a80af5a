"""The head of the cluster that an object leads to, followed where it goes."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Mapping

import anyio

from raymon_tui.backends.base import WatchEvent
from raymon_tui.backends.errors import ObjectMissingError, RefusedError, RouteMissingError
from raymon_tui.backends.kuberay import kind_of
from raymon_tui.backends.kubernetes import ray_objects
from raymon_tui.backends.kubernetes.api_server import ApiServer
from raymon_tui.backends.kubernetes.errand import Errand
from raymon_tui.backends.kubernetes.head import Head, HeadFinder, NoHeadError
from raymon_tui.backends.kubernetes.watched import Watched
from raymon_tui.backends.kubernetes.watching import watch
from raymon_tui.backends.targets import KubernetesKind

LOOKED_AT_S = 20.0
"""How long what was found counts: a service may switch to another cluster, and a job be tried again in another."""
MISSING_S = 60.0
"""So long it counts what there is in place of an object that is not there."""
MOST_NAMED = 8
_FURTHER_LOOKS = 2


class Following:
    """Finds the head, and finds it again when it has moved.

    The look for it is one for all who wait: whoever gives up waiting does not end it, and meanwhile what was found last
    is given. `moved` says in words what was followed last, and `moved_at` when, in seconds since the epoch.
    """

    def __init__(
        self,
        api: ApiServer,
        kind: KubernetesKind,
        name: str,
        prefix: str | None = None,
        namespace: str | None = None,
    ) -> None:
        self.watched = Watched()
        self.head: Head | None = None
        self.moved = ""
        self.moved_at: float | None = None
        self.ports: set[int] = set()
        self._api = api
        self._namespace = namespace
        self._finder = HeadFinder(api, self.watched, kind, name, prefix)
        self._looking = Errand(self._look)
        self._before: Head | None = None
        self._looked_at = -LOOKED_AT_S
        self._is_wanted = self._is_lost = False
        self._heard = 0
        self._missing: tuple[float, ObjectMissingError] | None = None

    @property
    def kind(self) -> KubernetesKind:
        """What the user named."""
        return self._finder.kind

    @property
    def name(self) -> str:
        """Its name, "" while it is to be found by a prefix."""
        return self._finder.name

    @property
    def cluster(self) -> str | None:
        """The RayCluster that it leads to; None where that is not known, or there is none."""
        return self._finder.cluster

    async def namespace(self) -> str:
        """Return the namespace that is meant."""
        return self._namespace or (await self._api.access()).namespace

    async def find(self) -> Head:
        """Return the head; raises the `RaymonError` of what there is in its place."""
        self._is_wanted = True
        if self.head is None or self._is_lost:
            return await self._looking.result()
        if anyio.current_time() - self._looked_at >= LOOKED_AT_S:
            self._looking.begin()
        return self.head

    def lose(self) -> None:
        """Look for the head anew before it is next given: it did not answer."""
        self._is_lost = True

    def doubt_token(self) -> None:
        """Have Ray's token read again: Ray refuses it."""
        self._finder.tokens.doubt()
        self._looking.begin()

    async def watch(self, path: str, params: Mapping[str, str] | None) -> AsyncGenerator[WatchEvent, None]:
        """List what is at a path, then tell every change; those that tell of another head are heeded."""
        with self.watched.opened(path, params) as kept:

            def stands(still: bool) -> None:
                kept.live = still

            events = watch(self._api, path, params, stands=stands)
            try:
                async for event in events:
                    if await kept.take(event) and self._is_wanted:
                        self._heard += 1
                        self._is_lost = True
                        self._looking.begin()
                    yield event
            finally:
                await events.aclose()

    async def aclose(self) -> None:
        """End the look for the head."""
        await self._looking.aclose()

    async def _look(self) -> Head:
        try:
            head = await self._found()
        except RouteMissingError:
            raise self._without_kuberay() from None
        except (NoHeadError, ObjectMissingError) as failure:
            # Any other failure is of the API server, and what was found last may well be right still.
            self._before, self.head = self.head or self._before, None
            if type(failure) is ObjectMissingError:
                raise await self._suggesting(failure) from None
            raise
        self._arrive(head)
        return head

    async def _found(self) -> Head:
        """Return the head; it is looked for once more where something was heard meanwhile."""
        heard, head = self._heard, await self._finder.look(await self.namespace())
        for _ in range(_FURTHER_LOOKS):
            if heard == self._heard:
                break
            heard, head = self._heard, await self._finder.look(await self.namespace())
        return head

    def _arrive(self, head: Head) -> None:
        before, self.head = self.head or self._before, head
        self._looked_at, self._is_lost, self._missing = anyio.current_time(), False, None
        self.ports.add(head.port)
        if before is not None and (before.cluster, before.uid) != (head.cluster, head.uid):
            self.moved, self.moved_at = self._words(before, head), time.time()

    def _words(self, before: Head, head: Head) -> str:
        """Return what became of the head, and why."""
        if before.cluster == head.cluster:
            return f"the head pod was replaced: {head.pod} in place of {before.pod}"
        instead = f"RayCluster {head.cluster} in place of {before.cluster}"
        if head.owner != before.owner:
            return f"RayJob {head.owner} came after {before.owner}: {instead}"
        if self.kind == "rayservice":
            return f"the RayService switched: {instead}"
        again = "tried again" if head.attempts > before.attempts else "started anew"
        return f"the RayJob was {again}: {instead}"

    def _without_kuberay(self) -> ObjectMissingError:
        """Return the failure for an API server that has never heard of what was named."""
        tried = f"find {self.kind}/{f'{self._finder.prefix}*' if self._finder.prefix else self.name}"
        said = f"KubeRay is not installed in this cluster, or knows no {kind_of(self.kind)} yet"
        return ObjectMissingError(tried, said, "install KubeRay's operator, or name another --context")

    async def _suggesting(self, failure: ObjectMissingError) -> ObjectMissingError:
        """Return the failure for an object that is not there, with where else there is one of that name."""
        if self._missing is None or anyio.current_time() - self._missing[0] >= MISSING_S:
            said = f"there is none in the namespace {await self.namespace()}"
            made = ObjectMissingError(failure.tried, said, await self._others())
            self._missing = (anyio.current_time(), made)
        return self._missing[1]

    async def _others(self) -> str:
        """Return where there is an object of that name, or which others there are, as far as we may see."""
        advice = "name another namespace with -n, or another context with --context"
        for namespace in ("", await self.namespace()):
            try:
                items = (await self._api.get(ray_objects.objects_path(self.kind, namespace))).get("items") or ()
            except RefusedError:
                continue
            elsewhere = [ray_objects.namespace_of(one) for one in items if ray_objects.name_of(one) == self.name]
            if elsewhere:
                return f"there is one in: {', '.join(f'-n {one}' for one in elsewhere[:MOST_NAMED])}"
            others = [f"{ray_objects.name_of(one)} (-n {ray_objects.namespace_of(one)})" for one in items[:MOST_NAMED]]
            return f"there are: {', '.join(others)}" if others else advice
        return advice
