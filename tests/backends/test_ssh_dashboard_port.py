"""Which dashboard on a head is watched, where nobody named its port: behind a real OpenSSH server."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import anyio
import httpx
import psutil
import pytest
from broken_cable import cable
from listening import recording
from ssh_home import destination, make_home, settings_for
from sshd import Sshd, running_sshd
from standing_in import StartStandIn, stand_ins
from words import PATIENCE_S, ended

from raymon_tui.backends.base import Completed, ConnectOptions, Endpoint
from raymon_tui.backends.dialling import Dial
from raymon_tui.backends.errors import NotRayError, UnreachableError
from raymon_tui.backends.failures import failure_of
from raymon_tui.backends.resolve import destination_of
from raymon_tui.backends.ssh import dashboard_port, session_at_port
from raymon_tui.backends.ssh.backend import SshBackend
from raymon_tui.backends.ssh.dashboard_port import DashboardPort
from raymon_tui.backends.ssh.description import Container
from raymon_tui.backends.ssh.head_dashboards import Process, Sessions, chosen, in_a_row, listed, sessions_in
from raymon_tui.backends.targets import SshTarget
from raymon_tui.tui.forwarding import dashboard_url

HERE = "127.0.0.1"
SECRET = "hunter2hunter2hunter2"


@pytest.fixture
def start(tmp_path: Path) -> Iterator[StartStandIn]:
    with stand_ins(tmp_path / "dashboards") as started:
        yield started


@pytest.fixture
def head(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sshd]:
    """A head whose Ray keeps its sessions in `tmp/ray`, and on which no dashboards run but those of the test."""
    folder = tmp_path / "sshd"
    folder.mkdir()
    (tmp_path / "tmp" / "ray").mkdir(parents=True)
    grep = tmp_path / "bin" / "grep"
    grep.parent.mkdir()
    # Other Rays on this machine are no concern of the test's, though they are processes here like its own.
    only_ours = f'exec /usr/bin/grep -ls {tmp_path}/dashboards $(/usr/bin/grep "$@") /dev/null'
    grep.write_text(f'#!/bin/sh\ncase $1 in -ls) {only_ours};; *) exec /usr/bin/grep "$@";; esac\n')
    grep.chmod(0o755)
    with running_sshd(folder, f"SetEnv RAY_TMPDIR={tmp_path / 'tmp'} PATH={grep.parent}:/usr/bin:/bin") as server:
        make_home(tmp_path / "home", monkeypatch, *settings_for(server))
        yield server


@pytest.fixture
def usual() -> int:
    """A port that is free, as are those after it."""
    for first in range(20_000, 30_000, 20):
        with contextlib.ExitStack() as bound, contextlib.suppress(OSError):
            for port in range(first, first + 11):
                bound.enter_context(socket.socket()).bind((HERE, port))
            return first
    raise AssertionError("no eleven free ports in a row")


@asynccontextmanager
async def opened(
    head: Sshd, usual: int, *, container: Container | None = None, token: str | None = None
) -> AsyncIterator[SshBackend]:
    where = replace(destination(head, Endpoint(HERE, usual)), port_named=False, container=container)
    backend = SshBackend(where, ConnectOptions(token=token), environ={})
    try:
        yield backend
    finally:
        await backend.aclose()


def latest(tmp_path: Path, session: str) -> None:
    (tmp_path / "tmp" / "ray" / "session_latest").symlink_to(f"/tmp/of_{session}/{session}")


async def session_of(backend: SshBackend) -> str:
    async with backend.http(backend.dashboard) as client:
        return str((await client.get("/api/version")).json()["session_name"])


async def failure_at(backend: SshBackend) -> Exception:
    async with backend.http(backend.dashboard) as client:
        with pytest.raises(httpx.ConnectError) as caught:
            await client.get("/api/version")
    return failure_of(caught.value, tried="ask")


async def test_the_usual_port_is_asked_at_once_and_looked_at_beside_that(head: Sshd, usual: int) -> None:
    body = b'{"ray_version": "2.60.0", "session_name": "session_one"}'
    reply = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)
    async with recording(reply, port=usual) as (_, heads), opened(head, usual) as backend:
        async with backend.http(backend.dashboard) as client:
            for _ in range(3):
                assert (await client.get("/api/version")).is_success
        assert len(heads) == 4
        assert backend.describe() == f"ssh {destination(head)}"


async def test_a_dashboard_that_had_to_go_to_another_port_is_found_and_told(
    head: Sshd, usual: int, start: StartStandIn
) -> None:
    there = start("session_one", port=usual + 3)
    async with opened(head, usual) as backend:
        before = backend.http(backend.dashboard)
        assert await session_of(backend) == "session_one"
        assert backend.dashboard == Endpoint(HERE, there.port)
        assert str(there.port) in backend.describe()
        async with before:
            assert (await before.get("/api/version")).is_success


async def test_a_server_that_is_no_ray_is_passed_by_and_told_nothing(
    head: Sshd, usual: int, start: StartStandIn
) -> None:
    start("session_one", port=usual + 2)
    for token in (None, SECRET):
        async with recording(port=usual) as (_, heads), opened(head, usual, token=token) as backend:
            assert await session_of(backend) == "session_one"
            assert heads
            assert not any(SECRET in head for head in heads)


async def test_of_several_dashboards_that_of_the_latest_session_is_meant(
    head: Sshd, usual: int, start: StartStandIn, tmp_path: Path
) -> None:
    start("session_theirs", port=usual)
    start("session_mine", port=usual + 1)
    latest(tmp_path, "session_mine")
    async with opened(head, usual) as backend:
        assert await session_of(backend) == "session_mine"


async def test_the_cluster_that_ray_there_takes_for_its_own_comes_before_the_latest_session(
    head: Sshd, usual: int, start: StartStandIn, tmp_path: Path
) -> None:
    start("session_old", port=usual + 1, **{"gcs-address": "10.0.0.9:6380"})
    start("session_new", port=usual + 2)
    latest(tmp_path, "session_new")
    (tmp_path / "tmp" / "ray" / "ray_current_cluster").write_text("10.0.0.9:6380")
    async with opened(head, usual) as backend:
        assert await session_of(backend) == "session_old"


async def test_several_that_nothing_tells_apart_are_listed_for_the_user_to_choose(
    head: Sshd, usual: int, start: StartStandIn
) -> None:
    start("session_one", port=usual + 1)
    start("session_two", port=usual + 2)
    async with opened(head, usual) as backend:
        failure = await failure_at(backend)
        assert isinstance(failure, UnreachableError)
        assert f"{usual + 1}  session_one" in failure.said
        assert f"{usual + 2}  session_two" in failure.said
        assert f"--dashboard-port {usual + 1}" in failure.advice


async def test_where_none_is_the_ports_that_were_looked_at_are_told(head: Sshd, usual: int) -> None:
    async with opened(head, usual) as backend:
        failure = await failure_at(backend)
        assert isinstance(failure, UnreachableError)
        assert f"{usual + 1}-{usual + 10}" in failure.said
        assert "--dashboard-port" in failure.advice
    async with recording(port=usual), opened(head, usual) as backend:
        assert isinstance(await failure_at(backend), NotRayError)


async def test_a_connection_that_is_lost_once_the_usual_port_has_answered_does_not_end_the_search(
    head: Sshd, usual: int, start: StartStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    start("session_theirs", port=usual)
    answered = anyio.Event()

    async def session_at(endpoint: Endpoint, dial: Dial) -> str | None:
        try:
            return await session_at_port.session_at(endpoint, dial)
        finally:
            answered.set()

    monkeypatch.setattr(dashboard_port, "session_at", session_at)
    async with opened(head, usual) as backend:

        async def read_sessions() -> Completed:
            await answered.wait()
            for hop in backend.link.hops:
                hop.close()
            return Completed(0, b"latest=session_mine\n", b"")

        place = DashboardPort(Endpoint(HERE, usual), backend.dial, backend.link, read_sessions, one_cluster=False)
        assert await place.find() == Endpoint(HERE, usual)
        assert backend.link.connected == 2


async def test_a_ray_that_comes_back_at_another_port_is_found_again(
    head: Sshd, usual: int, start: StartStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dashboard_port, "AGAIN_S", 0.0)
    first = start("session_one", port=usual)
    async with opened(head, usual) as backend, backend.http(backend.dashboard) as client:
        assert (await client.get("/api/version")).is_success
        psutil.Process(first.pid).kill()
        await ended(first.pid)
        start("session_two", port=usual + 5)
        # The connection that was kept may be found dead by a first request.
        with contextlib.suppress(httpx.HTTPError):
            await client.get("/api/version")
        assert (await client.get("/api/version")).json()["session_name"] == "session_two"
        assert backend.link.connected == 1


async def test_the_port_of_loopback_leads_to_a_ray_that_comes_back_elsewhere_and_behind_another_sshd(
    head: Sshd, usual: int, start: StartStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dashboard_port, "AGAIN_S", 0.0)
    where = replace(destination(head, Endpoint(HERE, usual)), port_named=False, accept_new_host_key=True)
    async with cable(head.port) as between:
        backend = SshBackend(replace(where, port=between.port), environ={})
        running = start("session_0", port=usual)
        async with dashboard_url(backend, 0) as url:
            for number, breaks in enumerate((lambda: None, between.cut, lambda: None)):
                assert await _told_at(url) == f"session_{number}"
                breaks()
                psutil.Process(running.pid).kill()
                await ended(running.pid)
                running = start(f"session_{number + 1}", port=usual + number + 1)
            assert await _told_at(url) == "session_3"
        await backend.aclose()
        assert backend.link.connected == 2


async def _told_at(url: str) -> str:
    """Return the session that is told at an address, once one is."""
    with anyio.fail_after(PATIENCE_S):
        while True:
            async with httpx.AsyncClient(base_url=url, trust_env=False) as client:
                with contextlib.suppress(httpx.HTTPError):
                    answer = await client.get("/api/version")
                    if answer.is_success:
                        return str(answer.json()["session_name"])
            await anyio.sleep(0.1)


async def test_a_dashboard_that_wants_a_token_is_ray_all_the_same(head: Sshd, usual: int, start: StartStandIn) -> None:
    start("session_one", port=usual, token="1")
    async with opened(head, usual) as backend, backend.http(backend.dashboard) as client:
        assert (await client.get("/api/version")).status_code == 401
        assert backend.dashboard.port == usual


async def test_in_a_container_the_sessions_are_asked_for_only_where_the_usual_port_is_silent(
    head: Sshd, usual: int, start: StartStandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    start("session_theirs", port=usual)
    start("session_latest_of_all", port=usual + 1)
    latest(tmp_path, "session_latest_of_all")
    async with opened(head, usual, container=Container("no-such-engine", "ray")) as backend:
        assert await session_of(backend) == "session_theirs"


def test_what_names_a_port_ends_the_search() -> None:
    target = SshTarget("head")
    assert not destination_of(target, ConnectOptions()).port_named
    named = destination_of(target, ConnectOptions(dashboard_port=8265))
    assert (named.port_named, named.dashboard.port) == (True, 8265)


def test_skypilots_own_is_chosen_only_where_ray_itself_would_take_it() -> None:
    assert chosen({8266: "session_sky"}, 8265, "") is None
    assert chosen({8266: "session_sky"}, 8265, "session_sky") == 8266
    assert chosen({8266: "session_sky", 8267: "session_one"}, 8265, "session_one") == 8267
    assert chosen({8267: "session_one"}, 8265, "session_gone") == 8267
    assert chosen({8265: "session_theirs", 8267: ""}, 8265, "session_gone") == 8265
    assert chosen({8267: ""}, 8265, "") is None
    assert "SkyPilot" in listed({8266: "session_sky"})


def test_ones_own_only_session_is_meant_but_never_skypilots() -> None:
    mine = Process(ours=True, session="mine", gcs_address="a:1")
    sky = Process(ours=True, session="sky", gcs_address="a:2", skypilot=True)
    theirs = Process(ours=False, session="theirs", gcs_address="a:3")
    assert Sessions(latest="theirs", processes=(mine, sky, theirs)).meant == "mine"
    assert Sessions(processes=(sky, theirs)).meant == ""
    assert Sessions(current="a:3", processes=(sky, theirs)).meant == "theirs"
    assert Sessions(current="a:9", latest="late", processes=(theirs,)).meant == "late"


def test_what_the_head_prints_is_read_whatever_stands_around_it() -> None:
    text = (
        "Welcome!\ncurrent=10.0.0.5:6379\nlatest=session_b\n--port=1\ndashboard=ours\n--port=8300\n"
        "--session-dir=/tmp/ray_skypilot/session_a\ndashboard=theirs\n--port=none\n--session-name=session_c\n"
    )
    told = sessions_in(text)
    assert (told.current, told.latest) == ("10.0.0.5:6379", "session_b")
    first, second = told.processes
    assert (first.ours, first.session, first.asked_for, first.skypilot) == (True, "session_a", 8300, True)
    assert (second.ours, second.session, second.asked_for, second.skypilot) == (False, "session_c", None, False)
    assert told.ports(8265) == (*range(8266, 8276), 8300)
    assert in_a_row(told.ports(8265)) == "8266-8275, 8300"
    assert Sessions().ports(65530) == tuple(range(65531, 65536))
