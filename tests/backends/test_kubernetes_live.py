"""The same behaviours against a real Kubernetes: collected where RAYMON_TEST_KUBECONFIG names one, see docs/testing.md.

Without RAYMON_TEST_RAYCLUSTER, or KubeRay, what needs a RayCluster is left out, and that is printed.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path

import anyio
import httpx
import pytest
from words import says

from raymon_tui.backends.base import ConnectOptions, Endpoint
from raymon_tui.backends.errors import ObjectMissingError, RouteMissingError, TimedOutError, UnreachableError
from raymon_tui.backends.kubernetes.backend import HEAD, KubernetesBackend
from raymon_tui.cluster.ray_api.client import RayApi

if not os.environ.get("RAYMON_TEST_KUBECONFIG"):
    raise pytest.UsageError("RAYMON_TEST_KUBECONFIG must name the kubeconfig of a real cluster: see docs/testing.md")

KUBECONFIG = Path(os.environ["RAYMON_TEST_KUBECONFIG"])
NAMESPACE = os.environ.get("RAYMON_TEST_NAMESPACE")
RAY_CLUSTER = os.environ.get("RAYMON_TEST_RAYCLUSTER", "")
PATIENCE_S = 60.0


@pytest.fixture
async def backend() -> AsyncIterator[KubernetesBackend]:
    options = ConnectOptions(kubeconfig=KUBECONFIG, namespace=NAMESPACE)
    found = KubernetesBackend("raycluster", RAY_CLUSTER or "none", options, os.environ)
    yield found
    await found.aclose()


async def test_what_it_ran_against(backend: KubernetesBackend, request: pytest.FixtureRequest) -> None:
    version = await backend.get("/version")
    access = await backend.api.access()
    try:
        listed = await backend.get(f"/apis/ray.io/v1/namespaces/{access.namespace}/rayclusters")
        rays = f"RayClusters: {', '.join(one['metadata']['name'] for one in listed['items']) or 'none'}"
    except RouteMissingError:
        rays = "KubeRay is not installed"
    tested = f"tested with {RAY_CLUSTER}" if RAY_CLUSTER else "what needs one is left out"
    said = f"{access.server}, {version['gitVersion']}, namespace {access.namespace}; {rays}; {tested}"
    request.config.pluginmanager.get_plugin("terminalreporter").write_line(f"\nKubernetes: {said}")
    assert version["gitVersion"]


async def test_pods_are_listed_and_watched(backend: KubernetesBackend) -> None:
    namespace = (await backend.api.access()).namespace
    path = f"/api/v1/namespaces/{namespace}/pods"
    listed = await backend.get(path)
    stream = backend.watch(path)
    with anyio.fail_after(PATIENCE_S):
        first = await anext(stream)
    await stream.aclose()  # type: ignore[attr-defined]
    assert first.type == "RELISTED"
    assert len(first.object["items"]) == len(listed["items"])
    assert all("managedFields" not in one["metadata"] for one in listed["items"])


async def test_what_one_may_do_is_told(backend: KubernetesBackend) -> None:
    namespace = (await backend.api.access()).namespace
    assert isinstance(await backend.api.allowed("get", "pods/proxy", namespace), bool)


async def test_an_object_that_is_not_there_is_told() -> None:
    options = ConnectOptions(kubeconfig=KUBECONFIG, namespace=NAMESPACE)
    backend = KubernetesBackend("raycluster", "raymon-no-such-cluster", options, os.environ)
    with pytest.raises((ObjectMissingError, RouteMissingError)) as caught:
        await backend.connect()
    assert caught.value.advice
    await backend.aclose()


if RAY_CLUSTER:

    async def test_the_head_is_found_link_by_link(backend: KubernetesBackend) -> None:
        await backend.connect()
        assert [stage.partition(":")[0] for stage, _ in backend.stages][-2:] == ["raycluster", "head pod"]

    @pytest.mark.parametrize("way", ["proxy", "ports"])
    async def test_the_dashboard_answers_both_ways(
        backend: KubernetesBackend, monkeypatch: pytest.MonkeyPatch, way: str
    ) -> None:
        async def chosen(verb: str, namespace: str) -> bool:
            return way == "proxy"

        monkeypatch.setattr(backend, "may_proxy", chosen)
        async with backend.http(backend.dashboard) as http:
            api = RayApi(http)
            assert (await api.version()).ray_version
            nodes = await api.nodes()
        assert any(node.is_head for node in nodes)
        node = next(node for node in nodes if node.alive and node.metrics_export_port)
        async with backend.http(Endpoint(node.ip, node.metrics_export_port)) as http:
            assert "ray_" in (await http.get("/metrics")).text

    async def test_a_port_at_which_nobody_listens_is_told(backend: KubernetesBackend) -> None:
        with pytest.raises(UnreachableError) as caught:
            await backend.dial(Endpoint(HEAD, 4444))
        says(caught.value, "4444")
        async with backend.http(Endpoint(HEAD, 4444)) as http:
            with pytest.raises(httpx.TransportError):
                await http.get("/")

    async def test_commands_run_in_the_head_pod(backend: KubernetesBackend) -> None:
        done = await backend.run(("sh", "-c", 'printf "%s|" "$@"; echo err >&2; exit 3', "sh", "a b", "$HOME", ""))
        assert (done.returncode, done.stdout, done.stderr) == (3, b"a b|$HOME||", b"err\n")
        with pytest.raises(UnreachableError):
            await backend.run(("no-such-program",))

    async def test_a_command_that_takes_too_long_is_ended(backend: KubernetesBackend) -> None:
        with pytest.raises(TimedOutError):
            await backend.run(("sh", "-c", "exec sleep 86399"), timeout_s=2.0)
        script = r"for one in /proc/[0-9]*/cmdline; do tr '\0' ' ' <$one; echo; done 2>/dev/null"
        running = [line.strip() for line in (await backend.run(("sh", "-c", script))).stdout.decode().splitlines()]
        assert any(line.startswith("sh -c") for line in running)
        assert "sleep 86399" not in running

    async def test_files_of_the_head_pod_are_read(backend: KubernetesBackend) -> None:
        assert (await backend.read("/etc/passwd", 0, 4)) == (await backend.read("/etc/passwd"))[:4]
        with pytest.raises(UnreachableError):
            await backend.read("/no-such-file")
