"""Clusters that KubeRay runs, through an API server that grants what the documented Roles grant and nothing else."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import anyio
import httpx
import pytest
from commands_contract import CommandsContract
from contract import BackendContract
from kube_api import (
    CLUSTER,
    ENTER,
    HEAD_POD,
    NAMESPACE,
    READ,
    KubeApi,
    Rule,
    kube_api,
    kubeconfig,
    node_ip,
    pod,
    ray_cluster_object,
)
from listening import HERE, closed_port, echoing, silent
from words import ended

from raymon_tui.backends.base import Backend, ConnectOptions, Endpoint
from raymon_tui.backends.errors import ObjectMissingError, RaymonError, RefusedError, UnreachableError, UsageError
from raymon_tui.backends.kubernetes.backend import KubernetesBackend
from raymon_tui.backends.targets import KubernetesKind
from raymon_tui.cluster.ray_api.client import RayApi
from raymon_tui.tui.demo.cluster import RunningCluster

PATIENCE_S = 60.0
PROXY: set[Rule] = {("", "pods/proxy", "get")}


def opened(
    api: KubeApi, directory: Path, name: str = CLUSTER, kind: KubernetesKind = "raycluster", **options: object
) -> KubernetesBackend:
    connect = ConnectOptions(kubeconfig=kubeconfig(api, directory), **options)  # type: ignore[arg-type]
    return KubernetesBackend(kind, name, connect, {"HOME": str(directory)})


@pytest.fixture
async def api(ray_cluster: RunningCluster) -> AsyncIterator[KubeApi]:
    port = urlsplit(ray_cluster.dashboard_url).port
    assert port
    async with kube_api(READ | ENTER, port, node_ip(ray_cluster.dashboard_url)) as server:
        yield server


class KubernetesContract(BackendContract, CommandsContract):
    """The contract, with what the protocol of Kubernetes has no way to tell."""

    secret = "viewer-token"

    @pytest.fixture(autouse=True)
    def sees_services_elsewhere(self, api: KubeApi) -> None:
        """A name may be that of a service in another namespace: that there is none can be told where one may look."""
        api.granted.everywhere = {("", "services", "get")}

    async def test_a_dialled_stream_carries_bytes_both_ways_until_it_is_ended(self, backend: Backend) -> None:
        """One half of a forwarded connection cannot be ended, so the end is told by how much comes back."""
        sent, received = os.urandom(1 << 20), bytearray()
        async with echoing() as endpoint, await backend.dial(endpoint) as stream, anyio.create_task_group() as tasks:
            tasks.start_soon(stream.send, sent)
            with anyio.fail_after(60):
                while len(received) < len(sent):
                    received += await stream.receive()
        assert bytes(received) == sent

    async def test_a_port_that_never_answers_is_given_up(self, backend: Backend) -> None:
        """That a connection stands is never told, so that what is dialled seems to: whoever asks there gives up."""
        with silent() as endpoint, anyio.fail_after(PATIENCE_S):
            async with await backend.dial(endpoint) as stream:
                await stream.send(b"anybody there?")
                with anyio.move_on_after(0.2) as waiting:
                    await stream.receive()
            async with backend.http(endpoint) as http:
                with pytest.raises(httpx.TimeoutException):
                    await http.get("/", timeout=0.2)
        assert waiting.cancelled_caught

    async def test_a_command_that_nobody_waits_for_any_more_is_ended(self, backend: Backend, tmp_path: Path) -> None:
        pid_file = tmp_path / "pid"
        script = f"echo $$ > '{pid_file}.new'; mv '{pid_file}.new' '{pid_file}'; exec sleep 600"
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(backend.run, ("sh", "-c", script))
            with anyio.fail_after(PATIENCE_S):
                while not pid_file.exists():  # noqa: ASYNC110 - a file tells nobody that it is there
                    await anyio.sleep(0.02)
            tasks.cancel_scope.cancel()
        await ended(int(pid_file.read_text()))


@pytest.mark.ray
class TestByTheProxy(KubernetesContract):
    @pytest.fixture
    async def backend(self, api: KubeApi, tmp_path: Path) -> AsyncIterator[Backend]:
        found = opened(api, tmp_path)
        yield found
        await found.aclose()


@pytest.mark.ray
class TestByPortForward(KubernetesContract):
    @pytest.fixture
    async def backend(self, api: KubeApi, tmp_path: Path) -> AsyncIterator[Backend]:
        api.rights -= PROXY
        # As servers before 1.30.
        api.protocols = ("v4.channel.k8s.io",)
        found = opened(api, tmp_path)
        yield found
        await found.aclose()


async def version(backend: KubernetesBackend) -> str:
    async with backend.http(backend.dashboard) as http:
        return (await RayApi(http).version()).ray_version


@pytest.mark.ray
async def test_a_read_only_user_needs_no_more_than_the_documented_role(api: KubeApi, tmp_path: Path) -> None:
    api.rights = set(READ)
    backend = opened(api, tmp_path)
    assert await version(backend)
    with pytest.raises(RefusedError, match="pods/exec"):
        await backend.run(("true",))
    await backend.aclose()


@pytest.mark.ray
@pytest.mark.parametrize("taken", [("ray.io", "rayclusters", "get"), ("", "pods", "list")])
async def test_a_right_that_is_missing_is_named_with_its_verb_and_resource(
    api: KubeApi, tmp_path: Path, taken: Rule
) -> None:
    api.rights.discard(taken)
    backend = opened(api, tmp_path)
    with pytest.raises(RefusedError, match=f"cannot {taken[2]} resource.*{taken[1]}"):
        await backend.connect()
    await backend.aclose()


@pytest.mark.ray
async def test_rays_token_goes_where_the_proxy_lets_it_through(api: KubeApi, tmp_path: Path) -> None:
    api.put("pods", pod(HEAD_POD, "head", "10.244.0.28", env=[{"name": "RAY_AUTH_TOKEN", "value": "ray-secret"}]))
    backend = opened(api, tmp_path)
    await version(backend)
    assert api.proxied_headers[-1]["X-Ray-Authorization"] == "Bearer ray-secret"
    assert "ray-secret" not in repr(await backend.following.find())
    await backend.aclose()


@pytest.mark.ray
async def test_a_head_that_is_replaced_is_followed(api: KubeApi, tmp_path: Path) -> None:
    backend = opened(api, tmp_path)
    assert await version(backend)
    api.remove("pods", HEAD_POD)
    with pytest.raises(RaymonError):
        await version(backend)
    api.put("pods", pod("demo-head-fghij", "head", "10.244.0.40"))
    assert await version(backend)
    await backend.aclose()


@pytest.mark.ray
async def test_a_job_and_a_service_lead_to_their_clusters_and_to_the_next_ones(api: KubeApi, tmp_path: Path) -> None:
    def job(cluster: str) -> dict[str, object]:
        return {"metadata": {"name": "train", "namespace": "ray"}, "status": {"rayClusterName": cluster}}

    api.put("rayjobs", job(CLUSTER))
    backend = opened(api, tmp_path, "train", "rayjob")
    assert await version(backend)
    assert backend.place.ray_cluster == CLUSTER
    cluster = api.shelves.find("rayclusters", NAMESPACE, CLUSTER)
    assert cluster is not None
    port = int(cluster["spec"]["headGroupSpec"]["rayStartParams"]["dashboard-port"])
    api.put("rayclusters", ray_cluster_object(port, "again"))
    api.put("pods", pod("again-head-1", "head", "10.244.0.50", cluster="again"))
    api.put("rayjobs", job("again"))
    backend.following.lose()
    assert await version(backend)
    assert backend.place.ray_cluster == "again"
    await backend.aclose()


@pytest.fixture
async def alone(tmp_path: Path) -> AsyncIterator[KubeApi]:
    """An API server with no Ray behind it."""
    async with kube_api(READ | ENTER, closed_port(), "10.0.0.9") as api:
        yield api


async def test_an_object_that_is_not_there_is_told_with_those_that_are(alone: KubeApi, tmp_path: Path) -> None:
    alone.granted.everywhere = set(READ)
    for name, words in (("nothing", "there are: demo"), (CLUSTER, "-n ray")):
        backend = opened(alone, tmp_path, name, namespace="default")
        with pytest.raises(ObjectMissingError) as caught:
            await backend.connect()
        assert words in caught.value.advice
        await backend.aclose()


async def test_a_job_without_a_cluster_says_what_it_says_of_itself(alone: KubeApi, tmp_path: Path) -> None:
    found = {
        "metadata": {"name": "train", "namespace": "ray"},
        "status": {"jobDeploymentStatus": "Failed", "message": "no quota"},
    }
    alone.put("rayjobs", found)
    backend = opened(alone, tmp_path, "train", "rayjob")
    with pytest.raises(UnreachableError, match="Failed, no quota"):
        await backend.connect()
    await backend.aclose()


async def test_a_head_pod_that_waits_says_why(alone: KubeApi, tmp_path: Path) -> None:
    waiting = pod(HEAD_POD, "head", "")
    message = "0/3 nodes are available: 3 Insufficient cpu."
    condition = {"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": message}
    waiting["status"] = {"phase": "Pending", "conditions": [condition]}
    alone.put("pods", waiting)
    backend = opened(alone, tmp_path)
    with pytest.raises(UnreachableError, match="Insufficient cpu"):
        await backend.connect()
    # The object is there, and leads to its cluster: the head pod is what is broken.
    assert [stage.id for stage, _ in backend.stages] == ["kubeconfig", "api_server", "rights", "object"]
    await backend.aclose()


async def test_a_head_that_crashes_again_and_again_is_told_to_all_who_ask_of_it(alone: KubeApi, tmp_path: Path) -> None:
    crashing = pod(HEAD_POD, "head", "10.244.0.28")
    waiting = {"reason": "CrashLoopBackOff", "message": "back-off 40s restarting failed container"}
    ended = {"reason": "OOMKilled", "exitCode": 137}
    of_ray = {"name": "ray-head", "state": {"waiting": waiting}, "lastState": {"terminated": ended}}
    crashing["status"]["containerStatuses"] = [of_ray]
    alone.put("pods", crashing)
    backend, told = opened(alone, tmp_path), list[RaymonError]()

    async def ask() -> None:
        with pytest.raises(UnreachableError) as caught:
            await version(backend)
        told.append(caught.value)

    for _ in range(2):
        async with anyio.create_task_group() as tasks:
            for _ in range(3):
                tasks.start_soon(ask)
    why = f"{HEAD_POD}: CrashLoopBackOff, last OOMKilled (exit code 137): {waiting['message']}"
    assert {one.said for one in told} == {why}
    assert {one.advice for one in told} == {"raise the memory limit of headGroupSpec's template"}
    await backend.aclose()


async def test_a_dashboard_that_does_not_listen_is_told_as_such(alone: KubeApi, tmp_path: Path) -> None:
    backend = opened(alone, tmp_path)
    with pytest.raises(UnreachableError):
        await version(backend)
    await backend.aclose()


async def test_a_watch_lists_tells_changes_and_begins_anew_where_it_broke_off(alone: KubeApi, tmp_path: Path) -> None:
    backend = opened(alone, tmp_path)
    stream = backend.watch("/api/v1/namespaces/ray/pods", {"labelSelector": "ray.io/node-type=worker"})
    with anyio.fail_after(60):
        first = await anext(stream)
        assert (first.type, [one["metadata"]["name"] for one in first.object["items"]]) == (
            "RELISTED",
            ["demo-small-worker-w1"],
        )
        task_started = anyio.Event()

        async def change() -> None:
            await task_started.wait()
            while not alone._watchers:
                await anyio.lowlevel.checkpoint()
            alone.put("pods", pod("demo-small-worker-w2", "worker", "10.0.0.8"))

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(change)
            task_started.set()
            told = await anext(stream)
        assert (told.type, told.object["metadata"]["name"]) == ("ADDED", "demo-small-worker-w2")
        alone.end_watches()
        again = await anext(stream)
        assert (again.type, len(again.object["items"])) == ("RELISTED", 2)
    await stream.aclose()  # type: ignore[attr-defined]
    await backend.aclose()


async def test_a_token_that_expired_is_asked_of_the_plug_in_again(alone: KubeApi, tmp_path: Path) -> None:
    token, calls = tmp_path / "token", tmp_path / "calls"
    token.write_text("old")
    plugin = tmp_path / "plugin"
    plugin.write_text(
        f"""#!/bin/sh
