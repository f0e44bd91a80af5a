"""Lists in pages, and watches that go on where they were: through the real client, over TLS."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import pytest
from kube_api import CLUSTER, ENTER, HEAD_POD, NAMESPACE, READ, WORKER_POD, KubeApi, kube_api, kubeconfig, pod, serving
from listening import closed_port

from raymon_tui.backends.base import ConnectOptions, WatchEvent
from raymon_tui.backends.errors import RefusedError, RouteMissingError
from raymon_tui.backends.kubernetes.backend import KubernetesBackend

PODS = f"/api/v1/namespaces/{NAMESPACE}/pods"
PATIENCE_S = 30.0
MANY = 250


@pytest.fixture
async def api() -> AsyncIterator[KubeApi]:
    async with kube_api(READ | ENTER, closed_port(), "10.0.0.9") as server:
        yield server


@pytest.fixture
async def backend(api: KubeApi, tmp_path: Path) -> AsyncIterator[KubernetesBackend]:
    found = KubernetesBackend("raycluster", CLUSTER, ConnectOptions(kubeconfig=kubeconfig(api, tmp_path)), {})
    yield found
    await found.aclose()


class Watching:
    """A watch whose events are taken one by one, within a limit of time."""

    def __init__(self, stream: AsyncIterator[WatchEvent]) -> None:
        self._stream = stream

    async def next(self) -> tuple[str, list[str]]:
        """Return the next event, and the names in it."""
        with anyio.fail_after(PATIENCE_S):
            event = await anext(self._stream)
        found = event.object["items"] if event.type == "RELISTED" else [event.object]
        return event.type, [one["metadata"]["name"] for one in found]


@asynccontextmanager
async def watching(backend: KubernetesBackend, path: str = PODS) -> AsyncIterator[Watching]:
    stream = backend.watch(path)
    try:
        yield Watching(stream)
    finally:
        await stream.aclose()  # type: ignore[attr-defined]


def worker(number: int) -> dict[str, object]:
    return pod(f"demo-worker-{number:03d}", "worker", f"10.1.0.{number}")


async def test_a_long_list_is_whole_though_it_comes_in_pages(api: KubeApi, backend: KubernetesBackend) -> None:
    for number in range(MANY):
        api.put("pods", worker(number))
    api.asked.clear()
    found = await backend.get(PODS)
    assert len(found["items"]) == MANY + 2
    assert "continue" not in found["metadata"]
    assert api.asked == [("list", "pods")] * 3


async def test_who_asks_for_a_few_is_given_a_few(api: KubeApi, backend: KubernetesBackend) -> None:
    assert len((await backend.get(PODS, {"limit": "1"}))["items"]) == 1


async def test_a_list_that_changed_too_much_between_its_pages_is_begun_anew(
    api: KubeApi, backend: KubernetesBackend
) -> None:
    for number in range(MANY):
        api.put("pods", worker(number))
    api.shelves.pages_end = True
    assert len((await backend.get(PODS))["items"]) == MANY + 2


async def test_who_has_changed_which_field_is_left_out(api: KubeApi, backend: KubernetesBackend) -> None:
    found = worker(1)
    found["metadata"]["managedFields"] = [{"manager": "kubelet"}]  # type: ignore[index]
    api.put("pods", found)
    listed, single = await backend.get(PODS), await backend.get(f"{PODS}/demo-worker-001")
    assert all("managedFields" not in one["metadata"] for one in [*listed["items"], single])


async def test_a_watch_tells_what_is_added_changed_and_taken_away(api: KubeApi, backend: KubernetesBackend) -> None:
    async with watching(backend) as told:
        assert await told.next() == ("RELISTED", [HEAD_POD, WORKER_POD])
        api.put("pods", worker(1))
        api.put("pods", worker(1))
        api.remove("pods", "demo-worker-001")
        assert [await told.next() for _ in range(3)] == [
            (kind, ["demo-worker-001"]) for kind in ("ADDED", "MODIFIED", "DELETED")
        ]


async def test_a_watch_that_ends_goes_on_where_it_was(api: KubeApi, backend: KubernetesBackend) -> None:
    async with watching(backend) as told:
        await told.next()
        api.put("pods", worker(1))
        await told.next()
        api.shelves.end_watches(forget=False)
        api.put("pods", worker(2))
        assert await told.next() == ("ADDED", ["demo-worker-002"])
        assert api.asked.count(("list", "pods")) == 1


@pytest.mark.parametrize("told_in_stream", [False, True])
async def test_what_the_server_forgot_is_listed_again(
    api: KubeApi, backend: KubernetesBackend, told_in_stream: bool
) -> None:
    api.shelves.told_in_stream = told_in_stream
    async with watching(backend) as told:
        await told.next()
        api.put("pods", worker(1))
        await told.next()
        api.remove("pods", WORKER_POD)
        api.end_watches()
        assert (await told.next())[0] == "DELETED"
        assert await told.next() == ("RELISTED", [HEAD_POD, "demo-worker-001"])


async def test_a_bookmark_spares_listing_again(api: KubeApi, backend: KubernetesBackend) -> None:
    async with watching(backend) as told:
        await told.next()
        api.put("pods", worker(1))
        await told.next()
        api.shelves.bookmark("pods")
        api.put("pods", worker(2))
        await told.next()
        api.shelves.forget_before = api.shelves.version
        api.shelves.end_watches(forget=False)
        api.put("pods", worker(3))
        assert await told.next() == ("ADDED", ["demo-worker-003"])


async def test_a_watch_outlives_a_server_that_restarts(tmp_path: Path) -> None:
    api = KubeApi(set(READ))
    api.put("pods", worker(0))
    async with serving(api):
        options = ConnectOptions(kubeconfig=kubeconfig(api, tmp_path))
        backend = KubernetesBackend("raycluster", CLUSTER, options, {})
        stream = backend.watch(PODS)
        told = Watching(stream)
        assert await told.next() == ("RELISTED", ["demo-worker-000"])
        api.put("pods", worker(1))
        await told.next()
    api.put("pods", worker(2))
    async with serving(api, int(api.url.rpartition(":")[2])):
        assert await told.next() == ("ADDED", ["demo-worker-002"])
        await stream.aclose()  # type: ignore[attr-defined]
        await backend.aclose()


async def test_a_watch_that_is_refused_names_the_verb(api: KubeApi, backend: KubernetesBackend) -> None:
    api.rights.discard(("", "pods", "watch"))
    async with watching(backend) as told:
        await told.next()
        with pytest.raises(RefusedError, match='cannot watch resource "pods"'):
            await told.next()


async def test_without_kuberay_it_is_said_that_there_is_none(api: KubeApi, backend: KubernetesBackend) -> None:
    api.kinds = ()
    with pytest.raises(RouteMissingError) as caught:
        await backend.get(f"/apis/ray.io/v1/namespaces/{NAMESPACE}/rayclusters")
    assert "KubeRay" in caught.value.advice
