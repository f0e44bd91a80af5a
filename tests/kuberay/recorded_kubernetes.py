"""An API server's objects as a real one told them, which a test may change while they are watched."""

from __future__ import annotations

import copy
import json
from collections.abc import AsyncGenerator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import anyio
from anyio.streams.memory import MemoryObjectSendStream

from raymon_tui.backends.base import Completed, Endpoint, KubernetesPlace, WatchEvent
from raymon_tui.backends.errors import RaymonError, RefusedError, UnsupportedError
from raymon_tui.backends.http import HttpBackend
from raymon_tui.backends.targets import UrlTarget

ANSWERS = Path(__file__).parent / "answers"
NOW = 1_795_431_900.0
"""2026-11-23 11:05 UTC, 20 minutes after the pods were recorded."""
NAMESPACE = "ray"
DEMO = KubernetesPlace(context="lab", namespace=NAMESPACE, kind="RayCluster", name="demo", ray_cluster="demo")


def recorded(name: str) -> Any:
    """Return a recorded answer, to be changed at will."""
    return json.loads((ANSWERS / name).read_bytes())


def job(name: str = "train", cluster: str = "demo", **status: Any) -> dict[str, Any]:
    """Return a RayJob on a cluster."""
    return {
        "kind": "RayJob",
        "metadata": {"name": name, "namespace": NAMESPACE, "creationTimestamp": "2026-11-23T10:40:00Z"},
        "spec": {"entrypoint": "python train.py"},
        "status": {"rayClusterName": cluster, "jobDeploymentStatus": "Running", "jobStatus": "RUNNING", **status},
    }


def service(active: str, pending: str = "", **of_active: Any) -> dict[str, Any]:
    """Return a RayService with its active and its pending cluster."""
    return {
        "kind": "RayService",
        "metadata": {"name": "llm", "namespace": NAMESPACE, "creationTimestamp": "2026-11-23T10:40:00Z"},
        "status": {
            "activeServiceStatus": {"rayClusterName": active, **of_active},
            "pendingServiceStatus": {"rayClusterName": pending} if pending else {},
        },
    }


def submitter(name: str = "train-x7k2q", of: str = "train", **status: Any) -> dict[str, Any]:
    """Return a pod of the Job that submits a RayJob to Ray, as KubeRay makes it: without a label of the cluster."""
    return {
        "kind": "Pod",
        "metadata": {
            "name": name,
            "namespace": NAMESPACE,
            "uid": name,
            "creationTimestamp": "2026-11-23T10:41:00Z",
            "labels": {"job-name": of, "ray.io/originated-from-cr-name": of},
        },
        "spec": {"containers": [{"name": "ray-job-submitter", "image": "lab.local/none:1"}]},
        "status": {"phase": "Running", **status},
    }


