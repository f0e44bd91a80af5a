"""docs/rbac.yaml grants what is used, and nothing that is not: each Role, by all that it is for."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from pathlib import Path

import anyio
import pytest
from kube_api import CLUSTER, CONTROL, ENTER, HEAD_POD, NAMESPACE, READ, KubeApi, kube_api, kubeconfig
from listening import recording

from raymon_tui.backends.base import ConnectOptions, Endpoint
from raymon_tui.backends.kuberay import KINDS
from raymon_tui.backends.kubernetes.backend import KubernetesBackend
from raymon_tui.backends.resolve import kubernetes_of
from raymon_tui.backends.targets import KubernetesKind
from raymon_tui.cluster.kubernetes import paths
from raymon_tui.cluster.kubernetes.listing import RayObjects
from raymon_tui.cluster.kubernetes.source import KubernetesSource

PATIENCE_S = 30.0


@pytest.fixture
async def api() -> AsyncIterator[KubeApi]:
    """An API server with one object of each kind, in front of something that answers all alike."""
    async with recording() as (endpoint, _), kube_api(set(READ), endpoint.port, "127.0.0.1") as server:
        named = {"namespace": NAMESPACE, "creationTimestamp": "2026-11-23T10:00:00Z"}
        leads = {"rayClusterName": CLUSTER}
        made = {"name": "job", "labels": {"ray.io/cronjob-name": "cron"}, **named}
        server.put("rayjobs", {"kind": "RayJob", "metadata": made, "status": leads})
        status = {"activeServiceStatus": leads}
        server.put("rayservices", {"kind": "RayService", "metadata": {"name": "service", **named}, "status": status})
        server.put("raycronjobs", {"kind": "RayCronJob", "metadata": {"name": "cron", **named}})
        spec = {"selector": {"ray.io/node-type": "worker"}, "ports": [{"port": 9090, "targetPort": endpoint.port}]}
        server.put("services", {"metadata": {"name": "prometheus", "namespace": NAMESPACE}, "spec": spec})
        yield server


async def until_used(api: KubeApi, *resources: str) -> None:
    """Wait until these are watched."""
    with anyio.fail_after(PATIENCE_S):
        while not {("watch", one) for one in resources} <= set(api.asked):  # noqa: ASYNC110 - the server tells nobody
            await anyio.sleep(0.02)


async def watch_one(api: KubeApi, config: Path, kind: KubernetesKind, name: str) -> None:
    """Watch an object, and look at all that can be looked at from there."""
    backend = KubernetesBackend(kind, name, ConnectOptions(kubeconfig=config), {"HOME": str(config.parent)})
    await backend.connect()
    api.asked.clear()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(KubernetesSource(backend, time.time).run, lambda _names: None)
        await until_used(api, f"{kind}s", "rayclusters", "pods", "events")
        tasks.cancel_scope.cancel()
    await backend.text(paths.log(NAMESPACE, HEAD_POD))
    await backend.get(paths.pod(NAMESPACE, HEAD_POD))
    for endpoint in (backend.dashboard, Endpoint("prometheus", 9090)):
        async with backend.http(endpoint) as http:
            assert (await http.get("/")).is_success
    await backend.aclose()


async def test_whoever_watches_uses_the_whole_role_of_readers_and_no_more(api: KubeApi, tmp_path: Path) -> None:
    config = kubeconfig(api, tmp_path)
    names: dict[KubernetesKind, str] = {
        "raycluster": CLUSTER,
        "rayjob": "job",
        "rayservice": "service",
        "raycronjob": "cron",
    }
    for kind, name in names.items():
        await watch_one(api, config, kind, name)
    kubernetes = kubernetes_of(ConnectOptions(kubeconfig=config), {"HOME": str(tmp_path)})
    async with anyio.create_task_group() as tasks:
        api.asked.clear()
        tasks.start_soon(RayObjects(kubernetes, NAMESPACE).run)
        await until_used(api, *(f"{kind.lower()}s" for kind in KINDS))
        tasks.cancel_scope.cancel()
    await kubernetes.aclose()
    assert api.granted.used == READ
    assert api.granted.refused == []


async def test_commands_and_ports_use_the_role_for_entering(api: KubeApi, tmp_path: Path) -> None:
    api.rights = READ | ENTER
    backend = KubernetesBackend("raycluster", CLUSTER, ConnectOptions(kubeconfig=kubeconfig(api, tmp_path)), {})
    assert (await backend.run(("true",))).returncode == 0
    await (await backend.dial(backend.dashboard)).aclose()
    assert api.granted.used - READ == ENTER
    await backend.aclose()


async def test_what_changes_something_uses_the_role_for_that(api: KubeApi, tmp_path: Path) -> None:
    api.rights = READ | CONTROL
    backend = KubernetesBackend("raycluster", CLUSTER, ConnectOptions(kubeconfig=kubeconfig(api, tmp_path)), {})
    async with backend.http(backend.dashboard) as http:
        assert (await http.post("/api/jobs/job/stop")).is_success
    assert api.granted.used - READ == CONTROL
    await backend.aclose()
