"""Which pod is behind an address that Ray or a service names."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from typing import Any, NamedTuple

import anyio

from raymon_tui.backends.base import Endpoint
from raymon_tui.backends.errors import ObjectMissingError, UnreachableError
from raymon_tui.backends.kuberay import CLUSTER_LABEL
from raymon_tui.backends.kubernetes import ray_objects
from raymon_tui.backends.kubernetes.api_server import ApiServer
from raymon_tui.backends.kubernetes.following import Following

LISTED_S = 5.0
SERVICE_S = 60.0
"""How long the pod counts that was found behind a service."""
_ADVICE = "only pods of this namespace, and services by their names, can be reached through the API server"


class PodPort(NamedTuple):
    """A port of a pod."""

    namespace: str
    pod: str
    port: int


class Pods:
    """Finds pods by address; those that are watched are known, and for others the list is asked for."""

    def __init__(self, api: ApiServer, following: Following) -> None:
        self._api = api
        self._following = following
        self._by_ip: dict[str, str | None] = {}
        self._behind_services: dict[Endpoint, tuple[PodPort, float]] = {}
        self._listed_at = -LISTED_S
        self._lost: set[str] = set()
        self._lock = anyio.Lock()

    async def behind(self, endpoint: Endpoint) -> PodPort:
        """Return the pod's port behind an endpoint as the head sees it; `UnreachableError` where there is none."""
        if is_head(endpoint.host):
            head = await self._following.find()
            return PodPort(head.namespace, head.pod, endpoint.port)
        namespace = await self._following.namespace()
        try:
            ipaddress.ip_address(endpoint.host)
        except ValueError:
            return await self._behind_service(endpoint, namespace)
        pod = await self._at(endpoint.host, namespace)
        if pod is None:
            raise UnreachableError(f"connect to {endpoint}", "no pod here has that address", _ADVICE)
        return PodPort(namespace, pod, endpoint.port)

    def lose(self, endpoint: Endpoint) -> None:
        """Ask for this address anew when it is next wanted: it did not answer."""
        self._lost.add(endpoint.host)
        self._behind_services.pop(endpoint, None)

    async def _at(self, address: str, namespace: str) -> str | None:
        """Return the pod at an address: one of Ray's, of which one list knows them all, or else any other."""
        path = ray_objects.pods_path(namespace)
        if (watched := self._following.watched.pod_at(path, address)) is not None:
            return watched
        async with self._lock:
            if address in self._lost or self._by_ip.get(address) is None:
                await self._list(path)
            if address not in self._by_ip:
                chosen = {"fieldSelector": f"status.podIP={address},status.phase=Running"}
                self._by_ip[address] = _addresses(await self._api.get(path, chosen)).get(address)
            return self._by_ip[address]

    async def _list(self, path: str) -> None:
        """List Ray's pods, but not again and again: there may be thousands, and many that do not answer."""
        if anyio.current_time() - self._listed_at < LISTED_S:
            return
        chosen = {"labelSelector": CLUSTER_LABEL, "fieldSelector": "status.phase=Running"}
        self._by_ip = {**_addresses(await self._api.get(path, chosen))}
        self._listed_at = anyio.current_time()
        self._lost.clear()

    async def _behind_service(self, endpoint: Endpoint, ours: str) -> PodPort:
        found, at = self._behind_services.get(endpoint, (None, 0.0))
        if found is None or anyio.current_time() - at >= SERVICE_S:
            found = await self._of_service(endpoint, ours)
            self._behind_services[endpoint] = (found, anyio.current_time())
        return found

    async def _of_service(self, endpoint: Endpoint, ours: str) -> PodPort:
        tried = f"connect to {endpoint}"
        name, _, rest = endpoint.host.partition(".")
        namespace = rest.partition(".")[0] or ours
        if not _is_label(name) or not _is_label(namespace):
            raise UnreachableError(tried, f"{endpoint.host} is no name of a service", _ADVICE)
        try:
            service = await self._api.get(f"/api/v1/namespaces/{namespace}/services/{name}")
        except ObjectMissingError:
            raise UnreachableError(tried, f"there is no service {name} in {namespace}", _ADVICE) from None
        spec = service.get("spec") or {}
        selector = ",".join(f"{key}={value}" for key, value in (spec.get("selector") or {}).items())
        chosen = {"labelSelector": selector}
        listed = await self._api.get(ray_objects.pods_path(namespace), chosen) if selector else {}
        pod = ray_objects.head_pod(listed.get("items") or ())
        if pod is None:
            raise UnreachableError(tried, f"no pod is behind the service {name}", "is it running?")
        return PodPort(namespace, ray_objects.name_of(pod), _target_port(spec, pod, endpoint.port))


def _addresses(listed: Mapping[str, Any]) -> dict[str, str]:
    """Return pods by their addresses."""
    pods = listed.get("items") or ()
    return {ray_objects.pod_ip(pod): ray_objects.name_of(pod) for pod in pods if ray_objects.pod_ip(pod)}


def is_head(host: str) -> bool:
    """Return whether an address is the head's own."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _target_port(spec: Mapping[str, Any], pod: Mapping[str, Any], port: int) -> int:
    """Return the pod's port behind a service's port; one that is named is looked up in the pod."""
    for one in spec.get("ports") or ():
        if one.get("port") == port:
            target = one.get("targetPort", port)
            if isinstance(target, int):
                return target
            for container in (pod.get("spec") or {}).get("containers") or ():
                for named in container.get("ports") or ():
                    if named.get("name") == target:
                        return int(named["containerPort"])
    return port


def _is_label(text: str) -> bool:
    return 0 < len(text) <= 63 and all(one.isalnum() or one == "-" for one in text) and text.isascii()
