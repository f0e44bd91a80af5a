"""From the object that the user named to the head pod of the cluster that it leads to now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import anyio

from raymon_tui.backends.base import WatchEvent
from raymon_tui.backends.errors import ObjectMissingError, RaymonError, RefusedError, UnreachableError
from raymon_tui.backends.kubernetes import ray_objects
from raymon_tui.backends.kubernetes.api_server import ApiServer
from raymon_tui.backends.targets import KubernetesKind

LOOKED_AT_S = 20.0
"""How long what was found counts: a service may switch to another cluster, and a job be tried again in another."""
MOST_NAMED = 8


@dataclass(frozen=True)
class Head:
    """Where Ray is: the cluster, its head pod and that one's Ray container, the dashboard's port, and Ray's token.

    `token_told` says where the token is from, or why it is not known; "" where the objects name none.
    """

    namespace: str
    cluster: str
    pod: str
    ip: str
    container: str
    port: int
    token_told: str = ""
    token: str | None = field(default=None, repr=False)


class Following:
    """Finds the head, and finds it again when it has moved."""

    def __init__(self, api: ApiServer, kind: KubernetesKind, name: str, prefix: str | None = None) -> None:
        self.kind = kind
        self.name = name
        self.head: Head | None = None
        self._api = api
        self._prefix = prefix
        self._found_at = -LOOKED_AT_S
        self._lock = anyio.Lock()

    def lose(self) -> None:
        """Look for the head anew when it is next asked for: it did not answer."""
        self._found_at = -LOOKED_AT_S

    def heed(self, event: WatchEvent) -> None:
        """Look for the head anew where a change that somebody watches tells that it has moved."""
        head, found = self.head, event.object
        if head is None or event.type == "RELISTED":
            return
        gone = event.type == "DELETED"
        if found.get("kind") == ray_objects.KINDS[self.kind] and _name(found) == self.name:
            moved = gone or ray_objects.cluster_of(self.kind, found) not in (None, head.cluster)
        elif ray_objects.is_head_of(found, head.cluster):
            ours = ray_objects.pod_name(found) == head.pod
            moved = gone or ray_objects.is_going(found) if ours else ray_objects.is_ready(found) and not gone
        else:
            moved = False
        if moved:
            self.lose()

    async def find(self) -> Head:
        """Return the head; raises the `RaymonError` of what there is in its place."""
        async with self._lock:
            if self.head is None or anyio.current_time() - self._found_at >= LOOKED_AT_S:
                self.head = await self._look()
                self._found_at = anyio.current_time()
            return self.head

    async def namespace(self) -> str:
        """Return the namespace that is meant."""
        return (await self._api.access()).namespace

    async def _look(self) -> Head:
        namespace = await self.namespace()
        cluster, found = await self._cluster(namespace)
        selector = f"ray.io/cluster={cluster},ray.io/node-type=head"
        listed = await self._api.get(f"/api/v1/namespaces/{namespace}/pods", {"labelSelector": selector})
        pod = ray_objects.head_pod(listed.get("items") or ())
        tried = f"find the head of RayCluster {cluster}"
        if pod is None:
            state = (found.get("status") or {}).get("state") or "not told"
            said = f"it has no head pod; its state is {state}"
            raise UnreachableError(tried, said, f"kubectl describe raycluster {cluster} tells more")
        why = ray_objects.why_not_running(pod)
        if why:
            raise UnreachableError(tried, f"{ray_objects.pod_name(pod)}: {why}", "the pod's events tell more")
        token, told = await self._token(namespace, found, pod)
        return Head(
            namespace,
            cluster,
            ray_objects.pod_name(pod),
            ray_objects.pod_ip(pod),
            str(ray_objects.ray_container(pod).get("name") or ""),
            ray_objects.dashboard_port(found, pod),
            told,
            token,
        )

    async def _cluster(self, namespace: str) -> tuple[str, Mapping[str, Any]]:
        """Return the RayCluster that the object leads to now, by its name and as it is."""
        named = self.kind == "raycluster" and self._prefix is None
        try:
            found = {} if named else await self._object(namespace)
        except ObjectMissingError:
            raise await self._missing(namespace) from None
        cluster = self.name if named else ray_objects.cluster_of(self.kind, found)
        tried = f"find the cluster of {self.kind}/{self.name}"
        if cluster is None:
            raise UnreachableError(tried, ray_objects.why_no_cluster(found), "the object's events tell more")
        try:
            return cluster, await self._api.get(ray_objects.object_path("raycluster", namespace, cluster))
        except ObjectMissingError:
            if self.kind == "raycluster":
                raise await self._missing(namespace) from None
            said = f"RayCluster {cluster} is gone; {ray_objects.what_it_says(found) or 'nothing is told of why'}"
            raise UnreachableError(tried, said, "clusters of jobs that have ended may be deleted with them") from None

    async def _object(self, namespace: str) -> Mapping[str, Any]:
        if self._prefix is not None:
            listed = await self._api.get(ray_objects.object_path(self.kind, namespace))
            items = [one for one in listed.get("items") or () if _name(one).startswith(self._prefix)]
            found = ray_objects.newest_job(items)
            if found is None:
                raise ObjectMissingError("find", "none", "")
            self.name = _name(found)
            return found
        found = await self._api.get(ray_objects.object_path(self.kind, namespace, self.name))
        if self.kind != "raycronjob":
            return found
        jobs = await self._api.get(
            ray_objects.object_path("rayjob", namespace), {"labelSelector": f"ray.io/cronjob-name={self.name}"}
        )
        job = ray_objects.newest_job(jobs.get("items") or ())
        if job is None:
            raise UnreachableError(f"open raycronjob/{self.name}", "it has made no job yet", "wait for its schedule")
        return {"status": {"rayClusterName": ray_objects.cluster_of("rayjob", job)}}

    async def _missing(self, namespace: str) -> RaymonError:
        """Return the error for an object that is not there, with where else there is one of that name."""
        named = f"{self.kind}/{self._prefix + '*' if self._prefix else self.name}"
        tried, said = f"find {named}", f"there is none in the namespace {namespace}"
        advice = "name another namespace with -n, or another context with --context"
        try:
            listed = await self._api.get(ray_objects.object_path(self.kind, ""))
        except RefusedError:
            return ObjectMissingError(tried, said, advice)
        items = listed.get("items") or ()
        elsewhere = [_namespace(one) for one in items if _name(one) == self.name]
        if elsewhere:
            return ObjectMissingError(
                tried, said, f"there is one in: {', '.join(f'-n {one}' for one in elsewhere[:MOST_NAMED])}"
            )
        others = [f"{_name(one)} (-n {_namespace(one)})" for one in items[:MOST_NAMED]]
        return ObjectMissingError(tried, said, f"there are: {', '.join(others)}" if others else advice)

    async def _token(
        self, namespace: str, cluster: Mapping[str, Any], pod: Mapping[str, Any]
    ) -> tuple[str | None, str]:
        """Return Ray's token, and where it is from, or why it is not known; None and "" where none is named."""
        source = ray_objects.token_source(cluster, pod)
        if source is None:
            return None, ""
        if source.kind == "value":
            return source.name, "from the head pod's environment"
        if source.kind == "kubeconfig":
            scheme, _, sent = (await self._api.headers()).get("authorization", "").partition(" ")
            if scheme.lower() == "bearer":
                return sent, "the kubeconfig's own: its user needs the verb ray:write on the RayCluster"
            return None, "the kubeconfig's own is wanted, and it has none"
        try:
            secret = await self._api.get(f"/api/v1/namespaces/{namespace}/secrets/{source.name}")
        except RaymonError as error:
            # Whoever may not read it can still give the token by hand.
            return None, f"not known, give it by --token-file: {error.said}"
        token = ray_objects.decoded(secret, source.key)
        told = f"from the Secret {source.name}"
        return token, told if token else f"not known: the Secret {source.name} has no token under {source.key}"


def _name(found: Mapping[str, Any]) -> str:
    return str((found.get("metadata") or {}).get("name") or "")


def _namespace(found: Mapping[str, Any]) -> str:
    return str((found.get("metadata") or {}).get("namespace") or "")