echo x >> {calls}
printf '{{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential",'
printf '"status":{{"token":"%s"}}}}' "$(cat {token})"
"""
    )
    plugin.chmod(plugin.stat().st_mode | stat.S_IXUSR)
    user = {
        "exec": {"apiVersion": "client.authentication.k8s.io/v1", "command": str(plugin), "interactiveMode": "Never"}
    }
    alone.token = "old"
    options = ConnectOptions(kubeconfig=kubeconfig(alone, tmp_path, user))
    backend = KubernetesBackend("raycluster", CLUSTER, options, {"HOME": str(tmp_path)})
    await backend.connect()
    alone.token = "new"
    token.write_text("new")
    backend.following.lose()
    await backend.connect()
    assert len(calls.read_text().split()) == 2
    await backend.aclose()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "empty"),
        ("{", ""),
        ("a: b", ""),
        ("clusters: []\ncontexts: []\ncurrent-context: gone\nusers: []\n", "gone"),
    ],
)
async def test_a_kubeconfig_that_is_none_is_told_in_words(tmp_path: Path, text: str, words: str) -> None:
    file = tmp_path / "config"
    file.write_text(text)
    backend = KubernetesBackend("raycluster", "x", ConnectOptions(kubeconfig=file), {"HOME": str(tmp_path)})
    with pytest.raises(UsageError) as caught:
        await backend.connect()
    assert words in str(caught.value)
    assert "Traceback" not in str(caught.value)


async def test_without_any_kubeconfig_one_is_asked_for(tmp_path: Path) -> None:
    backend = KubernetesBackend("raycluster", "x", ConnectOptions(), {"HOME": str(tmp_path)})
    with pytest.raises(UsageError, match="kubeconfig"):
        await backend.connect()


async def test_pods_and_services_are_found_by_address(alone: KubeApi, tmp_path: Path) -> None:
    service = {
        "metadata": {"name": "prometheus", "namespace": "ray"},
        "spec": {"selector": {"ray.io/node-type": "worker"}, "ports": [{"port": 80, "targetPort": 9090}]},
    }
    alone.put("services", service)
    backend = opened(alone, tmp_path)
    for host in ("prometheus", "prometheus.ray", "prometheus.ray.svc.cluster.local"):
        behind = await backend._pods.behind(Endpoint(host, 80))
        assert (behind.pod, behind.port) == ("demo-small-worker-w1", 9090)
    assert (await backend._pods.behind(Endpoint("10.0.0.9", 8080))).pod == "demo-small-worker-w1"
    with pytest.raises(UnreachableError, match="no pod"):
        await backend._pods.behind(Endpoint("10.9.9.9", 1))
    assert (await backend._pods.behind(Endpoint(HERE, 44217))).pod == HEAD_POD
    await backend.aclose()


async def test_the_official_client_speaks_to_the_same_server(alone: KubeApi, tmp_path: Path) -> None:
    from kubernetes import client, config

    def names() -> list[str]:
        with config.new_client_from_config(str(kubeconfig(alone, tmp_path))) as api_client:
            pods = client.CoreV1Api(api_client).list_namespaced_pod("ray").items
            return [one.metadata.name for one in pods]

    assert await anyio.to_thread.run_sync(names) == [HEAD_POD, "demo-small-worker-w1"]


async def test_kubectl_speaks_to_the_same_server(alone: KubeApi, tmp_path: Path) -> None:
    kubectl = shutil.which("kubectl")
    if kubectl is None:
        pytest.skip("this machine cannot run kubectl: there is none")
    alone.logs.write(HEAD_POD, "one\ntwo\n")
    config = ("--kubeconfig", str(kubeconfig(alone, tmp_path)))
    executed = await anyio.run_process(
        (kubectl, *config, "exec", HEAD_POD, "--", "sh", "-c", "echo hi; exit 3"), check=False
    )
    assert (executed.returncode, executed.stdout) == (3, b"hi\n")
    assert (await anyio.run_process((kubectl, *config, "logs", HEAD_POD, "--tail=1"))).stdout == b"two\n"
