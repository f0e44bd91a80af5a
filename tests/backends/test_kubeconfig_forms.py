"""The forms in which a kubeconfig says where the API server is and who we are, each against a real TLS server."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import pytest
import yaml
from kube_api import CLUSTER, NAMESPACE, READ, TOKEN, KubeApi, kube_api, kubeconfig
from listening import closed_port

from raymon_tui.backends.base import ConnectOptions
from raymon_tui.backends.errors import RaymonError, RefusedError, TimedOutError, UnreachableError, UsageError
from raymon_tui.backends.kubernetes import access, exec_plugin
from raymon_tui.backends.kubernetes.backend import KubernetesBackend

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


class Plugin:
    """A plug-in that counts how often it is run, and does what its script says."""

    def __init__(self, folder: Path) -> None:
        self.path, self.token, self.seen = folder / "plugin", folder / "token-to-give", folder / "seen"
        self.token.write_text(TOKEN)

    def written(self, script: str) -> dict[str, Any]:
        """Write the script, and return the user of a kubeconfig who is known by it."""
        self.path.write_text(f'#!/bin/sh\necho "$KUBERNETES_EXEC_INFO" >> {self.seen}\n{script}\n')
        self.path.chmod(0o755)
        return {"exec": {"apiVersion": VERSION, "command": "./plugin", "provideClusterInfo": True}}

    def telling(self, more: str = "") -> dict[str, Any]:
        """Have it tell the token that stands in a file."""
        head = f'{{"apiVersion":"{VERSION}","kind":"ExecCredential","status":{{{more}"token":"%s"}}}}'
        return self.written(f"printf '{head}' \"$(cat {self.token})\"")

    @property
    def runs(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.seen.read_text().splitlines()] if self.seen.exists() else []


@pytest.fixture
def plugin(tmp_path: Path) -> Plugin:
    return Plugin(tmp_path)


async def test_a_plug_in_is_told_of_the_cluster_and_asked_once(api: KubeApi, tmp_path: Path, plugin: Plugin) -> None:
    options = ConnectOptions(kubeconfig=kubeconfig(api, tmp_path, plugin.telling()))
    backend = KubernetesBackend("raycluster", CLUSTER, options, {})
    for _ in range(3):
        assert await backend.get("/version")
    (run,) = plugin.runs
    assert run["spec"]["interactive"] is False
    assert run["spec"]["cluster"]["server"] == api.url
    await backend.aclose()


async def test_a_plug_in_is_asked_again_before_its_token_expires(api: KubeApi, tmp_path: Path, plugin: Plugin) -> None:
    user = plugin.telling('"expirationTimestamp":"2020-01-01T00:00:00Z",')
    backend = KubernetesBackend("raycluster", CLUSTER, ConnectOptions(kubeconfig=kubeconfig(api, tmp_path, user)), {})
    assert await backend.get("/version")
    before = len(plugin.runs)
    assert await backend.get("/version")
    assert len(plugin.runs) == before + 1
    await backend.aclose()


async def test_all_who_are_refused_together_have_the_plug_in_asked_once(
    api: KubeApi, tmp_path: Path, plugin: Plugin
) -> None:
    options = ConnectOptions(kubeconfig=kubeconfig(api, tmp_path, plugin.telling()))
    backend = KubernetesBackend("raycluster", CLUSTER, options, {})
    await backend.get("/version")
    api.token = "the-next"
    plugin.token.write_text(api.token)
    async with anyio.create_task_group() as tasks:
        for _ in range(8):
            tasks.start_soon(backend.get, "/version")
    assert len(plugin.runs) == 2
    await backend.aclose()


async def test_a_token_that_stays_wrong_is_told_and_the_plug_in_left_in_peace(
    api: KubeApi, tmp_path: Path, plugin: Plugin
) -> None:
    api.token = "another"
    options = ConnectOptions(kubeconfig=kubeconfig(api, tmp_path, plugin.telling()))
    backend = KubernetesBackend("raycluster", CLUSTER, options, {})
    for _ in range(5):
        with pytest.raises(RefusedError, match="who we are"):
            await backend.get("/version")
    assert len(plugin.runs) == 2
    await backend.aclose()


@pytest.mark.parametrize(
    ("script", "kind", "words"),
    [
        ("echo 'Your session has expired.' >&2; exit 1", RefusedError, "Your session has expired"),
        ("echo nonsense", RefusedError, "no ExecCredential"),
        ('echo \'{"kind":"ExecCredential"}\'', RefusedError, "no ExecCredential"),
    ],
)
async def test_a_plug_in_that_fails_is_told_in_its_own_words(
    api: KubeApi, tmp_path: Path, plugin: Plugin, script: str, kind: type[RaymonError], words: str
) -> None:
    options = ConnectOptions(kubeconfig=kubeconfig(api, tmp_path, plugin.written(script)))
    with pytest.raises(kind, match=words) as caught:
        await asked(options, {})
    assert "plugin" in caught.value.tried


async def test_a_plug_in_that_is_not_installed_is_told_with_how_to(
    api: KubeApi, tmp_path: Path, plugin: Plugin
) -> None:
    user = {"exec": {"apiVersion": VERSION, "command": "no-such-plugin", "installHint": "get it from example.com"}}
    with pytest.raises(UsageError) as caught:
        await asked(ConnectOptions(kubeconfig=kubeconfig(api, tmp_path, user)), {})
    assert caught.value.advice == "get it from example.com"


async def test_a_plug_in_that_waits_for_its_user_is_given_up_with_what_it_asked(
    api: KubeApi, tmp_path: Path, plugin: Plugin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exec_plugin, "ENDS_WITHIN_S", 1.0)
    user = plugin.written("echo 'open https://login.example.com and enter ABC' >&2; exec sleep 600")
    with pytest.raises(TimedOutError, match="enter ABC"):
        await asked(ConnectOptions(kubeconfig=kubeconfig(api, tmp_path, user)), {})


async def test_who_waits_for_a_plug_in_no_more_ends_it(api: KubeApi, tmp_path: Path, plugin: Plugin) -> None:
    user = plugin.written("exec sleep 600")
    with anyio.move_on_after(1.0) as given_up:
        await asked(ConnectOptions(kubeconfig=kubeconfig(api, tmp_path, user)), {})
    assert given_up.cancelled_caught
    assert len(plugin.runs) == 1


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
