"""The list and the picture through a real client, TLS and watches, with no more rights than the documented Role."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import anyio
import pytest
from kube_api import ENTER, NAMESPACE, READ, KubeApi, kube_api, kubeconfig, pod
from list_app import comes_in_time
from msgspec import structs
from recorded_kubernetes import NOW, RecordedKubernetes, recorded, renamed, service
from still_kubernetes import StillKubernetes, snapshot_of

from raymon_tui.backends.base import ConnectOptions
from raymon_tui.backends.resolve import kubernetes_of, one_of, resolve
from raymon_tui.cluster.feeds.feed import Reading
from raymon_tui.cluster.findings.find import find
from raymon_tui.cluster.kubernetes.listing import RayObjects
from raymon_tui.cluster.kubernetes.picture import KUBERNETES, KubernetesPicture
from raymon_tui.cluster.monitor import Monitor
from raymon_tui.cluster.snapshot import Snapshot

NO_DASHBOARD = 9
PATIENCE_S = 30.0


@pytest.fixture
async def api() -> AsyncIterator[KubeApi]:
    async with kube_api(READ, NO_DASHBOARD, "10.244.0.29") as server:
        server.put("rayclusters", recorded("raycluster.json"))
        for pod in recorded("pods.json")["items"]:
            server.put("pods", pod)
        for event in recorded("events.json")["items"]:
            server.put("events", event)
        yield server


def options(api: KubeApi, directory: Path, **others: Any) -> ConnectOptions:
    return ConnectOptions(kubeconfig=kubeconfig(api, directory), **others)


def complete(picture: KubernetesPicture) -> bool:
    return bool(picture.pods and picture.events and picture.clusters)


async def until(monitor: Monitor, holds: Callable[[KubernetesPicture], bool]) -> KubernetesPicture:
    seen = anyio.Event()
    found = KubernetesPicture()

    def look(snapshot: Snapshot, _changed: frozenset[str]) -> None:
        nonlocal found
        picture = snapshot.value(KUBERNETES)
        if picture is not None and holds(picture):
            found = picture
            seen.set()

    look(monitor.snapshot, frozenset())
    end = monitor.listen(look)
    with anyio.fail_after(PATIENCE_S):
        await seen.wait()
    end()
    return found


async def test_the_documented_role_is_enough_for_the_whole_picture(api: KubeApi, tmp_path: Path) -> None:
    backend = one_of(resolve("raycluster/demo", options(api, tmp_path), {"HOME": str(tmp_path)})).open()
    monitor = Monitor(backend)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(monitor.run)
        picture = await until(monitor, complete)
        assert (picture.namespace, picture.name, picture.followed) == (NAMESPACE, "demo", "demo")
        assert {pod.state for pod in picture.own_pods} >= {"ImagePullBackOff", "OOMKilled", "Unschedulable"}
        assert not picture.unread
        await _watched(api, "pods")
        changed = recorded("pods.json")["items"][1]
        changed["status"]["containerStatuses"][0]["state"] = {"waiting": {"reason": "InvalidImageName"}}
        api.put("pods", changed)
        await until(monitor, lambda now: "InvalidImageName" in {pod.state for pod in now.own_pods})
        api.remove("pods", changed["metadata"]["name"])
        await until(monitor, lambda now: "InvalidImageName" not in {pod.state for pod in now.own_pods})
        tasks.cancel_scope.cancel()
    await monitor.aclose()
    await backend.aclose()


async def test_watches_that_the_server_forgot_are_taken_up_again(api: KubeApi, tmp_path: Path) -> None:
    backend = one_of(resolve("raycluster/demo", options(api, tmp_path), {"HOME": str(tmp_path)})).open()
    monitor = Monitor(backend)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(monitor.run)
        await until(monitor, complete)
        await _watched(api, "pods")
        api.end_watches()
        api.put("pods", renamed(recorded("pods.json")["items"][5], "demo-small-worker-later"))
        await until(monitor, lambda now: "demo-small-worker-later" in {pod.name for pod in now.own_pods})
        tasks.cancel_scope.cancel()
    await monitor.aclose()
    await backend.aclose()


async def test_a_manifest_leads_to_the_live_object_in_its_namespace(api: KubeApi, tmp_path: Path) -> None:
    path = tmp_path / "ray.yaml"
    path.write_text(
        "apiVersion: ray.io/v1\nkind: RayCluster\nmetadata: {name: demo, namespace: ray}\n---\nkind: Secret\n"
    )
    found = ConnectOptions(kubeconfig=kubeconfig(api, tmp_path, namespace=None))
    backend = one_of(resolve(str(path), found, {"HOME": str(tmp_path)})).open()
    monitor = Monitor(backend)
    assert monitor.source is not None
    assert await monitor.source.once()
    picture = monitor.source.readings()[KUBERNETES.name].value
    assert picture.namespace == NAMESPACE
    assert complete(picture)
    assert ("get", "secrets") not in api.asked
    await monitor.aclose()
    await backend.aclose()


async def test_a_name_that_the_server_made_is_found_by_its_prefix(api: KubeApi, tmp_path: Path) -> None:
    path = tmp_path / "job.yaml"
    path.write_text("apiVersion: ray.io/v1\nkind: RayJob\nmetadata: {generateName: nightly-}\n")
    for name, made, state in (
        ("nightly-aaaaa", "09", "Complete"),
        ("nightly-bbbbb", "10", "Running"),
        ("nightly-sample-0", "11", "Running"),
        ("other-ccccc", "12", ""),
    ):
        metadata = {"name": name, "namespace": NAMESPACE, "creationTimestamp": f"2026-11-23T{made}:00:00Z"}
        status = {"rayClusterName": "demo", "jobDeploymentStatus": state}
        api.put("rayjobs", {"kind": "RayJob", "metadata": metadata, "status": status})
    backend = one_of(resolve(str(path), options(api, tmp_path), {"HOME": str(tmp_path)})).open()
    assert backend.describe().startswith("rayjob/nightly-*")
    monitor = Monitor(backend)
    assert monitor.source is not None
    assert await monitor.source.once()
    picture = monitor.source.readings()[KUBERNETES.name].value
    assert picture.job is not None
    assert (picture.job.name, picture.followed) == ("nightly-bbbbb", "demo")
    await monitor.aclose()
    await backend.aclose()


async def test_all_objects_of_a_namespace_are_listed_and_followed(api: KubeApi, tmp_path: Path) -> None:
    kubernetes = kubernetes_of(options(api, tmp_path), {"HOME": str(tmp_path)})
    await kubernetes.get("/version")
    listing = RayObjects(kubernetes, kubernetes.place.namespace)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(listing.run)
        await _until(lambda: [row.name for row in listing.rows()] == ["demo"])
        await _watched(api, "rayclusters")
        api.put("rayclusters", renamed(recorded("raycluster.json"), "second"))
        await _until(lambda: [row.name for row in listing.rows()] == ["demo", "second"])
        tasks.cancel_scope.cancel()
    assert not listing.unread
    await kubernetes.aclose()


async def test_a_right_that_is_missing_is_named_in_the_picture(api: KubeApi, tmp_path: Path) -> None:
    api.rights -= {("", "events", "list"), ("", "events", "watch")} | ENTER
    backend = one_of(resolve("raycluster/demo", options(api, tmp_path), {"HOME": str(tmp_path)})).open()
    monitor = Monitor(backend)
    assert monitor.source is not None
    assert await monitor.source.once()
    picture = monitor.source.readings()[KUBERNETES.name].value
    (unread,) = picture.unread
    assert (unread.what, picture.events) == ("events", None)
    assert 'cannot list resource "events"' in unread.said
    await monitor.aclose()
    await backend.aclose()


async def test_rights_that_are_taken_away_are_told_with_the_age_of_what_is_shown(api: KubeApi, tmp_path: Path) -> None:
    backend = one_of(resolve("raycluster/demo", options(api, tmp_path), {"HOME": str(tmp_path)})).open()
    monitor = Monitor(backend)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(monitor.run)
        await until(monitor, complete)
        await _watched(api, "pods")
        api.rights -= {("", "pods", "list"), ("", "pods", "watch")}
        api.end_watches()
        picture = await until(monitor, lambda now: bool(now.unread))
        reading = monitor.snapshot.reading(KUBERNETES)
        tasks.cancel_scope.cancel()
    (unread,) = picture.unread
    assert (unread.what, unread.known, unread.lasts) == ("pods", True, True)
    assert picture.pods
    assert reading.error is not None
    await _shows(reading, NOW + 720)
    await monitor.aclose()
    await backend.aclose()


async def _shows(reading: Reading[Any], now: float) -> None:
    """Look at what the panes say of pods that were read at `NOW` for the last time."""
    picture = reading.value
    unread = tuple(structs.replace(one, since=NOW) for one in picture.unread)
    old = structs.replace(reading, value=structs.replace(picture, unread=unread), read_at=NOW)
    backend = RecordedKubernetes()
    for pane, words in (
        ("nodes", 'pods cannot be read, shown as of 12m ago: cannot watch resource "pods"'),
        ("autoscaler", "pods cannot be read, shown as of 12m ago"),
    ):
        snapshot = structs.replace(snapshot_of(old), at=now)
        assert "Kubernetes tells nothing of pods any more" in {one.title for one in find(snapshot, now)}
        async with StillKubernetes(pane, backend, snapshot, now=now).run_test(size=(120, 34)) as pilot:
            await comes_in_time(pilot, words)


async def test_a_service_that_switches_is_followed_and_that_is_said(api: KubeApi, tmp_path: Path) -> None:
    api.put("rayservices", service("demo", "next"))
    api.put("rayclusters", renamed(recorded("raycluster.json"), "next"))
    api.put("pods", pod("next-head-fghij", "head", "10.244.0.40", cluster="next"))
    backend = one_of(resolve("rayservice/llm", options(api, tmp_path), {"HOME": str(tmp_path)})).open()
    monitor = Monitor(backend)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(monitor.run)
        await until(monitor, lambda now: complete(now) and now.followed == "demo" and len(now.clusters or ()) == 2)
        await _until(lambda: "(demo)" in backend.describe() and monitor.snapshot.link.state == "lost")
        await _watched(api, "rayservices")
        api.put("rayservices", service("next"))
        picture = await until(monitor, lambda now: now.followed == "next" and bool(now.moved))
        tasks.cancel_scope.cancel()
    assert "RayCluster next in place of demo" in picture.moved
    assert picture.moved_at is not None
    assert "(next)" in backend.describe()
    await monitor.aclose()
    await backend.aclose()


def nightly(name: str, made: str, cluster: str, state: str) -> dict[str, Any]:
    """Return a RayJob whose name the API server has made."""
    metadata = {"name": name, "namespace": NAMESPACE, "creationTimestamp": f"2026-11-23T{made}:00:00Z"}
    return {
        "kind": "RayJob",
        "metadata": metadata,
        "status": {"rayClusterName": cluster, "jobDeploymentStatus": state, "jobId": f"{name}-id"},
    }


async def test_the_picture_goes_on_to_the_next_job_of_a_made_name(api: KubeApi, tmp_path: Path) -> None:
    path = tmp_path / "job.yaml"
    path.write_text("apiVersion: ray.io/v1\nkind: RayJob\nmetadata: {generateName: nightly-}\n")
    api.put("rayclusters", renamed(recorded("raycluster.json"), "next"))
    api.put("pods", pod("next-head-fghij", "head", "10.244.0.40", cluster="next"))
    api.put("rayjobs", nightly("nightly-aaaaa", "09", "demo", "Running"))
    backend = one_of(resolve(str(path), options(api, tmp_path), {"HOME": str(tmp_path)})).open()
    monitor = Monitor(backend)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(monitor.run)
        await until(monitor, lambda now: complete(now) and (now.name, now.followed) == ("nightly-aaaaa", "demo"))
        await _watched(api, "rayjobs")
        api.put("rayjobs", nightly("nightly-bbbbb", "10", "next", "Running"))
        api.put("rayjobs", nightly("nightly-aaaaa", "09", "demo", "Complete"))
        picture = await until(monitor, lambda now: now.followed == "next" and now.job is not None and bool(now.pods))
        tasks.cancel_scope.cancel()
    assert picture.job is not None
    assert (picture.name, picture.job.name) == ("nightly-bbbbb", "nightly-bbbbb")
    assert {one.name for one in picture.own_pods} == {"next-head-fghij"}
    await monitor.aclose()
    await backend.aclose()


async def _watched(api: KubeApi, plural: str) -> None:
    """Wait until a watch stands: unlike a real one, this server tells it nothing of what was before."""
    await _until(lambda: plural in {wanted for wanted, _ in api._watchers})


async def _until(holds: Callable[[], bool]) -> None:
    with anyio.fail_after(PATIENCE_S):
        while not holds():  # noqa: ASYNC110 - the server tells nobody when a watch begins
            await anyio.sleep(0.02)
