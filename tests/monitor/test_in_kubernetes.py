"""The monitor on a real Ray behind an API server, when that or the way through it breaks: the picture stays, aged."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

import anyio
import pytest
from kube_api import CLUSTER, HEAD_POD, NAMESPACE, READ, KubeApi, furnished, kube_api, kubeconfig, node_ip, pod, serving
from watching import until

from raymon_tui.backends.base import ConnectOptions
from raymon_tui.backends.kubernetes.backend import KubernetesBackend
from raymon_tui.backends.targets import KubernetesKind
from raymon_tui.cluster.feeds.catalogue import AUTOSCALER, NODES, VERSION
from raymon_tui.cluster.kubernetes.picture import KUBERNETES
from raymon_tui.cluster.monitor import Monitor
from raymon_tui.cluster.snapshot import Snapshot
from raymon_tui.tui.demo.cluster import RunningCluster

pytestmark = pytest.mark.ray
PLUGIN = """#!/bin/sh
echo x >> {folder}/runs
printf '{{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential",'
printf '"status":{{"token":"%s"}}}}' "$(cat {folder}/token)"
"""


def port_of(cluster: RunningCluster) -> int:
    port = urlsplit(cluster.dashboard_url).port
    assert port
    return port


@pytest.fixture
async def api(ray_cluster: RunningCluster) -> AsyncIterator[KubeApi]:
    """An API server that grants what whoever watches needs, and no more."""
    async with kube_api(READ, port_of(ray_cluster), node_ip(ray_cluster.dashboard_url)) as server:
        yield server


@asynccontextmanager
async def monitored(
    config: Path, home: Path, kind: KubernetesKind = "raycluster", name: str = CLUSTER
) -> AsyncIterator[tuple[Monitor, KubernetesBackend]]:
    """Run a monitor that looks at nodes; the block begins with its first whole picture."""
    options = ConnectOptions(kubeconfig=config)
    backend = KubernetesBackend(kind, name, options, {"HOME": str(home)})
    monitor = Monitor(backend, refresh_s=0.5)
    monitor.want("test", (NODES, AUTOSCALER))
    try:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(monitor.run)
            await until(monitor, is_whole)
            yield monitor, backend
            tasks.cancel_scope.cancel()
    finally:
        await monitor.aclose()
        await backend.aclose()


def is_whole(snapshot: Snapshot) -> bool:
    """Whether Ray and Kubernetes both have told all."""
    picture = snapshot.value(KUBERNETES)
    ray = snapshot.link.state in ("live", "slow") and bool(snapshot.value(NODES)) and not snapshot.reading(NODES).error
    return ray and picture is not None and bool(picture.pods and picture.clusters) and not picture.unread


def is_aged(snapshot: Snapshot) -> bool:
    return snapshot.link.state in ("lost", "refused") and bool(snapshot.value(NODES))


def since(before: Snapshot, snapshot: Snapshot) -> bool:
    """Whether all is whole, and newer than it was."""
    return is_whole(snapshot) and (snapshot.reading(NODES).read_at or 0.0) > before.at


async def test_who_may_only_watch_is_refused_nothing_all_the_time(api: KubeApi, tmp_path: Path) -> None:
    async with monitored(kubeconfig(api, tmp_path), tmp_path) as (monitor, _):
        await until(monitor, lambda snapshot: snapshot.reading(AUTOSCALER).known)
        before = monitor.snapshot
        await until(monitor, lambda snapshot: since(before, snapshot))
    assert ("get", "pods/exec") not in api.asked
    assert api.granted.refused == []


async def test_an_api_server_that_restarts_is_watched_on(ray_cluster: RunningCluster, tmp_path: Path) -> None:
    api = furnished(READ, port_of(ray_cluster), node_ip(ray_cluster.dashboard_url))
    async with AsyncExitStack() as stack:
        async with serving(api):
            monitor, _ = await stack.enter_async_context(monitored(kubeconfig(api, tmp_path), tmp_path))
        aged = await until(monitor, is_aged)
        assert aged.link.said
        async with serving(api, int(api.url.rpartition(":")[2])):
            await until(monitor, lambda snapshot: since(aged, snapshot))


async def test_a_token_that_expires_is_asked_of_the_plug_in_again(api: KubeApi, tmp_path: Path) -> None:
    (tmp_path / "plugin").write_text(PLUGIN.format(folder=tmp_path))
    (tmp_path / "plugin").chmod(0o755)
    (tmp_path / "token").write_text(api.token)
    asked = {"apiVersion": "client.authentication.k8s.io/v1", "command": "./plugin", "interactiveMode": "Never"}
    async with monitored(kubeconfig(api, tmp_path, {"exec": asked}), tmp_path) as (monitor, _):
        assert (tmp_path / "runs").read_text() == "x\n"
        (tmp_path / "token").write_text("the-next")
        api.token = "the-next"
        before = monitor.snapshot
        await until(monitor, lambda snapshot: since(before, snapshot))
    assert (tmp_path / "runs").read_text() == "x\nx\n"


async def test_watches_that_the_server_forgot_are_begun_anew(api: KubeApi, tmp_path: Path) -> None:
    async with monitored(kubeconfig(api, tmp_path), tmp_path) as (monitor, _):
        api.end_watches()
        api.put("pods", pod("demo-small-worker-w2", "worker", "10.0.0.8"))
        await until(monitor, lambda snapshot: "demo-small-worker-w2" in pods_in(snapshot) and is_whole(snapshot))


def pods_in(snapshot: Snapshot) -> set[str]:
    picture = snapshot.value(KUBERNETES)
    return {one.name for one in (picture.pods if picture else None) or ()}


async def test_a_head_pod_that_is_deleted_leaves_the_picture_and_is_followed(api: KubeApi, tmp_path: Path) -> None:
    async with monitored(kubeconfig(api, tmp_path), tmp_path) as (monitor, backend):
        api.remove("pods", HEAD_POD)
        aged = await until(monitor, is_aged)
        assert "no head pod" in aged.link.said
        api.put("pods", pod("demo-head-fghij", "head", "10.244.0.40"))
        await until(monitor, lambda snapshot: since(aged, snapshot))
        assert backend.place.moved == f"the head pod was replaced: demo-head-fghij in place of {HEAD_POD}"


async def test_rights_that_are_taken_away_are_named_and_noticed_when_they_are_back(
    api: KubeApi, tmp_path: Path
) -> None:
    async with monitored(kubeconfig(api, tmp_path), tmp_path) as (monitor, _):
        api.rights = set()
        aged = await until(monitor, lambda snapshot: is_aged(snapshot) and snapshot.link.state == "refused")
        assert 'cannot get resource "pods/proxy"' in aged.link.said
        api.rights = set(READ)
        await until(monitor, lambda snapshot: since(aged, snapshot))


async def test_ray_is_watched_by_way_of_a_cron_job(api: KubeApi, tmp_path: Path) -> None:
    named = {"namespace": NAMESPACE, "creationTimestamp": "2026-11-23T10:00:00Z"}
    api.put("raycronjobs", {"kind": "RayCronJob", "metadata": {"name": "nightly", **named}})
    made = {"name": "nightly-1", "labels": {"ray.io/cronjob-name": "nightly"}, **named}
    status = {"rayClusterName": CLUSTER, "jobDeploymentStatus": "Running"}
    api.put("rayjobs", {"kind": "RayJob", "metadata": made, "status": status})
    async with monitored(kubeconfig(api, tmp_path), tmp_path, "raycronjob", "nightly") as (monitor, _):
        assert monitor.snapshot.reached_by == f"raycronjob/nightly ({CLUSTER}) -n {NAMESPACE}"
    assert api.granted.refused == []


@pytest.mark.slow
async def test_an_api_server_that_takes_long_is_waited_for_and_one_that_takes_too_long_leaves_the_picture(
    api: KubeApi, tmp_path: Path
) -> None:
    """Two seconds an answer are five times as many for a first look as the probe of the link waits."""
    api.slow_s = 2.0
    async with monitored(kubeconfig(api, tmp_path), tmp_path) as (monitor, _):
        api.slow_s = 20.0
        aged = await until(monitor, is_aged)
        assert aged.link.state == "lost"
        assert aged.reading(VERSION).error is not None
        api.slow_s = 0.0
        await until(monitor, lambda snapshot: since(aged, snapshot))
