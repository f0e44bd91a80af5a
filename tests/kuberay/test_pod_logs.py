"""Logs of containers on the screen: through a real client, as a kubelet tells them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest
from kube_api import READ, KubeApi, kube_api, kubeconfig
from list_app import comes_in_time, goes
from recorded_kubernetes import recorded
from still import text
from still_kubernetes import StillKubernetes, picture_of, snapshot_of
from textual.pilot import Pilot

from raymon_tui.backends.base import ConnectOptions
from raymon_tui.backends.kubernetes.backend import KubernetesBackend
from raymon_tui.cluster.kubernetes.picture import KUBERNETES
from raymon_tui.cluster.kubernetes.pod_log import LONGEST, At, Splitting
from raymon_tui.tui.screens.kubernetes import pod_log_screen
from raymon_tui.tui.screens.kubernetes.open_log import open_log as open_the_log
from raymon_tui.widgets.log_view import LogView

SIZE = (120, 34)
HEAD, NO_DASHBOARD = "demo-head-abcde", 9
NOON = datetime(2026, 11, 23, 12, 0, 0, 250_000, tzinfo=timezone.utc)


@pytest.fixture
async def api() -> AsyncIterator[KubeApi]:
    async with kube_api(READ, NO_DASHBOARD, "10.244.0.29") as server:
        server.put("rayclusters", recorded("raycluster.json"))
        for pod in recorded("pods.json")["items"]:
            server.put("pods", pod)
        yield server


@pytest.fixture
async def backend(api: KubeApi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[KubernetesBackend]:
    found = KubernetesBackend("raycluster", "demo", ConnectOptions(kubeconfig=kubeconfig(api, tmp_path)), {})
    await found.get("/version")
    monkeypatch.setattr(pod_log_screen, "AGAIN_S", 0.05)
    yield found
    await found.aclose()


async def opened(backend: KubernetesBackend) -> StillKubernetes:
    return StillKubernetes("nodes", backend, snapshot_of(await picture_of(backend), ray=False))


async def open_log(pilot: Pilot[int], name: str = HEAD) -> LogView:
    """Open the log of a pod as `l` on its row does."""
    app = pilot.app
    assert isinstance(app, StillKubernetes)
    assert app.session is not None
    picture = app.monitor.snapshot.value(KUBERNETES)
    assert picture is not None
    open_the_log(app, app.session, next(pod for pod in picture.pods or () if pod.name == name))
    await comes_in_time(pilot, f"Log {name}")
    return app.screen.query_one(LogView)


async def until(pilot: Pilot[int], holds: Callable[[], bool]) -> None:
    for _ in range(300):
        if holds():
            return
        await pilot.pause(0.1)
    raise AssertionError(text(pilot.app))


async def test_l_opens_the_log_of_the_pod_under_the_cursor(api: KubeApi, backend: KubernetesBackend) -> None:
    api.logs.write(HEAD, "here\n")
    async with (await opened(backend)).run_test(size=SIZE) as pilot:
        await comes_in_time(pilot, "6 pods, of which Ray has said nothing")
        await pilot.press("l")
        await comes_in_time(pilot, "here")
        await pilot.press("escape")
        await comes_in_time(pilot, "6 pods, of which Ray has said nothing")


async def test_the_newest_lines_are_there_however_long_lines_are_and_new_ones_come(
    api: KubeApi, backend: KubernetesBackend
) -> None:
    api.logs.write(HEAD, "".join(f"line {number} {'x' * 3000}\n" for number in range(1100)) + "the last one\n")
    async with (await opened(backend)).run_test(size=SIZE) as pilot:
        log = await open_log(pilot)
        await comes_in_time(pilot, "the last one")
        await comes_in_time(pilot, "1,000 lines, following")
        for number in range(3):
            api.logs.write(HEAD, f"fresh {number}\n")
            await comes_in_time(pilot, f"fresh {number}")
        # Once for the last lines, once for all that comes.
        assert api.asked.count(("get", "pods/log")) == 2
        assert log.line_count == 1003


async def test_going_up_reads_what_was_written_before(api: KubeApi, backend: KubernetesBackend) -> None:
    api.logs.write(HEAD, "".join(f"line {number}\n" for number in range(2500)))
    async with (await opened(backend)).run_test(size=SIZE) as pilot:
        log = await open_log(pilot)
        await comes_in_time(pilot, "line 2499")
        await pilot.press("g")
        await until(pilot, lambda: log.line_count == 2500)
        await pilot.press("g")
        await comes_in_time(pilot, "line 0")
        assert "following" not in text(pilot.app)


async def test_a_connection_that_breaks_off_costs_no_line_and_repeats_none(
    api: KubeApi, backend: KubernetesBackend
) -> None:
    api.logs.write(HEAD, "one\ntwo\n")
    async with (await opened(backend)).run_test(size=SIZE) as pilot:
        log = await open_log(pilot)
        await comes_in_time(pilot, "2 lines, following")
        for number in range(2):
            api.logs.cut()
            api.logs.write(HEAD, f"after cut {number}\n")
            await comes_in_time(pilot, f"after cut {number}")
        assert log.text == "one\ntwo\nafter cut 0\nafter cut 1\n"


async def test_what_is_not_looked_at_is_not_read_and_a_gap_is_told(api: KubeApi, backend: KubernetesBackend) -> None:
    api.logs.write(HEAD, "".join(f"line {number}\n" for number in range(200)))
    async with (await opened(backend)).run_test(size=SIZE) as pilot:
        log = await open_log(pilot)
        await comes_in_time(pilot, "200 lines, following")
        await pilot.press("k", "k")
        await goes(pilot, "following")
        api.logs.write(HEAD, "first that came meanwhile\n")
        await until(pilot, lambda: log.line_count == 201)
        api.logs.write(HEAD, "".join(f"more {number}\n" for number in range(1200)))
        await pilot.pause(0.3)
        assert log.line_count == 201
        await pilot.press("f")
        await comes_in_time(pilot, "more 1199")
        assert "lines between were not read" in log.text
        assert log.line_count == 1202


async def test_a_container_that_ended_says_so_and_its_next_run_goes_on(
    api: KubeApi, backend: KubernetesBackend
) -> None:
    api.logs.write(HEAD, "first run\n")
    async with (await opened(backend)).run_test(size=SIZE) as pilot:
        await open_log(pilot)
        await comes_in_time(pilot, "1 line, following")
        api.logs.end(HEAD)
        await comes_in_time(pilot, "the container has ended")
        api.logs.write(HEAD, "second run\n")
        await comes_in_time(pilot, "second run")
        await comes_in_time(pilot, "following")
        await pilot.press("p")
        await comes_in_time(pilot, "the run before")
        await goes(pilot, "second run")
        await comes_in_time(pilot, "first run")
        await pilot.press("p")
        await comes_in_time(pilot, "second run")


@pytest.mark.parametrize(
    ("pod", "words"),
    [
        ("demo-small-worker-pending", "It has written nothing yet: the pod is Unschedulable."),
        ("demo-small-worker-badimg", "has not started yet: trying and failing to pull image."),
        (HEAD, "It has written nothing yet."),
    ],
)
async def test_why_there_is_no_line_is_said_in_words(
    api: KubeApi, backend: KubernetesBackend, pod: str, words: str
) -> None:
    async with (await opened(backend)).run_test(size=SIZE) as pilot:
        await open_log(pilot, pod)
        await comes_in_time(pilot, words)
        assert "/api/v1" not in text(pilot.app)


async def test_a_container_that_was_never_started_anew_has_no_run_before(
    api: KubeApi, backend: KubernetesBackend
) -> None:
    api.logs.write(HEAD, "here\n")
    async with (await opened(backend)).run_test(size=SIZE) as pilot:
        await open_log(pilot)
        await comes_in_time(pilot, "here")
        await pilot.press("p")
        await comes_in_time(pilot, "Container ray-head was not started before this run")
        await pilot.press("p")
        await comes_in_time(pilot, "here")


async def test_each_container_of_a_pod_has_its_log(api: KubeApi, backend: KubernetesBackend) -> None:
    head: dict[str, Any] = next(one for one in recorded("pods.json")["items"] if one["metadata"]["name"] == HEAD)
    head["spec"]["containers"].append({"name": "autoscaler"})
    api.put("pods", head)
    api.logs.write(HEAD, "of ray\n")
    api.logs.write(HEAD, "of the autoscaler\n", "autoscaler")
    async with (await opened(backend)).run_test(size=SIZE) as pilot:
        await open_log(pilot)
        await comes_in_time(pilot, "of ray")
        await pilot.press("o")
        await comes_in_time(pilot, "autoscaler 2 of 2")
        await comes_in_time(pilot, "of the autoscaler")


async def test_a_log_that_one_may_not_read_says_why_and_comes_once_one_may(
    api: KubeApi, backend: KubernetesBackend
) -> None:
    api.rights.discard(("", "pods/log", "get"))
    async with (await opened(backend)).run_test(size=SIZE) as pilot:
        await open_log(pilot)
        await comes_in_time(pilot, 'cannot get resource "pods/log"')
        api.rights.add(("", "pods/log", "get"))
        api.logs.write(HEAD, "granted\n")
        await comes_in_time(pilot, "granted")
        await goes(pilot, "cannot get resource")


async def test_what_was_read_stays_when_the_pod_goes(api: KubeApi, backend: KubernetesBackend) -> None:
    api.logs.write(HEAD, "last words\n")
    async with (await opened(backend)).run_test(size=SIZE) as pilot:
        await open_log(pilot)
        await comes_in_time(pilot, "last words")
        api.remove("pods", HEAD)
        api.logs.end(HEAD)
        await comes_in_time(pilot, "not found")
        assert "last words" in text(pilot.app)


async def test_times_are_shown_on_demand_and_the_lines_can_be_saved(
    api: KubeApi, backend: KubernetesBackend, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    def saved() -> str:
        return "".join(path.read_text() for path in tmp_path.glob("raymon-tui-demo-head-abcde-ray-head-*.log"))

    api.logs.write(HEAD, "\x1b[31mred\x1b[0m line\n", at=NOON)
    async with (await opened(backend)).run_test(size=SIZE) as pilot:
        await open_log(pilot)
        await comes_in_time(pilot, "red line")
        assert "\x1b" not in text(pilot.app)
        await pilot.press("t")
        local = NOON.astimezone()
        await comes_in_time(pilot, f"{local:%H:%M:%S}.250 red line")
        await pilot.press("ctrl+s")
        await until(pilot, lambda: bool(saved()))
    assert saved() == f"{local:%H:%M:%S}.250 red line\n"


def test_lines_are_whole_whatever_parts_they_come_in() -> None:
    raw = "2026-11-23T12:00:00.5Z grüße\n2026-11-23T14:00:00.000000001+02:00 b\nno stamp\n".encode()
    for size in (1, 7, len(raw)):
        splitting = Splitting()
        found = [line for start in range(0, len(raw), size) for line in splitting.take(raw[start : start + size])]
        assert [line.text for line in found] == ["grüße", "b", "no stamp"]
        assert [line.at for line in found] == [At(1795435200, 500_000_000), At(1795435200, 1), None]
        assert splitting.rest() == []


def test_a_line_without_end_takes_bounded_memory() -> None:
    splitting = Splitting()
    found = [line for _ in range(20) for line in splitting.take(b"x" * (LONGEST // 2))]
    assert sum(len(line.text) for line in [*found, *splitting.rest()]) == 10 * LONGEST
    assert max(len(line.text) for line in found) <= 2 * LONGEST
