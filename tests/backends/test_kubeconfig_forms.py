"""The forms in which a kubeconfig says where the API server is and who we are, each against a real TLS server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml
from kube_api import CLUSTER, NAMESPACE, READ, TOKEN, KubeApi, kube_api, kubeconfig
from listening import closed_port

from raymon_tui.backends.base import ConnectOptions
from raymon_tui.backends.errors import UnreachableError, UsageError
from raymon_tui.backends.kubernetes import access
from raymon_tui.backends.kubernetes.backend import KubernetesBackend
from raymon_tui.backends.kubernetes.proxies import spared

PATIENCE_S = 30.0
VERSION = "client.authentication.k8s.io/v1"


@pytest.fixture
async def api() -> AsyncIterator[KubeApi]:
    async with kube_api(READ, closed_port(), "10.0.0.9") as server:
        yield server


async def asked(options: ConnectOptions, environ: dict[str, str]) -> KubernetesBackend:
    """Ask for what only whoever is known may see."""
    backend = KubernetesBackend("raycluster", CLUSTER, options, environ)
    try:
        found = await backend.get(f"/apis/ray.io/v1/namespaces/{NAMESPACE}/rayclusters/{CLUSTER}")
        assert found["metadata"]["name"] == CLUSTER
    finally:
        await backend.aclose()
    return backend


def changed(path: Path, **parts: dict[str, Any]) -> ConnectOptions:
    """Change the cluster, the user or the context of a kubeconfig."""
    written = yaml.safe_load(path.read_text())
    for part, values in parts.items():
        written[f"{part}s"][0][part] = {
            key: value for key, value in {**written[f"{part}s"][0][part], **values}.items() if value is not None
        }
    path.write_text(yaml.safe_dump(written))
    return ConnectOptions(kubeconfig=path)


async def test_a_token_in_the_file(api: KubeApi, tmp_path: Path) -> None:
    await asked(ConnectOptions(kubeconfig=kubeconfig(api, tmp_path)), {})


async def test_a_context_that_is_not_there_is_told_with_those_that_are(api: KubeApi, tmp_path: Path) -> None:
    path = kubeconfig(api, tmp_path)
    for named in ("prod", None):
        with pytest.raises(UsageError) as caught:
            await asked(ConnectOptions(kubeconfig=path, context=named), {})
        assert (caught.value.said, caught.value.advice) == ("it has no context prod", "name one with --context: test")
        path.write_text(yaml.safe_dump({**yaml.safe_load(path.read_text()), "current-context": "prod"}))


async def test_a_token_in_a_file_of_its_own_that_is_written_anew(api: KubeApi, tmp_path: Path) -> None:
    (tmp_path / "token").write_text(TOKEN)
    options = ConnectOptions(kubeconfig=kubeconfig(api, tmp_path, {"tokenFile": "token"}))
    backend = KubernetesBackend("raycluster", CLUSTER, options, {})
    assert await backend.get("/version")
    api.token = "the-next"
    (tmp_path / "token").write_text(api.token)
    assert await backend.get("/version")
    await backend.aclose()


async def test_a_certificate_of_the_users_own(api: KubeApi, tmp_path: Path) -> None:
    shown = api.ca.issue_cert("viewer")
    shown.private_key_pem.write_to_path(str(tmp_path / "key.pem"))
    (tmp_path / "cert.pem").write_bytes(b"".join(blob.bytes() for blob in shown.cert_chain_pems))
    user = {"client-certificate": "cert.pem", "client-key": "key.pem"}
    await asked(ConnectOptions(kubeconfig=kubeconfig(api, tmp_path, user)), {})


async def test_several_files_of_which_each_holds_a_part(api: KubeApi, tmp_path: Path) -> None:
    path = kubeconfig(api, tmp_path)
    whole = yaml.safe_load(path.read_text())
    users = {"apiVersion": "v1", "kind": "Config", "users": whole.pop("users")}
    (tmp_path / "users").write_text(yaml.safe_dump(users))
    path.write_text(yaml.safe_dump(whole))
    environ = {"KUBECONFIG": f"{path}:{tmp_path / 'users'}:{tmp_path / 'not-there'}"}
    backend = await asked(ConnectOptions(), environ)
    assert (backend.place.context, backend.place.namespace) == ("test", NAMESPACE)


async def test_the_ordinary_file_and_another_context_and_namespace(api: KubeApi, tmp_path: Path) -> None:
    (tmp_path / ".kube").mkdir()
    path = kubeconfig(api, tmp_path / ".kube")
    written = yaml.safe_load(path.read_text())
    written["contexts"].append({"name": "other", "context": {"cluster": "test", "user": "viewer"}})
    (tmp_path / ".kube" / "config").write_text(yaml.safe_dump({**written, "current-context": "gone"}))
    backend = await asked(ConnectOptions(context="other", namespace="here"), {"HOME": str(tmp_path)})
    assert (backend.place.context, backend.place.namespace) == ("other", "here")


async def test_a_server_that_is_known_by_another_name(api: KubeApi, tmp_path: Path) -> None:
    path = kubeconfig(api, tmp_path)
    other = api.url.replace("127.0.0.1", "localhost")
    with pytest.raises(UnreachableError, match="certificate"):
        await asked(changed(path, cluster={"server": other}), {})
    await asked(changed(path, cluster={"tls-server-name": "kubernetes.test"}), {})


async def test_a_server_whose_certificate_is_not_checked(api: KubeApi, tmp_path: Path) -> None:
    path = kubeconfig(api, tmp_path)
    with pytest.raises(UnreachableError, match="not trusted"):
        await asked(changed(path, cluster={"certificate-authority": None}), {})
    await asked(changed(path, cluster={"insecure-skip-tls-verify": True}), {})


async def test_a_proxy_in_between(api: KubeApi, tmp_path: Path) -> None:
    async with tunnelling() as (url, targets):
        await asked(changed(kubeconfig(api, tmp_path), cluster={"proxy-url": url}), {})
        assert targets == [api.url.removeprefix("https://")]


async def test_a_proxy_of_the_environment_unless_it_is_to_be_spared(
    api: KubeApi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = ConnectOptions(kubeconfig=kubeconfig(api, tmp_path))
    async with tunnelling() as (url, targets):
        monkeypatch.setenv("HTTPS_PROXY", url)
        monkeypatch.delenv("NO_PROXY", raising=False)
        monkeypatch.delenv("no_proxy", raising=False)
        await asked(options, {})
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        await asked(options, {})
        assert len(targets) == 1


async def test_a_proxy_in_between_and_a_server_that_is_known_by_another_name(api: KubeApi, tmp_path: Path) -> None:
    path, other = kubeconfig(api, tmp_path), api.url.replace("127.0.0.1", "localhost")
    async with tunnelling() as (url, targets):
        await asked(
            changed(path, cluster={"proxy-url": url, "server": other, "tls-server-name": "kubernetes.test"}), {}
        )
        assert targets == [other.removeprefix("https://")]
        with pytest.raises(UnreachableError, match="certificate"):
            await asked(changed(path, cluster={"tls-server-name": "another.test"}), {})


@pytest.mark.parametrize(
    ("host", "spares"),
    [
        ("10.1.2.3", "10.0.0.0/8"),
        ("10.1.2.3", "example.com, 10.1.2.3"),
        ("10.1.2.3", "10.1.2.3:6443"),
        ("fd00::1", "fd00::/8"),
        ("fd00::1", "[fd00::1]:6443"),
        ("api.example.com", "example.com"),
        ("api.example.com", ".example.com"),
        ("api.example.com", "*.example.com"),
        ("api.example.com", "API.example.com"),
        ("api.example.com", "*"),
    ],
)
def test_what_no_proxy_spares_is_asked_without_one(host: str, spares: str) -> None:
    assert spared(host, 6443, spares)


@pytest.mark.parametrize(
    ("host", "spares"),
    [
        ("11.1.2.3", "10.0.0.0/8"),
        ("10.1.2.3", "10.1.2.3:443"),
        ("example.com", ".example.com"),
        ("badexample.com", "example.com"),
        ("10.1.2.3", "nonsense/8, ,"),
        ("fd00::1", "10.0.0.0/8"),
    ],
)
def test_what_no_proxy_does_not_spare_is_asked_through_it(host: str, spares: str) -> None:
    assert not spared(host, 6443, spares)


async def test_whom_to_act_as_is_told_with_groups_and_all_else(api: KubeApi, tmp_path: Path) -> None:
    extra = {"example.com/team": ["a", "b"]}
    as_another = {"as": "jane", "as-uid": "u1", "as-groups": ["dev", "ops"], "as-user-extra": extra}
    await asked(ConnectOptions(kubeconfig=kubeconfig(api, tmp_path, {"token": TOKEN, **as_another})), {})
    told = [(name.lower(), value) for name, value in api.headers if name.lower().startswith("impersonate")]
    assert told == [
        ("impersonate-user", "jane"),
        ("impersonate-uid", "u1"),
        ("impersonate-group", "dev"),
        ("impersonate-group", "ops"),
        ("impersonate-extra-example.com%2fteam", "a"),
        ("impersonate-extra-example.com%2fteam", "b"),
    ]


async def test_a_kubeconfig_that_is_not_where_it_is_said_to_be_leads_to_no_other_cluster(
    api: KubeApi, tmp_path: Path
) -> None:
    (tmp_path / ".kube").mkdir()
    kubeconfig(api, tmp_path / ".kube").rename(tmp_path / ".kube" / "config")
    with pytest.raises(UsageError, match="mistyped"):
        await asked(ConnectOptions(), {"HOME": str(tmp_path), "KUBECONFIG": str(tmp_path / "mistyped")})


async def test_a_proxy_of_a_kind_that_cannot_be_used_is_told(api: KubeApi, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="proxy"):
        await asked(changed(kubeconfig(api, tmp_path), cluster={"proxy-url": "gopher://127.0.0.1:1"}), {})


async def test_the_pod_that_we_run_in(api: KubeApi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    account = tmp_path / "serviceaccount"
    account.mkdir()
    (account / "token").write_text(TOKEN)
    (account / "ca.crt").write_bytes(api.ca.cert_pem.bytes())
    (account / "namespace").write_text(NAMESPACE)
    host, _, port = api.url.removeprefix("https://").partition(":")
    environ = {"KUBERNETES_SERVICE_HOST": host, "KUBERNETES_SERVICE_PORT": port, "HOME": str(tmp_path)}
    monkeypatch.setattr(access, "SERVICE_ACCOUNT", account)
    backend = await asked(ConnectOptions(), environ)
    assert (backend.place.context, backend.place.namespace) == (access.IN_CLUSTER, NAMESPACE)


@asynccontextmanager
async def tunnelling() -> AsyncIterator[tuple[str, list[str]]]:
    """Give an HTTP proxy that tunnels, and the list of where to."""
    targets: list[str] = []

    async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(1 << 16):
            writer.write(data)
        writer.close()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        target = head.split()[1].decode()
        targets.append(target)
        host, _, port = target.rpartition(":")
        far_reader, far_writer = await asyncio.open_connection(host, int(port))
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        await asyncio.gather(pump(reader, far_writer), pump(far_reader, writer), return_exceptions=True)

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", targets
