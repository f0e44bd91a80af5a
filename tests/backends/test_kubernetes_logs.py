"""Logs of containers, as a kubelet gives them: through the real client, over TLS."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timezone
from pathlib import Path

import anyio
import pytest
from kube_api import CLUSTER, HEAD_POD, NAMESPACE, READ, KubeApi, kube_api, kubeconfig, pod
from listening import closed_port

from raymon_tui.backends.base import ConnectOptions
from raymon_tui.backends.errors import RaymonError
from raymon_tui.backends.kubernetes.backend import KubernetesBackend

LOG = f"/api/v1/namespaces/{NAMESPACE}/pods/{HEAD_POD}/log"
NOON = datetime(2026, 11, 23, 12, 0, tzinfo=timezone.utc)
PATIENCE_S = 30.0


@pytest.fixture
async def api() -> AsyncIterator[KubeApi]:
    async with kube_api(READ, closed_port(), "10.0.0.9") as server:
        yield server


@pytest.fixture
async def backend(api: KubeApi, tmp_path: Path) -> AsyncIterator[KubernetesBackend]:
    found = KubernetesBackend("raycluster", CLUSTER, ConnectOptions(kubeconfig=kubeconfig(api, tmp_path)), {})
    yield found
    await found.aclose()


async def test_a_log_is_read_whole_by_its_end_and_by_its_size(api: KubeApi, backend: KubernetesBackend) -> None:
    assert await backend.text(LOG) == ""
    api.logs.write(HEAD_POD, "one\ntwo\nthree\n")
    assert await backend.text(LOG) == "one\ntwo\nthree\n"
    assert await backend.text(LOG, {"tailLines": "2"}) == "two\nthree\n"
    assert await backend.text(LOG, {"tailLines": "9"}) == "one\ntwo\nthree\n"
    assert await backend.text(LOG, {"tailLines": "2", "limitBytes": "5"}) == "two\nt"
    assert await backend.text(LOG, {"tailLines": "0"}) == ""


async def test_a_log_is_read_from_a_time_on_with_when_each_line_was_written(
    api: KubeApi, backend: KubernetesBackend
) -> None:
    api.logs.write(HEAD_POD, "before\n", at=NOON.replace(hour=11))
    api.logs.write(HEAD_POD, "after\n", at=NOON.replace(hour=13))
    asked = {"sinceTime": "2026-11-23T12:00:00Z", "timestamps": "true"}
    assert await backend.text(LOG, asked) == "2026-11-23T13:00:00.000000000Z after\n"


async def test_of_several_containers_one_is_to_be_named(api: KubeApi, backend: KubernetesBackend) -> None:
    two = pod(HEAD_POD, "head", "10.0.0.1")
    two["spec"]["containers"].append({"name": "autoscaler"})
    api.put("pods", two)
    api.logs.write(HEAD_POD, "scaling\n", "autoscaler")
    with pytest.raises(RaymonError, match=r"choose one of: \[ray-head autoscaler\]"):
        await backend.text(LOG)
    with pytest.raises(RaymonError, match="container sidecar is not valid"):
        await backend.text(LOG, {"container": "sidecar"})
    assert await backend.text(LOG, {"container": "autoscaler"}) == "scaling\n"


async def test_the_run_before_has_a_log_of_its_own(api: KubeApi, backend: KubernetesBackend) -> None:
    with pytest.raises(RaymonError, match='previous terminated container "ray-head"'):
        await backend.text(LOG, {"previous": "true"})
    api.logs.write(HEAD_POD, "out of memory\n")
    api.logs.end(HEAD_POD)
    assert await backend.text(LOG) == "out of memory\n"
    api.logs.write(HEAD_POD, "again\n")
    assert await backend.text(LOG) == "again\n"
    assert await backend.text(LOG, {"previous": "true"}) == "out of memory\n"


async def test_a_log_that_is_followed_ends_with_its_container(api: KubeApi, backend: KubernetesBackend) -> None:
    api.logs.write(HEAD_POD, "one\ntwo\n")
    read: list[str] = []

    async def follow() -> None:
        read.append(await backend.text(LOG, {"follow": "true", "tailLines": "1"}))

    with anyio.fail_after(PATIENCE_S):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(follow)
            while not api.logs.followed(HEAD_POD):  # noqa: ASYNC110 - the server tells nobody
                await anyio.sleep(0.01)
            api.logs.write(HEAD_POD, "three\n")
            api.logs.end(HEAD_POD)
    assert read == ["two\nthree\n"]
