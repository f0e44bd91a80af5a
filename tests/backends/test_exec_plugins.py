"""Plug-ins of a kubeconfig, which say who we are: asked once for all who wait, and ended with all they have started."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import anyio
import pytest
from kube_api import CLUSTER, NAMESPACE, READ, TOKEN, KubeApi, kube_api, kubeconfig
from listening import closed_port
from words import ended

from raymon_tui.backends.base import ConnectOptions
from raymon_tui.backends.errors import RaymonError, RefusedError, TimedOutError, UsageError
from raymon_tui.backends.kubernetes import exec_plugin
from raymon_tui.backends.kubernetes.backend import KubernetesBackend
from raymon_tui.backends.kubernetes.whole_cluster import WholeCluster

PATIENCE_S = 30.0
VERSION = "client.authentication.k8s.io/v1"


@pytest.fixture
async def api() -> AsyncIterator[KubeApi]:
    async with kube_api(READ, closed_port(), "10.0.0.9") as server:
        yield server


async def asked(options: ConnectOptions) -> None:
    """Ask the API server for something."""
    backend = KubernetesBackend("raycluster", CLUSTER, options, {})
    try:
        await backend.get("/version")
    finally:
        await backend.aclose()


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
        return self.written(self.telling_script(more))

    def telling_script(self, more: str = "") -> str:
        """Return the script that tells the token that stands in a file."""
        head = f'{{"apiVersion":"{VERSION}","kind":"ExecCredential","status":{{{more}"token":"%s"}}}}'
        return f"printf '{head}' \"$(cat {self.token})\""

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


@pytest.mark.parametrize(("lasts_s", "runs"), [(-60, 2), (20, 2), (120, 1)])
async def test_a_plug_in_is_asked_again_shortly_before_its_token_expires(
    api: KubeApi, tmp_path: Path, plugin: Plugin, monkeypatch: pytest.MonkeyPatch, lasts_s: int, runs: int
) -> None:
    """A token of two minutes is not asked for anew with each request, as one of less than five is by the library."""
    monkeypatch.setattr("raymon_tui.backends.kubernetes.loading.REST", timedelta())
    until = datetime.now(timezone.utc) + timedelta(seconds=lasts_s)
    user = plugin.telling(f'"expirationTimestamp":"{until:%Y-%m-%dT%H:%M:%SZ}",')
    backend = KubernetesBackend("raycluster", CLUSTER, ConnectOptions(kubeconfig=kubeconfig(api, tmp_path, user)), {})
    await backend.api.identified()
    before = len(plugin.runs)
    await backend.api.identified()
    assert len(plugin.runs) == before + runs - 1
    await backend.aclose()


async def test_a_plug_in_whose_tokens_have_always_expired_is_not_asked_for_each_request(
    api: KubeApi, tmp_path: Path, plugin: Plugin
) -> None:
    user = plugin.telling('"expirationTimestamp":"2020-01-01T00:00:00Z",')
    backend = KubernetesBackend("raycluster", CLUSTER, ConnectOptions(kubeconfig=kubeconfig(api, tmp_path, user)), {})
    for _ in range(3):
        assert await backend.get("/version")
    assert len(plugin.runs) == 1
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
        await asked(options)
    assert "plugin" in caught.value.tried


async def test_a_plug_in_that_is_not_installed_is_told_with_how_to(
    api: KubeApi, tmp_path: Path, plugin: Plugin
) -> None:
    user = {"exec": {"apiVersion": VERSION, "command": "no-such-plugin", "installHint": "get it from example.com"}}
    with pytest.raises(UsageError) as caught:
        await asked(ConnectOptions(kubeconfig=kubeconfig(api, tmp_path, user)))
    assert caught.value.advice == "get it from example.com"


async def test_a_plug_in_that_waits_for_its_user_is_given_up_with_what_it_asked(
    api: KubeApi, tmp_path: Path, plugin: Plugin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exec_plugin, "ENDS_WITHIN_S", 1.0)
    user = plugin.written("echo 'open https://login.example.com and enter ABC' >&2; exec sleep 600")
    with pytest.raises(TimedOutError, match="enter ABC"):
        await asked(ConnectOptions(kubeconfig=kubeconfig(api, tmp_path, user)))


async def test_a_plug_in_that_takes_longer_than_its_askers_wait_is_asked_once(
    api: KubeApi, tmp_path: Path, plugin: Plugin
) -> None:
    gate = tmp_path / "gate"
    user = plugin.written(f"while [ ! -e {gate} ]; do sleep 0.05; done\n{plugin.telling_script()}")
    backend = KubernetesBackend("raycluster", CLUSTER, ConnectOptions(kubeconfig=kubeconfig(api, tmp_path, user)), {})
    for _ in range(3):
        with anyio.move_on_after(0.3) as given_up:
            await backend.get("/version")
        assert given_up.cancelled_caught
    gate.touch()
    assert await backend.get("/version")
    assert len(plugin.runs) == 1
    await backend.aclose()


async def test_a_plug_in_that_fails_is_not_run_for_each_request(api: KubeApi, tmp_path: Path, plugin: Plugin) -> None:
    user = plugin.written("echo 'Please log in.' >&2; exit 1")
    backend = KubernetesBackend("raycluster", CLUSTER, ConnectOptions(kubeconfig=kubeconfig(api, tmp_path, user)), {})
    for _ in range(3):
        async with anyio.create_task_group() as tasks:
            for _ in range(4):
                tasks.start_soon(_is_told, backend, "Please log in")
    assert len(plugin.runs) == 1
    await backend.aclose()


async def test_a_plug_in_that_fails_to_renew_what_has_expired_is_not_run_for_each_request(
    api: KubeApi, tmp_path: Path, plugin: Plugin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("raymon_tui.backends.kubernetes.loading.REST", timedelta())
    broken = tmp_path / "broken"
    script = plugin.telling_script('"expirationTimestamp":"2020-01-01T00:00:00Z",')
    user = plugin.written(f"if [ -e {broken} ]; then echo 'Please log in.' >&2; exit 1; fi\n{script}")
    backend = KubernetesBackend("raycluster", CLUSTER, ConnectOptions(kubeconfig=kubeconfig(api, tmp_path, user)), {})
    assert await backend.get("/version")
    before = len(plugin.runs)
    broken.touch()
    for _ in range(3):
        await _is_told(backend, "Please log in")
    assert len(plugin.runs) == before + 1
    await backend.aclose()


async def _is_told(backend: KubernetesBackend, words: str) -> None:
    with pytest.raises(RefusedError, match=words):
        await backend.get("/version")


async def test_who_leaves_ends_the_plug_in_and_all_that_it_has_started(
    api: KubeApi, tmp_path: Path, plugin: Plugin
) -> None:
    child = tmp_path / "child"
    user = plugin.written(f"sleep 600 & echo $! > {child}.new; mv {child}.new {child}; wait")
    options = ConnectOptions(kubeconfig=kubeconfig(api, tmp_path, user))
    backend = KubernetesBackend("raycluster", CLUSTER, options, {})
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(backend.get, "/version")
        with anyio.fail_after(PATIENCE_S):
            while not child.exists():  # noqa: ASYNC110 - a file tells nobody that it is there
                await anyio.sleep(0.05)
        tasks.cancel_scope.cancel()
    await backend.aclose()
    await ended(int(child.read_text()))


async def test_what_is_opened_from_the_list_is_known_already(api: KubeApi, tmp_path: Path, plugin: Plugin) -> None:
    kubernetes = WholeCluster(ConnectOptions(kubeconfig=kubeconfig(api, tmp_path, plugin.telling())), {})
    await kubernetes.get("/version")
    for _ in range(2):
        opened = kubernetes.open("RayCluster", NAMESPACE, CLUSTER)
        assert isinstance(opened, KubernetesBackend)
        await opened.connect()
        await opened.aclose()
    assert await kubernetes.get("/version")
    assert len(plugin.runs) == 1
    await kubernetes.aclose()
