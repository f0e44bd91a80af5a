"""What holds against any Kubernetes, against the API server of the tests; for real ones see `test_kubernetes_live`."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from kube_api import CLUSTER, ENTER, NAMESPACE, READ, KubeApi, kube_api, kubeconfig, node_ip
from kubernetes_behaviour import Behaviour, Place, WithRay
from listening import closed_port

from raymon_tui.tui.demo.cluster import RunningCluster


def place_of(api: KubeApi, directory: Path) -> Place:
    return Place(kubeconfig(api, directory), NAMESPACE, CLUSTER)


class TestAnyCluster(Behaviour):
    @pytest.fixture
    async def place(self, tmp_path: Path) -> AsyncIterator[Place]:
        async with kube_api(READ, closed_port(), "10.0.0.9") as api:
            yield place_of(api, tmp_path)


class TestClusterWithoutKubeRay(Behaviour):
    @pytest.fixture
    async def place(self, tmp_path: Path) -> AsyncIterator[Place]:
        async with kube_api(READ, closed_port(), "10.0.0.9") as api:
            api.kinds = ()
            yield Place(kubeconfig(api, tmp_path), NAMESPACE, "")


@pytest.mark.ray
class TestClusterWithRay(WithRay):
    @pytest.fixture(params=["whoever watches", "whoever may enter too"])
    async def place(
        self, ray_cluster: RunningCluster, tmp_path: Path, request: pytest.FixtureRequest
    ) -> AsyncIterator[Place]:
        port, url = urlsplit(ray_cluster.dashboard_url).port, ray_cluster.dashboard_url
        assert port
        rights = READ if request.param == "whoever watches" else READ | ENTER
        async with kube_api(rights, port, node_ip(url)) as api:
            yield place_of(api, tmp_path)
