"""Headers that say who asks reach a server beside Ray, such as Prometheus, though the pod proxy takes one away."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from kube_api import CLUSTER, ENTER, NAMESPACE, READ, KubeApi, kube_api, kubeconfig
from listening import recording

from raymon_tui.backends.base import ConnectOptions
from raymon_tui.backends.errors import RefusedError
from raymon_tui.backends.kubernetes.backend import KubernetesBackend
from raymon_tui.cluster.grafana.finding import answering_grafana
from raymon_tui.cluster.prometheus.finding import Server, answering
from raymon_tui.cluster.prometheus.watch import in_words

SECRET = "hunter2hunter2"
BODY = b'{"status":"success","database":"ok","data":{"version":"2.42.0","resultType":"scalar","result":[0,"1"]}}'
REPLY = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nContent-Type: application/json\r\n\r\n%s" % (len(BODY), BODY)
URL = "http://prometheus:9090/prefix"
PROXIES = {right for right in READ if right[1] == "pods/proxy"}


@pytest.fixture
async def api() -> AsyncIterator[KubeApi]:
    """An API server with a service `prometheus`, behind which everything is answered alike."""
    async with recording(REPLY) as (endpoint, heads), kube_api(READ | ENTER, endpoint.port, "127.0.0.1") as server:
        spec = {"selector": {"ray.io/node-type": "worker"}, "ports": [{"port": 9090, "targetPort": endpoint.port}]}
        server.put("services", {"metadata": {"name": "prometheus", "namespace": NAMESPACE}, "spec": spec})
        server.heads = heads  # type: ignore[attr-defined]
        yield server


@asynccontextmanager
async def opened(api: KubeApi, directory: Path) -> AsyncIterator[KubernetesBackend]:
    backend = KubernetesBackend("raycluster", CLUSTER, ConnectOptions(kubeconfig=kubeconfig(api, directory)), {})
    yield backend
    await backend.aclose()


async def asked(server: Server) -> float:
    try:
        return (await server.api.query("1", 0.0)).samples[0].value
    finally:
        await server.http.aclose()


def arrived(api: KubeApi) -> dict[str, str]:
    lines = api.heads[-1].splitlines()[1:]  # type: ignore[attr-defined]
    return {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}


@pytest.mark.parametrize("name", ["Authorization", "authorization"])
async def test_authorization_goes_by_port_forward(api: KubeApi, tmp_path: Path, name: str) -> None:
    async with opened(api, tmp_path) as backend:
        assert await asked(await answering(backend, URL, ((name, f"Bearer {SECRET}"),))) == 1.0
    assert arrived(api)["authorization"] == f"Bearer {SECRET}"
    assert ("get", "pods/proxy") not in api.asked
    assert ("create", "pods/proxy") not in api.asked


async def test_a_name_and_password_of_the_url_arrive_too(api: KubeApi, tmp_path: Path) -> None:
    async with opened(api, tmp_path) as backend:
        await asked(await answering(backend, URL.replace("//", "//ann:pw@"), ()))
    assert arrived(api)["authorization"] == "Basic YW5uOnB3"


async def test_any_other_header_goes_by_the_pod_proxy(api: KubeApi, tmp_path: Path) -> None:
    api.rights = set(READ)
    async with opened(api, tmp_path) as backend:
        assert await asked(await answering(backend, URL, (("X-Scope-OrgID", "team"),))) == 1.0
    assert arrived(api)["x-scope-orgid"] == "team"
    assert api.proxied_headers


async def test_where_no_port_may_be_forwarded_the_right_that_lacks_is_named(api: KubeApi, tmp_path: Path) -> None:
    api.rights = set(READ)
    async with opened(api, tmp_path) as backend:
        with pytest.raises(RefusedError) as caught:
            await answering(backend, URL, (("AUTHORIZATION", f"Bearer {SECRET}"),))
        assert "pass Authorization on to prometheus:9090, which the pod proxy takes away" in caught.value.tried
        assert 'cannot get resource "pods/portforward"' in caught.value.said
        assert "docs/rbac.yaml" in caught.value.advice
        assert in_words(caught.value).startswith("cannot pass Authorization on to prometheus:9090, which the pod proxy")
        assert SECRET not in str(caught.value)
        with pytest.raises(RefusedError, match="pods/portforward"):
            await answering_grafana(backend, "http://prometheus:9090", SECRET)
    assert api.heads == []  # type: ignore[attr-defined]


async def test_a_token_for_grafana_goes_by_port_forward(api: KubeApi, tmp_path: Path) -> None:
    async with opened(api, tmp_path) as backend:
        server = await answering_grafana(backend, "http://prometheus:9090", SECRET)
        await server.http.aclose()
    assert arrived(api)["authorization"] == f"Bearer {SECRET}"
