"""The same behaviours against a real cluster of Kubernetes, which the environment names.

`RAYMON_TEST_KUBECONFIG` is a kubeconfig, `RAYMON_TEST_NAMESPACE` and `RAYMON_TEST_RAYCLUSTER` say what in it is a
RayCluster that runs. What it was run against is printed.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path

import anyio
import pytest

from raymon_tui.backends.base import ConnectOptions, Endpoint
from raymon_tui.backends.kubernetes.backend import KubernetesBackend
from raymon_tui.cluster.ray_api.client import RayApi

KUBECONFIG = os.environ.get("RAYMON_TEST_KUBECONFIG")
pytestmark = pytest.mark.skipif(
    not KUBECONFIG, reason="this machine cannot reach a real Kubernetes: RAYMON_TEST_KUBECONFIG names none"
)


@pytest.fixture
async def backend(capsys: pytest.CaptureFixture[str]) -> AsyncIterator[KubernetesBackend]:
    """The RayCluster that the environment names."""
    namespace = os.environ.get("RAYMON_TEST_NAMESPACE")
    options = ConnectOptions(kubeconfig=Path(KUBECONFIG or ""), namespace=namespace)
    found = KubernetesBackend("raycluster", os.environ.get("RAYMON_TEST_RAYCLUSTER", "demo"), options, os.environ)
    await found.connect()
    with capsys.disabled():
        print(f"\nagainst {found.describe()}: {'; '.join(stage for stage, _ in found.stages)}")  # noqa: T201
    yield found
    await found.aclose()


async def test_the_dashboard_and_every_agent_answer(backend: KubernetesBackend) -> None:
    async with backend.http(backend.dashboard) as http:
        nodes = [node for node in await RayApi(http).nodes() if node.alive]
    assert nodes
    for node in nodes:
        assert node.metrics_export_port
        async with backend.http(Endpoint(node.ip, node.metrics_export_port)) as http:
            assert "ray_node_cpu_utilization" in (await http.get("/metrics")).text


async def test_commands_and_files_are_those_of_the_head(backend: KubernetesBackend) -> None:
    done = await backend.run(("sh", "-c", "echo out; echo err >&2; exit 3"))
    assert (done.returncode, done.stdout, done.stderr) == (3, b"out\n", b"err\n")
    assert await backend.read("/etc/hostname")


async def test_a_port_is_dialled(backend: KubernetesBackend) -> None:
    async with await backend.dial(backend.dashboard) as stream:
        await stream.send(b"GET /api/version HTTP/1.0\r\nHost: head\r\n\r\n")
        with anyio.fail_after(30):
            assert (await stream.receive()).startswith(b"HTTP/1.")


async def test_pods_are_listed_and_watched(backend: KubernetesBackend) -> None:
    stream = backend.watch(f"/api/v1/namespaces/{backend.place.namespace}/pods")
    with anyio.fail_after(60):
        assert (await anext(stream)).type == "RELISTED"
