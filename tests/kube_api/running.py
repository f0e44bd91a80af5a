"""The stand-in as a server over TLS, and the kubeconfig that leads to it."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import httpx
import yaml
from aiohttp import web
from anyio.from_thread import start_blocking_portal

from kube_api.objects import HEAD_POD, NAMESPACE, WORKER_POD, pod, ray_cluster_object
from kube_api.rights import Rule
from kube_api.server import TOKEN, KubeApi


def node_ip(url: str) -> str:
    """Return the address that Ray's nodes have: that of this machine."""
    nodes = httpx.get(f"{url}/nodes?view=summary", trust_env=False).json()["data"]["summary"]
    return str(nodes[0]["ip"])


def furnished(rights: set[Rule], port: int, ip: str) -> KubeApi:
    """Return the server, which does not run yet; see `kube_api`."""
    api = KubeApi(rights)
    api.put("rayclusters", ray_cluster_object(port))
    api.put("pods", pod(HEAD_POD, "head", "10.244.0.28"))
    api.put("pods", pod(WORKER_POD, "worker", ip))
    return api


@asynccontextmanager
async def kube_api(rights: set[Rule], port: int, ip: str) -> AsyncIterator[KubeApi]:
    """Run the server in front of the Ray on this machine whose dashboard listens on `port`, its nodes having `ip`."""
    api = furnished(rights, port, ip)
    async with serving(api):
        yield api


@asynccontextmanager
async def serving(api: KubeApi, port: int = 0) -> AsyncIterator[None]:
    """Serve over TLS for as long as the block lasts; a client may show a certificate of the same authority."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    api.ca.issue_cert("127.0.0.1", "kubernetes.test").configure_cert(context)
    api.ca.configure_trust(context)
    context.verify_mode = ssl.CERT_OPTIONAL
    runner = web.AppRunner(api.application(), shutdown_timeout=0.5)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", port, ssl_context=context, reuse_address=True)
    await site.start()
    api.url = f"https://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield
    finally:
        await runner.cleanup()


@contextmanager
def in_a_thread(rights: set[Rule], port: int, ip: str) -> Iterator[KubeApi]:
    """Run the server in a thread of its own, for tests that wait for whole programs."""
    with (
        start_blocking_portal() as portal,
        portal.wrap_async_context_manager(kube_api(rights, port, ip)) as api,
    ):
        yield api


def kubeconfig(
    api: KubeApi,
    directory: Path,
    user: dict[str, Any] | None = None,
    *,
    namespace: str | None = NAMESPACE,
    cluster: dict[str, Any] | None = None,
) -> Path:
    """Write a kubeconfig for the server, and return where; `cluster` says more of the way there."""
    ca = directory / "ca.pem"
    ca.write_bytes(api.ca.cert_pem.bytes())
    context = {"cluster": "test", "user": "viewer"} | ({"namespace": namespace} if namespace else {})
    way = {"server": api.url, "certificate-authority": str(ca), **(cluster or {})}
    written = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "test",
        "clusters": [{"name": "test", "cluster": {name: value for name, value in way.items() if value is not None}}],
        "users": [{"name": "viewer", "user": {"token": TOKEN} if user is None else user}],
        "contexts": [{"name": "test", "context": context}],
    }
    path = directory / "kubeconfig"
    path.write_text(yaml.safe_dump(written))
    return path
