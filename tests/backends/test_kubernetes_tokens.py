"""Ray's token, from where objects of Kubernetes have it."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from kube_api import (
    CLUSTER,
    ENTER,
    HEAD_POD,
    NAMESPACE,
    READ,
    TOKEN,
    KubeApi,
    kube_api,
    kubeconfig,
    pod,
    ray_cluster_object,
)
from listening import recording

from raymon_tui.backends.base import ConnectOptions
from raymon_tui.backends.errors import ForbiddenError, RaymonError, UnauthorizedError
from raymon_tui.backends.kubernetes import ray_token
from raymon_tui.backends.kubernetes.backend import KubernetesBackend
from raymon_tui.backends.kubernetes.ray_objects import TokenSource, token_source
from raymon_tui.cluster.ray_api.client import RayApi

SECRET = "hunter2hunter2"
READ_SECRETS = ("", "secrets", "get")
LONG = "a-cluster-with-a-name-that-is-much-longer-than-fifty-characters"


@pytest.fixture
async def api() -> AsyncIterator[KubeApi]:
    """An API server in front of something that answers all alike, with a Secret that may be read."""
    async with recording() as (endpoint, heads), kube_api(READ | ENTER, endpoint.port, "10.0.0.9") as server:
        server.rights.add(READ_SECRETS)
        server.heads = heads  # type: ignore[attr-defined]
        put_secret(server, SECRET)
        yield server


def put_secret(api: KubeApi, token: str) -> None:
    """Have the Secret of the cluster's name hold this token."""
    data = {"auth_token": base64.b64encode(token.encode()).decode()}
    api.put("secrets", {"metadata": {"name": CLUSTER, "namespace": NAMESPACE}, "data": data})


def with_options(api: KubeApi, **options: Any) -> None:
    """Have the cluster be one with these `authOptions`."""
    found = api.shelves.find("rayclusters", NAMESPACE, CLUSTER)
    assert found is not None
    found["spec"]["authOptions"] = options


async def sent(
    api: KubeApi, directory: Path, environ: Mapping[str, str] | None = None, **options: Any
) -> tuple[str, str]:
    """Return the token that arrives at the dashboard, and what is told of where it is from."""
    connect = ConnectOptions(kubeconfig=kubeconfig(api, directory), **options)
    backend = KubernetesBackend("raycluster", CLUSTER, connect, {"HOME": str(directory), **(environ or {})})
    await backend.connect()
    told = next((stage.said for stage, _ in backend.stages if stage.id == "token_source"), "")
    assert SECRET not in repr(backend.stages)
    async with backend.http(backend.dashboard) as http:
        await http.get("/api/version")
    await backend.aclose()
    names = {line.partition(": ")[0].lower(): line.partition(": ")[2] for line in api.heads[-1].splitlines()}  # type: ignore[attr-defined]
    assert "authorization" not in names
    return names.get("x-ray-authorization", "").removeprefix("Bearer "), told


async def test_a_cluster_that_names_none_is_sent_none(api: KubeApi, tmp_path: Path) -> None:
    assert await sent(api, tmp_path) == ("", "")
    assert ("get", "secrets") not in api.asked


async def test_it_is_read_from_the_secret_that_the_head_pod_names(api: KubeApi, tmp_path: Path) -> None:
    reference = {"secretKeyRef": {"name": CLUSTER, "key": "auth_token"}}
    api.put("pods", pod(HEAD_POD, "head", "10.0.0.1", env=[{"name": "RAY_AUTH_TOKEN", "valueFrom": reference}]))
    assert await sent(api, tmp_path) == (SECRET, f"from the Secret {CLUSTER}")


async def test_it_is_read_from_the_secret_of_the_clusters_name(api: KubeApi, tmp_path: Path) -> None:
    with_options(api, mode="token")
    assert await sent(api, tmp_path) == (SECRET, f"from the Secret {CLUSTER}")


async def test_the_kubeconfigs_own_is_sent_where_the_cluster_wants_that(api: KubeApi, tmp_path: Path) -> None:
    with_options(api, mode="token", enableK8sTokenAuth=True)
    token, told = await sent(api, tmp_path)
    assert token == TOKEN
    assert "ray:write" in told


