"""From the object that the user named to the head pod of the cluster that it leads to now: one look."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from raymon_tui.backends.errors import ObjectMissingError, UnreachableError
from raymon_tui.backends.kuberay import CLUSTER_LABEL, CRON_LABEL, TYPE_LABEL, is_made_from
from raymon_tui.backends.kubernetes import ray_objects
from raymon_tui.backends.kubernetes.answers import items_of
from raymon_tui.backends.kubernetes.api_server import ApiServer
from raymon_tui.backends.kubernetes.no_head import why_no_cluster, why_no_job, why_no_pod, why_not_running
from raymon_tui.backends.kubernetes.ray_token import RayToken, TokenReader
from raymon_tui.backends.kubernetes.watched import Watched
from raymon_tui.backends.targets import KubernetesKind

Found = Mapping[str, Any]


class NoHeadError(UnreachableError):
    """The API server says that there is no head now."""


class NoHeadPodError(NoHeadError):
    """The RayCluster is there, but no head pod of it that runs."""


@dataclass(frozen=True)
class Head:
    """Where Ray is: the cluster, its head pod and that one's Ray container, the dashboard's port, and Ray's token.

    `owner` is the object that led there, and `attempts` how often it had failed by then where that is a RayJob.
    """

    namespace: str
    cluster: str
    pod: str
    uid: str
    container: str
    port: int
    owner: str
    attempts: int = 0
    token: RayToken = field(default=RayToken(), repr=False)


class HeadFinder:
    """Looks for the head of what `kind` and `name` mean; where `name` is made from a `prefix`, which that is now.

    `cluster` is the RayCluster that it led to last. What is watched is not asked for.
    """

    def __init__(self, api: ApiServer, watched: Watched, kind: KubernetesKind, name: str, prefix: str | None) -> None:
        self.kind = kind
        self.name = name
        self.prefix = prefix
        self.cluster: str | None = None
        self.tokens = TokenReader(api)
        self._api = api
        self._watched = watched

    async def look(self, namespace: str) -> Head:
        """Return the head; raises `NoHeadError`, `ObjectMissingError` or what else the API server says."""
        kind, owner = await self._owner(namespace)
        self.cluster = ray_objects.cluster_of(kind, owner)
        cluster = owner if kind == "raycluster" else await self._cluster_of(owner, namespace)
        name = ray_objects.name_of(cluster)
        tried = f"find the head of RayCluster {name}"
        pod = ray_objects.head_pod(await self._heads(namespace, name))
        if pod is None:
            raise NoHeadPodError(tried, *why_no_pod(cluster))
        why = why_not_running(pod)
        if why is not None:
            raise NoHeadPodError(tried, f"{ray_objects.name_of(pod)}: {why.said}", why.advice)
        return Head(
            namespace,
            name,
            ray_objects.name_of(pod),
            ray_objects.uid_of(pod),
            str(ray_objects.ray_container(pod).get("name") or ""),
            ray_objects.dashboard_port(cluster, pod),
            ray_objects.name_of(owner),
            ray_objects.attempts_of(owner),
            await self.tokens.token(namespace, cluster, pod),
        )

    async def _owner(self, namespace: str) -> tuple[str, Found]:
        """Return the object whose status names the RayCluster, and its kind: of a RayCronJob one of its RayJobs."""
        if self.prefix is not None:
            return self.kind, await self._of_prefix(self.prefix, namespace)
        found = await self._one(self.kind, namespace, self.name)
        if self.kind != "raycronjob":
            return self.kind, found
        job = ray_objects.newest_job(await self._jobs_of_cron(namespace))
        if job is None:
            raise NoHeadError(f"find a job of raycronjob/{self.name}", *why_no_job(found))
        return "rayjob", job

    async def _cluster_of(self, owner: Found, namespace: str) -> Found:
        tried = f"find the cluster of {self.kind}/{self.name}"
        if self.cluster is None:
            raise NoHeadError(tried, *why_no_cluster(owner))
        try:
            return await self._one("raycluster", namespace, self.cluster)
        except ObjectMissingError:
            said = f"RayCluster {self.cluster} is gone; {ray_objects.what_it_says(owner) or 'nothing is told of why'}"
            raise NoHeadError(tried, said, "clusters of jobs that have ended may be deleted with them") from None

    async def _of_prefix(self, prefix: str, namespace: str) -> Found:
        """Return the object that was chosen before, as long as it is there and has not ended; else the newest."""
        before: Found | None = None
        if self.name:
            try:
                before = await self._one(self.kind, namespace, self.name)
            except ObjectMissingError:
                before = None
        if before is not None and not ray_objects.has_ended(before):
            return before
        listed = await self._api.get(ray_objects.objects_path(self.kind, namespace))
        found = ray_objects.newest_job(
            one for one in items_of(listed) if is_made_from(ray_objects.name_of(one), prefix)
        )
        if found is None or (before is not None and ray_objects.has_ended(found)):
            found = before
        if found is None:
            raise ObjectMissingError(f"find {self.kind}/{prefix}*", f"there is none in the namespace {namespace}", "")
        self.name = ray_objects.name_of(found)
        return found

    async def _one(self, kind: str, namespace: str, name: str) -> Found:
        path = ray_objects.objects_path(kind, namespace)
        watch = self._watched.telling(path, name)
        missing = ObjectMissingError(f"find {kind}/{name}", f"there is none in the namespace {namespace}", "")
        try:
            found = await self._api.get(f"{path}/{name}") if watch is None else watch.objects.get(name)
        except ObjectMissingError:
            raise missing from None
        if found is None:
            raise missing
        return found

    async def _heads(self, namespace: str, cluster: str) -> list[Found]:
        path = ray_objects.pods_path(namespace)
        watch = self._watched.covering(path, CLUSTER_LABEL, cluster)
        if watch is not None:
            return ray_objects.heads_among(watch.labelled(CLUSTER_LABEL, cluster))
        selector = f"{CLUSTER_LABEL}={cluster},{TYPE_LABEL}=head"
        return items_of(await self._api.get(path, {"labelSelector": selector}))

    async def _jobs_of_cron(self, namespace: str) -> list[Found]:
        path = ray_objects.objects_path("rayjob", namespace)
        watch = self._watched.covering(path, CRON_LABEL, self.name)
        if watch is not None:
            return watch.labelled(CRON_LABEL, self.name)
        return items_of(await self._api.get(path, {"labelSelector": f"{CRON_LABEL}={self.name}"}))
