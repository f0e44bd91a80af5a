"""All objects of KubeRay that one may see, live: the list from which one is opened."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import Any

import anyio
from msgspec import Struct

from raymon_tui.backends.base import KubernetesObjects
from raymon_tui.backends.errors import RaymonError
from raymon_tui.cluster.kubernetes import paths
from raymon_tui.cluster.kubernetes.ray_cluster import RayCluster
from raymon_tui.cluster.kubernetes.ray_job import RayCronJob, RayJob
from raymon_tui.cluster.kubernetes.ray_service import RayService
from raymon_tui.cluster.kubernetes.shelf import Shelf
from raymon_tui.cluster.kubernetes.unread import API_SERVER, Unread, UnreadKinds
from raymon_tui.cluster.kubernetes.watching import keep, stay_in_touch

MOST_OF_A_KIND = 5_000

RayObject = RayCluster | RayJob | RayService | RayCronJob


class ListedObject(Struct, frozen=True, kw_only=True):
    """One object of KubeRay in a list; what only a cluster has is None where it has none, or is not told.

    `why` is what the operator says of a `state` that is not as it should be. `cpus` and `gpus` are those that its
    cluster is to have; `cluster` is the RayCluster that it leads to.
    """

    kind: str
    namespace: str
    name: str
    state: str
    why: str = ""
    cluster: str | None = None
    workers_ready: int | None = None
    workers_desired: int | None = None
    cpus: float | None = None
    gpus: float | None = None
    ray_version: str | None = None
    created_at: float | None = None


class RayObjects:
    """The objects of KubeRay in `namespace`, or in all of them where that is ""; `version` grows with each change.

    `clock` gives seconds since the epoch.
    """

    def __init__(self, objects: KubernetesObjects, namespace: str, clock: Callable[[], float] = time.time) -> None:
        self.namespace = namespace
        self.version = 0
        self._objects = objects
        self._shelves: dict[str, Shelf[Any]] = {
            "RayCluster": Shelf(RayCluster, MOST_OF_A_KIND),
            "RayJob": Shelf(RayJob, MOST_OF_A_KIND),
            "RayService": Shelf(RayService, MOST_OF_A_KIND),
            "RayCronJob": Shelf(RayCronJob, MOST_OF_A_KIND),
        }
        self._unread = UnreadKinds(clock)

    async def run(self) -> None:
        """Watch until cancelled."""
        to_server = partial(self._tell, API_SERVER)
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(stay_in_touch, self._objects, to_server)
            for kind, shelf in self._shelves.items():
                path = paths.rays(kind, self.namespace)
                tasks.start_soon(keep, self._objects, path, {}, shelf, partial(self._tell, kind))

    @property
    def known(self) -> bool:
        """Whether any kind was listed."""
        return any(shelf.known for shelf in self._shelves.values())

    @property
    def cut(self) -> bool:
        """Whether there are more of a kind than are kept."""
        return any(shelf.cut for shelf in self._shelves.values())

    @property
    def unread(self) -> tuple[Unread, ...]:
        """What cannot be listed. A kind that the API server has not heard of is not among it."""
        return tuple(one for one in self._unread if not one.missing)

    @property
    def without_kuberay(self) -> bool:
        """Whether this API server knows none of the kinds."""
        return sum(one.missing for one in self._unread) == len(self._shelves)

    def rows(self) -> list[ListedObject]:
        """Return all objects by namespace, kind and name."""
        clusters: dict[tuple[str, str], RayCluster] = {
            (one.namespace, one.name): one for one in self._shelves["RayCluster"].objects
        }
        rows = [_listed(kind, one, clusters) for kind, shelf in self._shelves.items() for one in shelf.objects]
        order = list(self._shelves)
        return sorted(rows, key=lambda row: (row.namespace, order.index(row.kind), row.name))

    def _tell(self, kind: str, failure: RaymonError | None) -> None:
        self._unread.take(kind, failure)
        self.version += 1


def _listed(kind: str, found: RayObject, clusters: dict[tuple[str, str], RayCluster]) -> ListedObject:
    name = _cluster_of(found)
    cluster = clusters.get((found.namespace, name or ""))
    status = None if cluster is None else cluster.status
    return ListedObject(
        kind=kind,
        namespace=found.namespace,
        name=found.name,
        state=found.state,
        why=found.why,
        cluster=name,
        workers_ready=None if status is None else status.ready_worker_replicas,
        workers_desired=None if status is None else status.desired_worker_replicas,
        cpus=None if cluster is None else cluster.cpus,
        gpus=None if cluster is None else cluster.gpus,
        ray_version=None if cluster is None else cluster.spec.ray_version or None,
        created_at=found.created_at,
    )


def _cluster_of(found: RayObject) -> str | None:
    if isinstance(found, RayCluster):
        return found.name
    if isinstance(found, RayJob):
        return found.cluster or None
    if isinstance(found, RayService):
        first = found.active or found.pending
        return None if first is None else first.ray_cluster_name
    return None
