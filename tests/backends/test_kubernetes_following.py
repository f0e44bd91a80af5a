"""From the object that was named to where Ray is: how that is found, followed, and what it costs the API server."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest
from kube_api import CLUSTER, ENTER, HEAD_POD, NAMESPACE, READ, KubeApi, kube_api, kubeconfig, pod, ray_cluster_object
from listening import HERE, closed_port, recording

from raymon_tui.backends.base import ConnectOptions, Endpoint
from raymon_tui.backends.errors import ObjectMissingError, UnreachableError
from raymon_tui.backends.kubernetes import following
from raymon_tui.backends.kubernetes.backend import KubernetesBackend
from raymon_tui.backends.targets import KubernetesKind
from raymon_tui.cluster.kubernetes.source import KubernetesSource

PATIENCE_S = 30.0
PODS = ("list", "pods")


@pytest.fixture
async def api() -> AsyncIterator[KubeApi]:
    """An API server with no Ray behind it."""
    async with kube_api(READ | ENTER, closed_port(), "10.0.0.9") as server:
        yield server


@asynccontextmanager
async def opened(
    api: KubeApi, directory: Path, kind: KubernetesKind, name: str, prefix: str | None = None
) -> AsyncIterator[KubernetesBackend]:
    options = ConnectOptions(kubeconfig=kubeconfig(api, directory))
    backend = KubernetesBackend(kind, name, options, {"HOME": str(directory)}, prefix=prefix)
    try:
        yield backend
    finally:
        await backend.aclose()


@asynccontextmanager
async def watched(backend: KubernetesBackend) -> AsyncIterator[None]:
    """Watch all that the monitor watches, until the block ends; it begins when all stands."""
    await backend.connect()
    source = KubernetesSource(backend, time.time)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(source.run, lambda _names: None)
        with anyio.fail_after(PATIENCE_S):
            while not _stands(backend):  # noqa: ASYNC110 - a watch tells nobody that it stands
                await anyio.sleep(0.02)
        yield
        tasks.cancel_scope.cancel()


def _stands(backend: KubernetesBackend) -> bool:
    live = {watch.path.rpartition("/")[2] for watch in backend.following.watched._watches if watch.live}
    return {"pods", "rayclusters", f"{backend._kind}s"} <= live and not backend.following._looking.runs


def put_cluster(api: KubeApi, name: str, head: str = "") -> None:
    """Add a RayCluster with its head."""
    found = ray_cluster_object(8265, name)
    found["kind"] = "RayCluster"
    api.put("rayclusters", found)
    api.put("pods", {**pod(head or f"{name}-head-1", "head", "10.244.0.50", cluster=name), "kind": "Pod"})


def job(name: str, cluster: str, *, made: str = "10", state: str = "Running", **more: Any) -> dict[str, Any]:
    labels = {"labels": {"ray.io/cronjob-name": more.pop("cron")}} if "cron" in more else {}
    metadata = {"name": name, "namespace": NAMESPACE, "creationTimestamp": f"2026-11-23T{made}:00:00Z", **labels}
    return {
        "kind": "RayJob",
        "metadata": metadata,
        "status": {"rayClusterName": cluster, "jobDeploymentStatus": state, **more},
    }


def service(cluster: str) -> dict[str, Any]:
    status = {"activeServiceStatus": {"rayClusterName": cluster}}
    return {"kind": "RayService", "metadata": {"name": "llm", "namespace": NAMESPACE}, "status": status}


async def until_at(backend: KubernetesBackend, head_pod: str) -> None:
    """Wait until the head is that pod."""
    with anyio.fail_after(PATIENCE_S):
        while backend.following.head is None or backend.following.head.pod != head_pod:  # noqa: ASYNC110
            await anyio.sleep(0.02)


async def test_a_cron_job_leads_to_the_cluster_of_its_job_and_then_to_that_of_its_next(
    api: KubeApi, tmp_path: Path
) -> None:
    api.put("raycronjobs", {"kind": "RayCronJob", "metadata": {"name": "nightly", "namespace": NAMESPACE}})
    async with opened(api, tmp_path, "raycronjob", "nightly") as backend:
        with pytest.raises(UnreachableError, match="no job yet"):
            await backend.connect()
        api.put("rayjobs", job("nightly-1", CLUSTER, cron="nightly"))
        api.put("rayjobs", job("other", "none", made="12"))
        async with watched(backend):
            assert (await backend.following.find()).cluster == CLUSTER
            assert backend.describe() == f"raycronjob/nightly ({CLUSTER}) -n {NAMESPACE}"
            put_cluster(api, "second")
            api.put("rayjobs", job("nightly-1", CLUSTER, cron="nightly", state="Complete"))
            api.put("rayjobs", job("nightly-2", "second", made="11", cron="nightly"))
            await until_at(backend, "second-head-1")
        assert backend.place.moved == "RayJob nightly-2 came after nightly-1: RayCluster second in place of demo"
        assert backend.place.moved_at


async def test_a_job_that_is_tried_again_is_followed_and_that_is_said(api: KubeApi, tmp_path: Path) -> None:
    api.put("rayjobs", job("train", CLUSTER))
    async with opened(api, tmp_path, "rayjob", "train") as backend, watched(backend):
        assert backend.place.moved == ""
        put_cluster(api, "again")
        api.put("rayjobs", job("train", "again", failed=1))
        await until_at(backend, "again-head-1")
        assert backend.place.moved == "the RayJob was tried again: RayCluster again in place of demo"
        assert backend.describe() == f"rayjob/train (again) -n {NAMESPACE}"


async def test_a_service_that_switches_is_followed_and_that_is_said(api: KubeApi, tmp_path: Path) -> None:
    api.put("rayservices", service(CLUSTER))
    async with opened(api, tmp_path, "rayservice", "llm") as backend, watched(backend):
        put_cluster(api, "next")
        api.put("rayservices", service("next"))
        await until_at(backend, "next-head-1")
        assert backend.place.moved == "the RayService switched: RayCluster next in place of demo"


async def test_a_head_pod_that_is_replaced_is_followed_and_that_is_said(api: KubeApi, tmp_path: Path) -> None:
    async with opened(api, tmp_path, "raycluster", CLUSTER) as backend, watched(backend):
        assert backend.describe() == f"raycluster/{CLUSTER} -n {NAMESPACE}"
        api.remove("pods", HEAD_POD)
        with anyio.fail_after(PATIENCE_S):
            while backend.following.head is not None:  # noqa: ASYNC110 - nobody asks for it meanwhile
                await anyio.sleep(0.02)
        with pytest.raises(UnreachableError, match="no head pod"):
            await backend.following.find()
        api.put("pods", pod("demo-head-fghij", "head", "10.244.0.40"))
        await until_at(backend, "demo-head-fghij")
        assert backend.place.moved == f"the head pod was replaced: demo-head-fghij in place of {HEAD_POD}"
        assert (await backend.following.find()).pod == "demo-head-fghij"


@pytest.mark.parametrize("kind", ["raycluster", "rayjob", "rayservice"])
async def test_what_is_watched_is_not_asked_for_too(
    api: KubeApi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: KubernetesKind
) -> None:
    api.put("rayjobs", job("train", CLUSTER))
    api.put("rayservices", service(CLUSTER))
    name = {"raycluster": CLUSTER, "rayjob": "train", "rayservice": "llm"}[kind]
    async with opened(api, tmp_path, kind, name) as backend, watched(backend):
        # The status of the object and of its head changes all the time, and a dashboard may not answer.
        monkeypatch.setattr(following, "LOOKED_AT_S", 0.0)
        api.asked.clear()
        for _ in range(3):
            api.put("pods", pod(HEAD_POD, "head", "10.244.0.28"))
            backend.following.lose()
            assert (await backend.following.find()).pod == HEAD_POD
            await backend.behind(Endpoint("10.0.0.9", 8080))
        assert not [asked for asked in api.asked if asked[0] != "watch"]


async def test_what_is_not_watched_any_more_is_asked_for(api: KubeApi, tmp_path: Path) -> None:
    async with opened(api, tmp_path, "raycluster", CLUSTER) as backend:
        async with watched(backend):
            pass
        api.remove("pods", HEAD_POD)
        api.put("pods", pod("demo-head-fghij", "head", "10.244.0.40"))
        backend.following.lose()
        assert (await backend.following.find()).pod == "demo-head-fghij"


async def test_a_look_that_takes_longer_than_its_askers_wait_goes_on(api: KubeApi, tmp_path: Path) -> None:
    """As of an API server that takes seconds for each answer, where a question of the monitor may take five."""
    async with opened(api, tmp_path, "raycluster", CLUSTER) as backend:
        await backend.api.access()
        api.slow_s = 0.4
        gave_up, found = 0, None
        with anyio.fail_after(PATIENCE_S):
            while found is None:
                with anyio.move_on_after(0.3):
                    found = await backend.following.find()
                gave_up += found is None
        assert found.pod == HEAD_POD
        assert gave_up
        assert api.asked.count(PODS) == 1


async def test_what_was_found_last_is_given_while_it_is_looked_for_anew(
    api: KubeApi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(api, tmp_path, "raycluster", CLUSTER) as backend:
        await backend.following.find()
        monkeypatch.setattr(following, "LOOKED_AT_S", 0.0)
        api.slow_s = PATIENCE_S
        with anyio.fail_after(PATIENCE_S / 2):
            assert (await backend.following.find()).pod == HEAD_POD


async def test_an_api_server_that_cannot_be_asked_costs_not_what_was_found(
    api: KubeApi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(api, tmp_path, "raycluster", CLUSTER) as backend:
        await backend.following.find()
        monkeypatch.setattr(following, "LOOKED_AT_S", 0.0)
        api.rights.discard(("ray.io", "rayclusters", "get"))
        for _ in range(3):
            assert (await backend.following.find()).pod == HEAD_POD
            await backend.following._looking.aclose()


async def test_an_agent_that_does_not_answer_says_nothing_of_the_head(api: KubeApi, tmp_path: Path) -> None:
    async with opened(api, tmp_path, "raycluster", CLUSTER) as backend:
        await backend.connect()
        api.asked.clear()
        for endpoint in (Endpoint("10.0.0.9", closed_port()), Endpoint(HERE, closed_port())):
            async with backend.http(endpoint) as http:
                with pytest.raises(httpx.ConnectError):
                    await http.get("/metrics")
        await backend.following.find()
        assert ("get", "rayclusters") not in api.asked


@pytest.mark.parametrize("way", ["proxy", "ports"])
async def test_a_connection_to_the_cluster_of_before_is_not_used_any_more(tmp_path: Path, way: str) -> None:
    """A service that has switched keeps its old cluster for a minute, which answers as long as one asks."""
    async with recording() as (first, old), recording() as (second, new), kube_api(READ | ENTER, 1, "10.0.0.9") as api:
        if way == "ports":
            api.rights.discard(("", "pods/proxy", "get"))
        for name, port in (("one", first.port), ("two", second.port)):
            api.put("rayclusters", ray_cluster_object(port, name))
            api.put("pods", pod(f"{name}-head-1", "head", "10.244.0.50", cluster=name))
        api.put("rayservices", service("one"))
        async with opened(api, tmp_path, "rayservice", "llm") as backend, backend.http(backend.dashboard) as http:
            await http.get("/api/version")
            api.put("rayservices", service("two"))
            backend.following.lose()
            await http.get("/api/version")
            assert (len(old), len(new)) == (1, 1)


async def test_the_port_of_the_dashboard_is_known_once_the_head_is(api: KubeApi, tmp_path: Path) -> None:
    async with opened(api, tmp_path, "raycluster", CLUSTER) as backend:
        assert backend.dashboard == Endpoint(HERE, 8265)
        head = await backend.following.find()
        assert backend.dashboard == Endpoint(HERE, head.port) != Endpoint(HERE, 8265)
        for endpoint in (Endpoint(HERE, 8265), backend.dashboard):
            assert (await backend.behind(endpoint)).port == head.port
        assert (await backend.behind(Endpoint(HERE, 44217))).port == 44217


async def test_a_name_that_is_made_is_that_prefix_and_five_characters(api: KubeApi, tmp_path: Path) -> None:
    api.put("rayjobs", job("train-sample-0", "none", made="11"))
    async with opened(api, tmp_path, "rayjob", "", "train-") as backend:
        with pytest.raises(ObjectMissingError):
            await backend.following.find()
        api.put("rayjobs", job("train-x2k4p", CLUSTER))
        assert (await backend.following.find()).cluster == CLUSTER
        assert backend.place.name == "train-x2k4p"


async def test_a_job_that_was_found_by_its_prefix_is_kept_until_it_has_ended(api: KubeApi, tmp_path: Path) -> None:
    put_cluster(api, "second")
    api.put("rayjobs", job("train-aaaaa", CLUSTER, made="10"))
    async with opened(api, tmp_path, "rayjob", "", "train-") as backend:
        await backend.following.find()
        api.put("rayjobs", job("train-bbbbb", "second", made="11"))
        backend.following.lose()
        assert (await backend.following.find()).cluster == CLUSTER
        api.put("rayjobs", job("train-aaaaa", CLUSTER, made="10", state="ValidationFailed"))
        backend.following.lose()
        assert (await backend.following.find()).cluster == "second"
        assert backend.place.name == "train-bbbbb"
        assert backend.place.moved.startswith("RayJob train-bbbbb came after train-aaaaa")


async def test_what_is_missing_is_told_by_those_of_the_own_namespace_where_no_others_may_be_seen(
    api: KubeApi, tmp_path: Path
) -> None:
    async with opened(api, tmp_path, "raycluster", "dmeo") as backend:
        with pytest.raises(ObjectMissingError) as caught:
            await backend.connect()
        assert caught.value.advice == f"there are: {CLUSTER} (-n {NAMESPACE})"
        api.asked.clear()
        for _ in range(3):
            with pytest.raises(ObjectMissingError):
                await backend.following.find()
        assert ("list", "rayclusters") not in api.asked
