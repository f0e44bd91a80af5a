"""The same behaviours against a real Kubernetes: collected where RAYMON_TEST_KUBECONFIG names one, see docs/testing.md.

Without RAYMON_TEST_RAYCLUSTER, or KubeRay, what needs a RayCluster is left out, and that is printed.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from kubernetes_behaviour import Behaviour, Place, WithRay

from raymon_tui.backends.errors import RouteMissingError

if not os.environ.get("RAYMON_TEST_KUBECONFIG"):
    raise pytest.UsageError("RAYMON_TEST_KUBECONFIG must name the kubeconfig of a real cluster: see docs/testing.md")

KUBECONFIG = Path(os.environ["RAYMON_TEST_KUBECONFIG"])
RAY_CLUSTER = os.environ.get("RAYMON_TEST_RAYCLUSTER", "")


async def real_place() -> Place:
    """Return where to test; the namespace is by default the context's."""
    named = os.environ.get("RAYMON_TEST_NAMESPACE", "")
    backend = Place(KUBECONFIG, named, RAY_CLUSTER).backend()
    namespace = named or (await backend.api.access()).namespace
    await backend.aclose()
    return Place(KUBECONFIG, namespace, RAY_CLUSTER)


async def test_what_it_ran_against(request: pytest.FixtureRequest) -> None:
    place = await real_place()
    backend = place.backend()
    version, access = await backend.get("/version"), await backend.api.access()
    try:
        listed = await backend.get(f"/apis/ray.io/v1/namespaces/{place.namespace}/rayclusters")
        rays = f"RayClusters: {', '.join(one['metadata']['name'] for one in listed['items']) or 'none'}"
    except RouteMissingError:
        rays = "KubeRay is not installed"
    tested = f"tested with {RAY_CLUSTER}" if RAY_CLUSTER else "what needs one is left out"
    said = f"{access.server}, {version['gitVersion']}, namespace {place.namespace}; {rays}; {tested}"
    request.config.pluginmanager.get_plugin("terminalreporter").write_line(f"\nKubernetes: {said}")
    assert version["gitVersion"]
    await backend.aclose()


class TestRealCluster(Behaviour):
    @pytest.fixture
    async def place(self) -> Place:
        return await real_place()


if RAY_CLUSTER:

    class TestRealClusterWithRay(WithRay):
        @pytest.fixture
        async def place(self) -> Place:
            return await real_place()