async def test_a_secret_that_may_not_be_read_is_told_and_the_token_can_be_given(api: KubeApi, tmp_path: Path) -> None:
    with_options(api, mode="token")
    api.rights.discard(READ_SECRETS)
    token, told = await sent(api, tmp_path)
    assert token == ""
    assert 'cannot get resource "secrets"' in told
    assert "--token-file" in told
    assert (await sent(api, tmp_path, token="by-hand"))[0] == "by-hand"


async def test_a_secret_that_holds_none_is_told(api: KubeApi, tmp_path: Path) -> None:
    with_options(api, mode="token")
    api.put("secrets", {"metadata": {"name": CLUSTER, "namespace": NAMESPACE}, "data": {"auth_token": "%%%"}})
    token, told = await sent(api, tmp_path)
    assert (token, "no token under auth_token" in told) == ("", True)


async def test_the_clusters_own_comes_before_what_this_machine_has_for_another(api: KubeApi, tmp_path: Path) -> None:
    (tmp_path / ".ray").mkdir()
    (tmp_path / ".ray" / "auth_token").write_text("of-home")
    with_options(api, mode="token")
    for environ in ({}, {"RAY_AUTH_TOKEN": "of-the-shell"}):
        assert (await sent(api, tmp_path, environ))[0] == SECRET
    assert (await sent(api, tmp_path, token="by-hand"))[0] == "by-hand"
    api.rights.discard(READ_SECRETS)
    assert (await sent(api, tmp_path))[0] == "of-home"
    assert (await sent(api, tmp_path, {"RAY_AUTH_TOKEN": "of-the-shell"}))[0] == "of-the-shell"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"mode": "token", "enableK8sTokenAuth": True}, f"verb ray:write on the RayCluster {CLUSTER}"),
        ({"mode": "token"}, "may have been started with another one"),
    ],
)
@pytest.mark.parametrize(("status", "kind"), [(403, ForbiddenError), (401, UnauthorizedError)])
async def test_a_token_that_ray_refuses_is_told_with_what_to_do_about_it(
    tmp_path: Path, options: dict[str, Any], words: str, status: int, kind: type[RaymonError]
) -> None:
    refusal = f"HTTP/1.1 {status} No\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nNo".encode()
    async with recording(refusal) as (endpoint, _), kube_api(READ, endpoint.port, "10.0.0.9") as api:
        api.rights.add(READ_SECRETS)
        put_secret(api, SECRET)
        with_options(api, **options)
        connect = ConnectOptions(kubeconfig=kubeconfig(api, tmp_path))
        backend = KubernetesBackend("raycluster", CLUSTER, connect, {"HOME": str(tmp_path)})
        async with backend.http(backend.dashboard) as http:
            with pytest.raises(kind) as caught:
                await RayApi(http).version()
        assert words in caught.value.advice
        assert SECRET not in repr(caught.value)
        await backend.aclose()


async def test_a_secret_is_read_once_and_again_where_ray_refuses_what_it_held(
    api: KubeApi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ray_token, "DOUBTED_S", 0.0)
    with_options(api, mode="token")
    backend = KubernetesBackend(
        "raycluster", CLUSTER, ConnectOptions(kubeconfig=kubeconfig(api, tmp_path)), {"HOME": str(tmp_path)}
    )
    for _ in range(3):
        backend.following.lose()
        assert (await backend.following.find()).token.value == SECRET
    assert api.asked.count(("get", "secrets")) == 1
    put_secret(api, "the-next-one")
    backend.following.doubt_token()
    backend.following.lose()
    assert (await backend.following.find()).token.value == "the-next-one"
    await backend.aclose()


@pytest.mark.parametrize(
    ("name", "options", "expected"),
    [
        (CLUSTER, {}, None),
        (CLUSTER, {"mode": "disabled"}, None),
        (CLUSTER, {"mode": "token", "secretName": "mine"}, TokenSource("secret", "mine", "auth_token")),
        (LONG, {"mode": "token"}, TokenSource("secret", LONG[-50:], "auth_token")),
    ],
)
def test_which_secret_is_meant(name: str, options: dict[str, Any], expected: TokenSource | None) -> None:
    cluster = ray_cluster_object(8265, name)
    cluster["spec"]["authOptions"] = options
    assert token_source(cluster, pod(HEAD_POD, "head", "10.0.0.1")) == expected
