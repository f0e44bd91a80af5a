"""The monitor on a real cluster behind a real OpenSSH server, when what lies between breaks: the picture stays, aged.

An outage is told from its end only by what it outlasts. So that these tests last no minutes, the limits that decide
whether a connection is given up are shortened where a test says so; a silence longer than they are then stands for
one of five minutes.
"""

from __future__ import annotations

import contextlib
import signal
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import anyio
import psutil
import pytest
from broken_cable import Cable, cable
from ssh_home import destination, running_sshd_at_home
from sshd import Sshd, running_sshd
from watching import until
from words import ended

from raymon_tui.backends.base import Endpoint
from raymon_tui.backends.ssh import link as ssh_link
from raymon_tui.backends.ssh.backend import SshBackend
from raymon_tui.backends.ssh.description import SshDestination
from raymon_tui.cluster.feeds.catalogue import NODES
from raymon_tui.cluster.monitor import Monitor
from raymon_tui.cluster.snapshot import Snapshot
from raymon_tui.tui.demo.cluster import RunningCluster

HOUR_S = 3600.0
AGED_S = 4.0
"""Several times what a reading is old when all is well."""


class Clock:
    """The time of day, which went on while the machine slept."""

    def __init__(self) -> None:
        self.slept_s = 0.0

    def __call__(self) -> float:
        return time.time() + self.slept_s


@pytest.fixture
def sshd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sshd]:
    with running_sshd_at_home(tmp_path, monkeypatch) as server:
        yield server


@pytest.fixture
def where(sshd: Sshd, ray_cluster: RunningCluster) -> SshDestination:
    return replace(destination(sshd, Endpoint(ray_cluster.host, ray_cluster.port)), accept_new_host_key=True)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give a connection up after half a second's silence, in place of nine."""
    monkeypatch.setattr(ssh_link, "OPEN_S", 0.3)
    monkeypatch.setattr(ssh_link, "PROBE_S", 0.2)


@asynccontextmanager
async def watched(where: SshDestination, clock: Clock | None = None) -> AsyncIterator[tuple[Monitor, SshBackend]]:
    """Run a monitor there that looks at nodes; the block begins with its first picture."""
    backend = SshBackend(where, environ={})
    monitor = Monitor(backend, refresh_s=0.5, clock=clock or time.time)
    monitor.want("test", (NODES,))
    try:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(monitor.run)
            await until(monitor, is_whole)
            yield monitor, backend
            tasks.cancel_scope.cancel()
    finally:
        await monitor.aclose()
        await backend.aclose()


@asynccontextmanager
async def behind_a_cable(where: SshDestination) -> AsyncIterator[tuple[Cable, SshDestination]]:
    assert where.port is not None
    async with cable(where.port) as between:
        yield between, replace(where, port=between.port)


def is_whole(snapshot: Snapshot) -> bool:
    return snapshot.link.state == "live" and bool(snapshot.value(NODES)) and snapshot.reading(NODES).error is None


def is_aged(snapshot: Snapshot) -> bool:
    return snapshot.link.state == "lost" and bool(snapshot.value(NODES))


async def test_five_seconds_without_a_cable_cost_neither_the_picture_nor_the_connection(where: SshDestination) -> None:
    async with behind_a_cable(where) as (between, there), watched(there) as (monitor, backend):
        between.pull_out()
        aged = await until(monitor, is_aged)
        assert aged.link.said
        assert any(finding.id == "link-lost" for finding in aged.findings)
        between.put_in()
        whole = await until(monitor, is_whole)
        assert (whole.reading(NODES).read_at or 0.0) > (aged.reading(NODES).read_at or 0.0)
        assert backend.link.connected == 1


@pytest.mark.usefixtures("impatient")
async def test_after_minutes_without_a_cable_another_connection_is_made_by_itself(where: SshDestination) -> None:
    async with behind_a_cable(where) as (between, there), watched(there) as (monitor, backend):
        between.pull_out()
        await until(monitor, is_aged)
        with anyio.fail_after(60):
            while backend.link.connection:  # noqa: ASYNC110 - a connection that is given up tells nobody
                await anyio.sleep(0.1)
        assert monitor.snapshot.value(NODES)
        between.put_in()
        await until(monitor, is_whole)
        assert backend.link.connected == 2


async def test_over_a_slow_cable_the_picture_stays_and_ages_on_the_same_connection(where: SshDestination) -> None:
    async with behind_a_cable(where) as (between, there), watched(there) as (monitor, backend):
        between.slow_down(500)
        slow = monitor.snapshot
        aged = await until(monitor, lambda snapshot: snapshot.at - (snapshot.reading(NODES).read_at or 0.0) > AGED_S)
        assert aged.value(NODES) == slow.value(NODES)
        between.speed_up()
        await until(monitor, lambda snapshot: is_whole(snapshot) and snapshot.at - slow.at > AGED_S)
        await until(monitor, lambda snapshot: (snapshot.reading(NODES).read_at or 0.0) > aged.at)
        assert backend.link.connected == 1


async def test_a_server_that_is_restarted_is_watched_on(sshd: Sshd, where: SshDestination) -> None:
    async with watched(where) as (monitor, backend):
        server = psutil.Process(sshd.pid)
        for process in (*server.children(recursive=True), server):
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        await ended(sshd.pid)
        await until(monitor, is_aged)
        with running_sshd(sshd.folder, port=sshd.port):
            await until(monitor, is_whole)
            assert backend.link.connected == 2


@pytest.mark.usefixtures("impatient")
async def test_a_laptop_that_slept_looks_at_once_and_connects_anew(where: SshDestination) -> None:
    clock = Clock()
    async with behind_a_cable(where) as (between, there), watched(there, clock) as (monitor, backend):
        asleep = monitor.snapshot.reading(NODES).read_at or 0.0
        between.pull_out()
        clock.slept_s = HOUR_S
        # Whatever was in between has forgotten the connection: nothing of it is answered, and new ones are.
        between.forget()
        await until(
            monitor,
            lambda snapshot: is_whole(snapshot) and (snapshot.reading(NODES).read_at or 0.0) - asleep >= HOUR_S,
        )
        assert backend.link.connected == 2


async def test_a_head_that_has_moved_is_watched_at_its_new_address(
    sshd: Sshd, where: SshDestination, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    address, asked = ["127.0.0.1"], []

    def find_host() -> str:
        asked.append(address[0])
        return address[0]

    folder = tmp_path / "moved"
    folder.mkdir()
    (folder / "authorized_keys").write_text((sshd.folder / "user_ed25519.pub").read_text())
    with running_sshd(folder, f"AuthorizedKeysFile {sshd.folder}/authorized_keys", port=sshd.port, host="127.0.0.2"):
        async with watched(replace(where, find_host=find_host)) as (monitor, backend):
            address[0] = "127.0.0.2"
            for process in psutil.Process(sshd.pid).children(recursive=True):
                with contextlib.suppress(psutil.NoSuchProcess):
                    process.send_signal(signal.SIGKILL)
            await until(monitor, lambda snapshot: is_whole(snapshot) and backend.link.connected == 2)
            assert asked == ["127.0.0.1", "127.0.0.2"]
            assert backend.link.hops[0].getpeername()[0] == "127.0.0.2"
