"""A link that breaks again and again leaves nothing behind: counted exactly, once everything has come to rest."""

from __future__ import annotations

import contextlib
import gc
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import anyio
import httpx
import psutil
import pytest
from listening import recording
from ssh_home import destination, running_sshd_at_home
from sshd import Sshd, below
from words import PATIENCE_S

from raymon_tui.backends.base import Endpoint
from raymon_tui.backends.ssh import link as ssh_link
from raymon_tui.backends.ssh import relay
from raymon_tui.backends.ssh.backend import SshBackend

pytestmark = pytest.mark.slow

EARLY = 5
AT_REST = 10
"""So many looks in a row see the same where nothing changes any more."""


class Held(NamedTuple):
    """What this process has, and what the server has for it."""

    descriptors: int
    threads: int
    children: int
    channels: int
    connections: int
    commands: int


@pytest.fixture
def forwards() -> bool:
    return True


@pytest.fixture
def sshd(forwards: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sshd]:
    with running_sshd_at_home(tmp_path, monkeypatch, f"AllowTcpForwarding {'yes' if forwards else 'no'}") as running:
        yield running


def held(backend: SshBackend, sshd: Sshd) -> Held:
    gc.collect()
    us = psutil.Process()
    return Held(
        us.num_fds(),
        threading.active_count(),
        len([child for child in us.children() if child.pid != sshd.pid]),
        sum(len(hop._channels) for hop in backend.link.hops),
        len(psutil.Process(sshd.pid).children()),
        len(below(sshd)),
    )


async def at_rest(backend: SshBackend, sshd: Sshd) -> Held:
    """Return what is held once that changes no more."""
    last, looks = held(backend, sshd), 0
    with anyio.fail_after(PATIENCE_S):
        while looks < AT_REST:
            await anyio.sleep(0.05)
            now = held(backend, sshd)
            looks = looks + 1 if now == last else 0
            last = now
    return last


async def ask_and_break(backend: SshBackend, sshd: Sshd, endpoint: Endpoint, round_: int) -> None:
    """Ask for everything that the monitor asks for, and then lose the connection, on this side or on the other."""
    async with backend.http(endpoint) as client:
        assert (await client.get("/")).is_success
        if round_ % 4 == 0:
            assert (await backend.run(("echo", "here"))).stdout == b"here\n"
            assert await backend.read("/etc/hostname") is not None
        transport = await backend.link.transport()
        if round_ % 2:
            transport.close()
        else:
            for process in psutil.Process(sshd.pid).children(recursive=True):
                with contextlib.suppress(psutil.NoSuchProcess):
                    process.kill()
        with anyio.fail_after(PATIENCE_S):
            while transport.is_alive():  # noqa: ASYNC110 - a thread that ends tells no event loop
                await anyio.sleep(0.005)
        with contextlib.suppress(httpx.HTTPError):
            await client.get("/")


@pytest.mark.parametrize(("forwards", "late"), [(True, 100), (False, 15)])
async def test_a_hundred_reconnects_leave_exactly_what_five_left(
    sshd: Sshd, late: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ssh_link, "AGAIN_S", 0.0)
    monkeypatch.setattr(relay, "AGAIN_S", 0.0)
    backend = SshBackend(destination(sshd), environ={})
    before = held(backend, sshd)
    async with recording() as (endpoint, _):
        counted: list[Held] = []
        for round_ in range(late + 1):
            if round_ in (EARLY, late):
                # One that passes bytes on runs from here on, where there is one.
                await (await backend.dial(endpoint)).aclose()
                counted.append(await at_rest(backend, sshd))
            if round_ < late:
                await ask_and_break(backend, sshd, endpoint, round_)
        assert backend.link.connected > late
        await backend.aclose()
        closed = await at_rest(backend, sshd)
    assert counted[0] == counted[1]
    # A cluster that other tests of this process use may be among the children.
    assert (closed.children, closed.connections, closed.commands) == (before.children, 0, 0)
