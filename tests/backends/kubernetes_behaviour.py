"""What holds against the API server of the tests and against any real one: it only reads, or runs a small command.

To join: subclass, and give a fixture `place`. `WithRay` is for where a RayCluster runs.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest
from words import says

from raymon_tui.backends.base import ConnectOptions, Endpoint
from raymon_tui.backends.errors import (
    ObjectMissingError,
    RaymonError,
    RefusedError,
    RouteMissingError,
    TimedOutError,
    UnreachableError,
)
from raymon_tui.backends.kubernetes.backend import EXEC, HEAD, PORTS, KubernetesBackend
from raymon_tui.backends.kubernetes.whole_cluster import WholeCluster
from raymon_tui.cluster.kubernetes import paths
from raymon_tui.cluster.kubernetes.listing import RayObjects
from raymon_tui.cluster.kubernetes.picture import KUBERNETES, KubernetesPicture
from raymon_tui.cluster.kubernetes.source import KubernetesSource
from raymon_tui.cluster.ray_api.client import RayApi

PATIENCE_S = 60.0
NOBODY = 4444
_RUNNING = r"for one in /proc/[0-9]*/cmdline; do tr '\0' ' ' <$one; echo; done 2>/dev/null"


@dataclass(frozen=True)
class Place:
    """Where to test: `ray_cluster` is the name of one whose dashboard answers, "" where there is none."""

    config: Path
    namespace: str
    ray_cluster: str

    def backend(self, name: str = "") -> KubernetesBackend:
        """Open a RayCluster, by default the one that is there."""
        options = ConnectOptions(kubeconfig=self.config, namespace=self.namespace)
        # What this machine has for other clusters is left out of it.
        return KubernetesBackend("raycluster", name or self.ray_cluster or "none", options, {"HOME": "/nonexistent"})


class Behaviour:
    """What needs no Ray."""

    @pytest.fixture
    async def place(self) -> Place:
        raise NotImplementedError("the subclass says where")

    @pytest.fixture
    async def backend(self, place: Place) -> AsyncIterator[KubernetesBackend]:
        found = place.backend()
        yield found
        await found.aclose()

    @pytest.mark.parametrize("plural", ["pods", "events"])
    async def test_what_is_listed_is_what_a_watch_begins_with(
        self, backend: KubernetesBackend, place: Place, plural: str
    ) -> None:
        path = f"/api/v1/namespaces/{place.namespace}/{plural}"
        listed = await backend.get(path)
        stream = backend.watch(path)
        with anyio.fail_after(PATIENCE_S):
            first = await anext(stream)
        await stream.aclose()  # type: ignore[attr-defined]
        assert first.type == "RELISTED"
        names = [{one["metadata"]["name"] for one in found["items"]} for found in (listed, first.object)]
        # Events come and go all the time.
        assert names[0] == names[1] or plural == "events"
        assert all("managedFields" not in one["metadata"] for one in listed["items"])

    async def test_a_list_that_comes_in_pages_is_whole(self, backend: KubernetesBackend, place: Place) -> None:
        path = paths.pods(place.namespace)
        whole = await backend.get(path)
        if len(whole["items"]) > 1:
            part = await backend.get(path, {"limit": "1"})
            assert len(part["items"]) == 1
            assert part["items"][0]["metadata"]["name"] in {one["metadata"]["name"] for one in whole["items"]}

    async def test_what_one_may_do_is_told(self, backend: KubernetesBackend, place: Place) -> None:
        for resource in (PORTS, EXEC):
            assert await backend.api.rights.lacking(resource, place.namespace) in ("", "get", "create")

    async def test_an_object_that_is_not_there_is_told_with_what_to_do(self, place: Place) -> None:
        backend = place.backend("raymon-no-such-cluster")
        with pytest.raises((ObjectMissingError, RouteMissingError)) as caught:
            await backend.connect()
        assert caught.value.advice
        await backend.aclose()

    async def test_all_kinds_are_listed_or_said_not_to_be_there(self, place: Place) -> None:
        kubernetes = WholeCluster(ConnectOptions(kubeconfig=place.config, namespace=place.namespace), {})
        listing = RayObjects(kubernetes, place.namespace)
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(listing.run)
            with anyio.fail_after(PATIENCE_S):
                while not listing.known and not listing.without_kuberay:  # noqa: ASYNC110 - it tells nobody of itself
                    await anyio.sleep(0.05)
            tasks.cancel_scope.cancel()
        assert not listing.unread
        if place.ray_cluster:
            assert place.ray_cluster in {row.name for row in listing.rows()}
        await kubernetes.aclose()

    async def test_a_log_is_told_by_its_end_and_no_further_than_asked(
        self, backend: KubernetesBackend, place: Place
    ) -> None:
        pod = await _running_pod(backend, place)
        if pod is None:
            return
        path, container = paths.log(place.namespace, pod["metadata"]["name"]), pod["spec"]["containers"][0]["name"]
        chosen = {"container": container, "tailLines": "3"}
        assert len((await backend.text(path, chosen)).splitlines()) <= 3
        assert len((await backend.text(path, {**chosen, "limitBytes": "10"})).encode()) <= 10
        with pytest.raises(RaymonError, match="no-such-container"):
            await backend.text(path, {"container": "no-such-container"})

    async def test_a_log_of_a_pod_that_is_not_there_is_told(self, backend: KubernetesBackend, place: Place) -> None:
        with pytest.raises(ObjectMissingError, match="no-such-pod"):
            await backend.text(paths.log(place.namespace, "no-such-pod"))


class WithRay:
    """What needs a RayCluster whose dashboard answers."""

    @pytest.fixture
    async def place(self) -> Place:
        raise NotImplementedError("the subclass says where")

    @pytest.fixture
    async def backend(self, place: Place) -> AsyncIterator[KubernetesBackend]:
        found = place.backend()
        yield found
        await found.aclose()

    async def test_the_head_is_found_link_by_link_and_no_secret_told(self, backend: KubernetesBackend) -> None:
        await backend.connect()
        stages = [stage.id for stage, _ in backend.stages]
        assert stages[:5] == [stage.id for stage in backend.way]
        head = await backend.following.find()
        assert not head.token.value or head.token.value not in repr((backend.stages, head))

    async def test_the_picture_is_whole(self, backend: KubernetesBackend, place: Place) -> None:
        source = KubernetesSource(backend, time.time)
        assert await source.once()
        picture = source.readings()[KUBERNETES.name].value
        assert isinstance(picture, KubernetesPicture)
        assert (picture.namespace, picture.name, picture.followed) == (
            place.namespace,
            place.ray_cluster,
            place.ray_cluster,
        )
        assert any(pod.is_head for pod in picture.own_pods)
        assert picture.events is not None or any(one.what == "events" for one in picture.unread)

    @pytest.mark.parametrize("way", ["proxy", "ports"])
    async def test_ray_answers_both_ways(
        self, backend: KubernetesBackend, place: Place, monkeypatch: pytest.MonkeyPatch, way: str
    ) -> None:
        if way == "ports" and await backend.api.rights.lacking(PORTS, place.namespace):
            return

        async def chosen(verb: str, namespace: str) -> bool:
            return way == "proxy"

        monkeypatch.setattr(backend, "may_proxy", chosen)
        async with backend.http(backend.dashboard) as http:
            api = RayApi(http)
            assert (await api.version()).ray_version
            nodes = await api.nodes()
        assert any(node.is_head for node in nodes)
        node = next(node for node in nodes if node.alive and node.metrics_export_port)
        async with backend.http(Endpoint(node.ip, node.metrics_export_port)) as http:
            assert "ray_" in (await http.get("/metrics")).text

    async def test_a_port_at_which_nobody_listens_is_told(self, backend: KubernetesBackend, place: Place) -> None:
        async with backend.http(Endpoint(HEAD, NOBODY)) as http:
            with pytest.raises(httpx.TransportError):
                await http.get("/")
        if not await backend.api.rights.lacking(PORTS, place.namespace):
            with pytest.raises(UnreachableError) as caught:
                await backend.dial(Endpoint(HEAD, NOBODY))
            says(caught.value, str(NOBODY))

    async def test_commands_run_in_the_head_pod_or_are_refused_by_the_right_that_lacks(
        self, backend: KubernetesBackend, place: Place
    ) -> None:
        if await backend.api.rights.lacking(EXEC, place.namespace):
            with pytest.raises(RefusedError, match=EXEC):
                await backend.run(("true",))
            return
        done = await backend.run(("sh", "-c", 'printf "%s|" "$@"; echo err >&2; exit 3', "sh", "a b", "$HOME", ""))
        assert (done.returncode, done.stdout, done.stderr) == (3, b"a b|$HOME||", b"err\n")
        with pytest.raises(UnreachableError):
            await backend.run(("no-such-program",))
        assert (await backend.read("/etc/passwd", 0, 4)) == (await backend.read("/etc/passwd"))[:4]
        with pytest.raises(UnreachableError):
            await backend.read("/no-such-file")

    @pytest.mark.parametrize("how", ["too long", "called off"])
    async def test_a_command_that_takes_too_long_or_is_called_off_is_ended(
        self, backend: KubernetesBackend, place: Place, how: str
    ) -> None:
        if await backend.api.rights.lacking(EXEC, place.namespace):
            return
        seconds = {"too long": 86399, "called off": 86398}[how]
        argv = ("sh", "-c", f"exec sleep {seconds}")
        if how == "too long":
            with pytest.raises(TimedOutError):
                await backend.run(argv, timeout_s=2.0)
        else:
            with anyio.move_on_after(2.0):
                await backend.run(argv)
        running = (await backend.run(("sh", "-c", _RUNNING))).stdout.decode().splitlines()
        assert any(line.startswith("sh -c") for line in running)
        assert f"sleep {seconds}" not in {line.strip() for line in running}

    async def test_whole_programs_say_how_the_cluster_is(self, place: Place) -> None:
        where = (f"raycluster/{place.ray_cluster}", "--kubeconfig", str(place.config), "-n", place.namespace)
        status = await _ran("status", *where, "--json")
        assert any(node["is_head"] for node in json.loads(status)["nodes"])
        links = {one["name"]: one["holds"] for one in json.loads(await _ran("doctor", *where, "--json"))}
        assert links["Ray"]
        assert links["nodes"]


async def _running_pod(backend: KubernetesBackend, place: Place) -> dict[str, Any] | None:
    listed = await backend.get(paths.pods(place.namespace))
    return next((one for one in listed["items"] if one["status"]["phase"] == "Running"), None)


async def _ran(*words: str) -> bytes:
    # What Prometheus or Grafana say, which may not be there, is no concern of this test.
    done = await anyio.run_process((sys.executable, "-m", "raymon_tui.tui", *words), check=False)
    assert done.stdout, done.stderr.decode()
    return done.stdout
