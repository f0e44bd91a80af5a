"""What goes wrong with Kubernetes in the middle of it: servers that restart, rights that go, tokens, slowness."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import anyio
import httpx
import pytest
from kube_api import (
    CLUSTER,
    CONTROL,
    ENTER,
    HEAD_POD,
    NAMESPACE,
    READ,
    KubeApi,
    furnished,
    kube_api,
    kubeconfig,
    node_ip,
    pod,
    serving,
)
from listening import HERE, closed_port, recording

from raymon_tui.backends.base import ConnectOptions, Endpoint
from raymon_tui.backends.errors import RaymonError, RefusedError, TimedOutError, UnreachableError
from raymon_tui.backends.failures import failure_of
from raymon_tui.backends.kubernetes import api_server, rights
from raymon_tui.backends.kubernetes.backend import KubernetesBackend
from raymon_tui.cluster.ray_api.client import RayApi
from raymon_tui.tui.demo.cluster import RunningCluster

PROXY = ("", "pods/proxy", "get")
PATIENCE_S = 30.0


def dashboard_port(cluster: RunningCluster) -> int:
    port = urlsplit(cluster.dashboard_url).port
    assert port
    return port


@pytest.fixture
async def api(ray_cluster: RunningCluster) -> AsyncIterator[KubeApi]:
    async with kube_api(READ | ENTER, dashboard_port(ray_cluster), node_ip(ray_cluster.dashboard_url)) as server:
        yield server


@pytest.fixture
async def alone() -> AsyncIterator[KubeApi]:
    """An API server with no Ray behind it."""
    async with kube_api(READ | ENTER, closed_port(), "10.0.0.9") as server:
        yield server


def opened(api: KubeApi, directory: Path) -> KubernetesBackend:
    return KubernetesBackend("raycluster", CLUSTER, ConnectOptions(kubeconfig=kubeconfig(api, directory)), {})


async def version(backend: KubernetesBackend) -> str:
    async with backend.http(backend.dashboard) as http:
        return (await RayApi(http).version()).ray_version


@pytest.mark.ray
async def test_an_api_server_that_restarts_is_used_again(ray_cluster: RunningCluster, tmp_path: Path) -> None:
    api = furnished(READ | ENTER, dashboard_port(ray_cluster), "10.0.0.9")
    async with serving(api):
        backend = opened(api, tmp_path)
        assert await version(backend)
    with pytest.raises(UnreachableError):
        await version(backend)
    async with serving(api, int(api.url.rpartition(":")[2])):
        assert await version(backend)
        await backend.aclose()


@pytest.mark.parametrize("taken", [set(), {PROXY}], ids=["by the pod proxy", "by port-forward"])
async def test_an_api_server_that_is_gone_is_not_taken_for_a_dashboard_that_is(
    taken: set[tuple[str, str, str]], tmp_path: Path
) -> None:
    api = furnished((READ | ENTER) - taken, closed_port(), "10.0.0.9")
    async with serving(api):
        backend = opened(api, tmp_path)
        with pytest.raises(UnreachableError) as caught:
            await version(backend)
        assert "API server:" not in caught.value.said
    with pytest.raises(UnreachableError) as caught:
        await version(backend)
    assert caught.value.said == "API server: Connection refused"
    await backend.aclose()


@pytest.mark.ray
async def test_without_the_pod_proxy_in_mid_session_http_goes_by_port_forward(api: KubeApi, tmp_path: Path) -> None:
    backend = opened(api, tmp_path)
    assert await version(backend)
    assert ("get", "pods/portforward") not in api.asked
    api.rights.discard(PROXY)
    assert await version(backend)
    assert ("get", "pods/portforward") in api.asked
    await backend.aclose()


@pytest.mark.ray
async def test_a_right_that_is_taken_away_is_named_and_that_it_is_back_is_noticed(api: KubeApi, tmp_path: Path) -> None:
    backend = opened(api, tmp_path)
    assert await version(backend)
    api.rights -= ENTER | {PROXY}
    with pytest.raises(RefusedError, match='cannot get resource "pods/proxy"'):
        await version(backend)
    api.rights.add(PROXY)
    assert await version(backend)
    await backend.aclose()


@pytest.mark.ray
async def test_what_changes_something_needs_a_right_of_its_own(api: KubeApi, tmp_path: Path) -> None:
    api.rights = set(READ)
    backend = opened(api, tmp_path)
    async with backend.http(backend.dashboard) as http:
        with pytest.raises(httpx.ConnectError, match='cannot create resource "pods/proxy"'):
            await http.post("/api/jobs/no-such-job/stop")
        api.rights = READ | CONTROL
        assert (await http.post("/api/jobs/no-such-job/stop")).status_code == httpx.codes.NOT_FOUND
        assert api.asked[-1] == ("create", "pods/proxy")
        api.rights = READ | ENTER
        assert (await http.post("/api/jobs/no-such-job/stop")).status_code == httpx.codes.NOT_FOUND
        assert api.asked[-1] == ("get", "pods/portforward")
    await backend.aclose()


@pytest.mark.ray
async def test_without_port_forward_in_mid_session_http_goes_by_the_pod_proxy(api: KubeApi, tmp_path: Path) -> None:
    api.rights.discard(PROXY)
    backend = opened(api, tmp_path)
    assert await version(backend)
    assert ("get", "pods/proxy") not in api.asked
    api.rights -= ENTER
    api.rights.add(PROXY)
    assert await version(backend)
    assert api.asked[-1] == ("get", "pods/proxy")
    await backend.aclose()


@pytest.mark.ray
@pytest.mark.parametrize("verb", ["get", "create"])
async def test_both_verbs_of_port_forward_are_asked_for(api: KubeApi, tmp_path: Path, verb: str) -> None:
    api.rights -= {PROXY, ("", "pods/portforward", verb)}
    backend = opened(api, tmp_path)
    await backend.connect()
    assert f"no way for HTTP; not allowed: get pods/proxy, {verb} pods/portforward" in str(backend.stages)
    with pytest.raises(RefusedError, match='cannot get resource "pods/proxy"'):
        await version(backend)
    await backend.aclose()


@pytest.mark.ray
async def test_an_older_server_wants_no_more_than_the_verb_it_checks(api: KubeApi, tmp_path: Path) -> None:
    api.minor = 34
    api.rights -= {PROXY, ("", "pods/portforward", "create"), ("", "pods/exec", "create")}
    backend = opened(api, tmp_path)
    assert await version(backend)
    assert (await backend.run(("true",))).returncode == 0
    await backend.aclose()


async def test_a_command_that_may_not_be_run_is_refused_without_trying(
    alone: KubeApi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone.rights = set(READ)
    backend = opened(alone, tmp_path)
    for _ in range(3):
        with pytest.raises(RefusedError, match='cannot get resource "pods/exec"'):
            await backend.run(("true",))
    assert ("get", "pods/exec") not in alone.asked
    alone.rights |= ENTER
    monkeypatch.setattr(rights, "DENIED_S", 0.0)
    assert (await backend.run(("true",))).returncode == 0
    alone.rights -= ENTER
    for _ in range(3):
        with pytest.raises(RefusedError, match="pods/exec"):
            await backend.run(("true",))
    assert alone.asked.count(("get", "pods/exec")) == 2
    await backend.aclose()


async def test_a_server_that_takes_too_long_is_told_and_waited_for_next_time(
    alone: KubeApi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    backend = opened(alone, tmp_path)
    await backend.get("/version")
    alone.slow_s = PATIENCE_S
    with monkeypatch.context() as hurried:
        hurried.setattr(api_server, "ANSWER_S", 0.2)
        with pytest.raises(TimedOutError):
            await backend.get("/version")
    alone.slow_s = 0.0
    assert await backend.get("/version")
    await backend.aclose()


async def test_an_answer_without_end_is_cut_off(
    alone: KubeApi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone.logs.write(HEAD_POD, "x" * 3_000_000)
    backend = opened(alone, tmp_path)
    path = f"/api/v1/namespaces/{NAMESPACE}/pods/{HEAD_POD}"
    assert await backend.text(f"{path}/log", limit=1000) == "x" * 1000
    with pytest.raises(RaymonError, match="larger than 1 MiB"):
        await backend.api.body("GET", f"{path}/log", limit=1 << 20)
    await backend.aclose()


async def test_logs_of_pods_that_wait_are_empty_or_say_why(alone: KubeApi, tmp_path: Path) -> None:
    backend = opened(alone, tmp_path)
    waiting = pod("demo-small-worker-waits", "worker", "")
    waiting["status"] = {"phase": "Pending"}
    alone.put("pods", waiting)
    path = f"/api/v1/namespaces/{NAMESPACE}/pods/demo-small-worker-waits/log"
    assert await backend.text(path) == ""
    waiting["status"]["containerStatuses"] = [{"state": {"waiting": {"reason": "ImagePullBackOff"}}}]
    with pytest.raises(RaymonError, match="trying and failing to pull image"):
        await backend.text(path)
    with pytest.raises(RaymonError, match="previous terminated container"):
        await backend.text(path, {"previous": "true"})
    await backend.aclose()


@pytest.mark.parametrize("way", ["proxy", "ports"])
async def test_a_refusal_of_what_runs_in_the_pod_is_its_own(alone: KubeApi, tmp_path: Path, way: str) -> None:
    if way == "ports":
        alone.rights.discard(PROXY)
    backend = opened(alone, tmp_path)
    body = b'{"error":"no token"}'
    head = f"HTTP/1.1 401 Unauthorized\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    async with recording(head.encode() + body) as (endpoint, heads), backend.http(endpoint) as http:
        answer = await http.get("/private")
        assert (answer.status_code, answer.json()) == (401, {"error": "no token"})
        assert len(heads) == 1
    await backend.aclose()


@pytest.mark.parametrize("way", ["proxy", "ports"])
async def test_a_port_of_a_pod_at_which_nobody_listens_is_told(alone: KubeApi, tmp_path: Path, way: str) -> None:
    if way == "ports":
        alone.rights.discard(PROXY)
    backend = opened(alone, tmp_path)
    endpoint = Endpoint(HERE, closed_port())
    async with backend.http(endpoint) as http:
        with pytest.raises(httpx.TransportError) as caught:
            await http.get("/metrics")
    failure = failure_of(caught.value, tried="ask")
    assert isinstance(failure, UnreachableError)
    assert str(endpoint) in failure.tried
    await backend.aclose()


@pytest.mark.ray
async def test_what_the_monitor_watches_tells_that_a_service_has_switched(api: KubeApi, tmp_path: Path) -> None:
    def service(cluster: str) -> dict[str, object]:
        status = {"activeServiceStatus": {"rayClusterName": cluster}}
        return {"kind": "RayService", "metadata": {"name": "llm", "namespace": NAMESPACE}, "status": status}

    first = api.shelves.find("rayclusters", NAMESPACE, CLUSTER)
    assert first is not None
    api.put("rayclusters", {**first, "metadata": {"name": "next", "namespace": NAMESPACE}})
    api.put("pods", pod("next-head-1", "head", "10.244.0.50", cluster="next"))
    api.put("rayservices", service(CLUSTER))
    options = ConnectOptions(kubeconfig=kubeconfig(api, tmp_path))
    backend = KubernetesBackend("rayservice", "llm", options, {})
    assert await version(backend)
    assert backend.place.ray_cluster == CLUSTER
    events = backend.watch(f"/apis/ray.io/v1/namespaces/{NAMESPACE}/rayservices")
    with anyio.fail_after(PATIENCE_S):
        await anext(events)
        api.put("rayservices", service("next"))
        await anext(events)
    assert await version(backend)
    assert backend.place.ray_cluster == "next"
    await events.aclose()  # type: ignore[attr-defined]
    await backend.aclose()


@pytest.mark.ray
async def test_what_the_monitor_watches_tells_that_the_head_pod_was_replaced(api: KubeApi, tmp_path: Path) -> None:
    backend = opened(api, tmp_path)
    assert await version(backend)
    events = backend.watch(f"/api/v1/namespaces/{NAMESPACE}/pods")
    with anyio.fail_after(PATIENCE_S):
        await anext(events)
        api.put("pods", pod("demo-head-fghij", "head", "10.244.0.40"))
        api.remove("pods", HEAD_POD)
        for _ in range(2):
            await anext(events)
    assert await version(backend)
    head = backend.following.head
    assert head is not None
    assert head.pod == "demo-head-fghij"
    await events.aclose()  # type: ignore[attr-defined]
    await backend.aclose()


@pytest.mark.parametrize("way", ["proxy", "ports"])
async def test_a_service_in_another_namespace_is_reached_by_its_name(alone: KubeApi, tmp_path: Path, way: str) -> None:
    alone.granted.everywhere = READ | ENTER
    if way == "ports":
        alone.rights.discard(PROXY)
        alone.granted.everywhere.discard(PROXY)
    backend = opened(alone, tmp_path)
    async with recording() as (endpoint, heads):
        server = pod("prometheus-0", "worker", HERE, cluster="none")
        server["metadata"] |= {"namespace": "monitoring", "labels": {"app": "prometheus"}}
        alone.put("pods", server)
        spec = {"selector": {"app": "prometheus"}, "ports": [{"port": 9090, "targetPort": endpoint.port}]}
        alone.put("services", {"metadata": {"name": "prometheus", "namespace": "monitoring"}, "spec": spec})
        async with backend.http(Endpoint("prometheus.monitoring.svc.cluster.local", 9090)) as http:
            assert (await http.get("/-/healthy")).is_success
        assert "/-/healthy" in heads[0]
    await backend.aclose()


async def test_many_addresses_that_nobody_has_cost_the_api_server_one_list(alone: KubeApi, tmp_path: Path) -> None:
    backend = opened(alone, tmp_path)
    await backend.connect()
    alone.asked.clear()

    async def ask(number: int) -> None:
        async with backend.http(Endpoint(f"10.9.9.{number}", 8080)) as http:
            with pytest.raises(httpx.ConnectError, match=f"10.9.9.{number}"):
                await http.get("/metrics")

    for _ in range(2):
        async with anyio.create_task_group() as tasks:
            for number in range(20):
                tasks.start_soon(ask, number)
    # Beside that one, each is asked for by itself: it may be a pod that is none of Ray's.
    assert alone.asked.count(("list", "pods")) == 1 + 20
    await backend.aclose()