def renamed(cluster: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Return the same object under another name."""
    return {**cluster, "metadata": {**cluster["metadata"], "name": name}}


class RecordedKubernetes(HttpBackend):
    """A backend of Kubernetes with the recorded objects in it; Ray's own dashboard is not there.

    `refused` are the ends of paths that the user may not read.
    """

    def __init__(self, place: KubernetesPlace = DEMO, *others: Mapping[str, Any]) -> None:
        super().__init__(UrlTarget("http", "127.0.0.1", 9), environ={})
        self._place = place
        self.refused: set[str] = set()
        self.asked: list[str] = []
        self.objects: list[dict[str, Any]] = [
            recorded("raycluster.json"),
            *({**pod, "kind": "Pod"} for pod in recorded("pods.json")["items"]),
            *({**event, "kind": "Event"} for event in recorded("events.json")["items"]),
            *(dict(other) for other in others),
        ]
        self._watchers: list[tuple[str, Mapping[str, str], MemoryObjectSendStream[WatchEvent]]] = []

    @property
    def place(self) -> KubernetesPlace:
        return self._place

    def describe(self) -> str:
        return f"kubernetes {self._place.context}/{self._place.namespace}"

    async def run(self, argv: Any, *, timeout_s: float = 30.0, limit: int = 1 << 20) -> Completed:
        raise UnsupportedError("run a command", "not here", "")

    async def dial(self, endpoint: Endpoint) -> Any:
        raise UnsupportedError("dial", "not here", "")

    async def get(self, path: str, params: Mapping[str, str] | None = None) -> Mapping[str, Any]:
        if path == "/version":
            return {"gitVersion": "v1.36.2"}
        self.asked.append(path)
        self._check(path)
        kind, name = _kind_and_name(path)
        within = path.partition("/namespaces/")[2].partition("/")[0]
        found = [
            one
            for one in self.objects
            if one["kind"] == kind
            and _is_chosen(one, params or {})
            and within in ("", one["metadata"].get("namespace", within))
        ]
        if name:
            return next(copy.deepcopy(one) for one in found if one["metadata"]["name"] == name)
        return {"kind": f"{kind}List", "items": copy.deepcopy(found)}

    async def text(self, path: str, params: Mapping[str, str] | None = None, limit: int = 1 << 20) -> str:
        raise UnsupportedError("read a log", "nothing that writes one is recorded", "")

    async def stream(self, path: str, params: Mapping[str, str] | None = None) -> AsyncGenerator[bytes, None]:
        raise UnsupportedError("follow a log", "nothing that writes one is recorded", "")
        yield b""

    async def watch(self, path: str, params: Mapping[str, str] | None = None) -> AsyncGenerator[WatchEvent, None]:
        yield WatchEvent("RELISTED", await self.get(path, params))
        send, receive = anyio.create_memory_object_stream[WatchEvent](100)
        watcher = (path, params or {}, send)
        self._watchers.append(watcher)
        try:
            async with receive:
                async for event in receive:
                    self._check(path)
                    yield event
        finally:
            self._watchers.remove(watcher)
            send.close()

    def goes_on(self, **changes: Any) -> None:
        """Have it followed elsewhere, as the backend does by itself."""
        self._place = replace(self._place, **changes)

    def put(self, changed: Mapping[str, Any]) -> None:
        """Add an object, or replace the one of its kind and name; whoever watches is told."""
        before = self._drop(changed["kind"], changed["metadata"]["name"])
        self.objects.append(dict(changed))
        self._tell("ADDED" if before is None else "MODIFIED", changed)

    def delete(self, kind: str, name: str) -> None:
        """Take an object away; whoever watches is told."""
        gone = self._drop(kind, name)
        assert gone is not None
        self._tell("DELETED", gone)

    def change(self, kind: str, name: str, change: Any) -> None:
        """Replace an object by what `change` makes of it."""
        found = next(one for one in self.objects if (one["kind"], one["metadata"]["name"]) == (kind, name))
        changed = copy.deepcopy(found)
        change(changed)
        self.put(changed)

    def _drop(self, kind: str, name: str) -> dict[str, Any] | None:
        found = next((one for one in self.objects if (one["kind"], one["metadata"]["name"]) == (kind, name)), None)
        if found is not None:
            self.objects.remove(found)
        return found

    def _tell(self, what: Any, about: Mapping[str, Any]) -> None:
        for path, params, send in list(self._watchers):
            if _kind_and_name(path)[0] == about["kind"] and _is_chosen(about, params):
                send.send_nowait(WatchEvent(what, copy.deepcopy(dict(about))))

    def _check(self, path: str) -> None:
        if any(path.endswith(end) for end in self.refused):
            raise self.refusal(path)

    @staticmethod
    def refusal(path: str) -> RaymonError:
        what = path.rsplit("/", 1)[-1]
        return RefusedError(
            f"list {what}", f"you may not list {what} in {NAMESPACE}", "ask for the Role of docs/rbac.yaml"
        )


_KINDS = {
    "pods": "Pod",
    "events": "Event",
    "rayclusters": "RayCluster",
    "rayjobs": "RayJob",
    "rayservices": "RayService",
    "raycronjobs": "RayCronJob",
}


def _kind_and_name(path: str) -> tuple[str, str]:
    parts = path.split("/")
    place = next(place for place, part in enumerate(parts) if part in _KINDS)
    return _KINDS[parts[place]], parts[place + 1] if len(parts) > place + 1 else ""


def _is_chosen(one: Mapping[str, Any], params: Mapping[str, str]) -> bool:
    name = params.get("fieldSelector", "").removeprefix("metadata.name=")
    if name and one["metadata"]["name"] != name:
        return False
    chosen = params.get("labelSelector", "")
    if not chosen:
        return True
    key, _, names = chosen.replace(" in ", "=").partition("=")
    return one["metadata"].get("labels", {}).get(key, "") in names.strip("()").split(",")
