"""When the link breaks: it comes back by itself, and meanwhile nothing waits for ever."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import anyio
import httpx
import pytest
from broken_cable import Cable, cable
from listening import pouring, recording
from ssh_home import destination, make_home, settings_for
from sshd import Sshd, running_sshd

from raymon_tui.backends.base import Endpoint
from raymon_tui.backends.errors import TimedOutError
from raymon_tui.backends.ssh import link as ssh_link
from raymon_tui.backends.ssh.backend import SshBackend

pytestmark = pytest.mark.slow

PATIENCE_S = 60.0


@pytest.fixture(scope="module")
def sshd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sshd]:
    with running_sshd(tmp_path_factory.mktemp("sshd")) as running:
        yield running


@asynccontextmanager
async def behind_a_cable(
    sshd: Sshd, home: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[tuple[SshBackend, Cable]]:
    make_home(home, monkeypatch, *settings_for(sshd))
    async with cable(sshd.port) as between:
        where = replace(destination(sshd), port=between.port, accept_new_host_key=True)
        backend = SshBackend(where, environ={})
        try:
            yield backend, between
        finally:
            between.put_in()
            await backend.aclose()


async def answers(client: httpx.AsyncClient, within_s: float = 3.0) -> bool:
    try:
        with anyio.fail_after(within_s):
            return (await client.get("/", timeout=within_s)).is_success
    except (httpx.HTTPError, TimeoutError):
        return False


async def comes_back(client: httpx.AsyncClient) -> None:
    with anyio.fail_after(PATIENCE_S):
        while not await answers(client):  # noqa: ASYNC110 - that is what a poller does
            await anyio.sleep(0.2)


async def test_a_short_silence_is_sat_out_on_the_same_connection(
    sshd: Sshd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with behind_a_cable(sshd, tmp_path, monkeypatch) as (backend, between), recording() as (endpoint, _):
        async with backend.http(endpoint) as client:
            assert await answers(client)
            between.pull_out()
            assert not await answers(client, 1.0)
            between.put_in()
            await comes_back(client)
        assert backend.link.connected == 1


async def test_a_long_silence_is_noticed_and_another_connection_made(
    sshd: Sshd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with behind_a_cable(sshd, tmp_path, monkeypatch) as (backend, between), recording() as (endpoint, _):
        async with backend.http(endpoint) as client:
            assert await answers(client)
            between.pull_out()
            first = await backend.link.transport()
            with anyio.fail_after(PATIENCE_S):
                while first.is_active():
                    assert not await answers(client)
            between.put_in()
            await comes_back(client)
        assert backend.link.connected == 2


async def test_connections_that_are_cut_are_made_again_at_once(
    sshd: Sshd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with behind_a_cable(sshd, tmp_path, monkeypatch) as (backend, between), recording() as (endpoint, _):  # noqa: SIM117
        async with backend.http(endpoint) as client:
            for round_ in range(1, 6):
                await comes_back(client)
                assert backend.link.connected == round_
                first = await backend.link.transport()
                between.cut()
                with anyio.fail_after(PATIENCE_S):
                    while first.is_active():  # noqa: ASYNC110 - a thread that ends tells no event loop
                        await anyio.sleep(0.01)


async def test_a_command_that_was_running_says_that_the_connection_was_lost(
    sshd: Sshd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from raymon_tui.backends.errors import UnreachableError

    async with behind_a_cable(sshd, tmp_path, monkeypatch) as (backend, between):
        assert (await backend.run(("true",))).returncode == 0
        async with anyio.create_task_group() as tasks:

            async def run() -> None:
                with pytest.raises(UnreachableError):
                    await backend.run(("sh", "-c", "sleep 30"), timeout_s=60)
                tasks.cancel_scope.cancel()

            tasks.start_soon(run)
            await anyio.sleep(1.0)
            between.cut()
            with anyio.fail_after(PATIENCE_S):
                await anyio.sleep_forever()


async def test_a_dead_port_does_not_cost_the_connection(
    sshd: Sshd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with behind_a_cable(sshd, tmp_path, monkeypatch) as (backend, _):
        for port in (1, 2, 3):
            async with backend.http(Endpoint("127.0.0.1", port)) as client:
                assert not await answers(client, 10.0)
        assert backend.link.connected == 1


async def test_a_cable_that_is_slow_costs_no_connection(
    sshd: Sshd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ssh_link, "OPEN_S", 0.3)
    monkeypatch.setattr(ssh_link, "PROBE_S", 1.0)
    async with behind_a_cable(sshd, tmp_path, monkeypatch) as (backend, between), pouring() as endless:
        async with recording() as (endpoint, _), await backend.dial(endless) as stream:
            # What is on its way already comes before whatever is asked from now on.
            await stream.receive(1)
            between.slow_down(20_000)
            for _ in range(3):
                with pytest.raises(TimedOutError):
                    await backend.dial(endpoint)
            await stream.aclose()
            between.speed_up()
            async with backend.http(endpoint) as client:
                await comes_back(client)
        assert backend.link.connected == 1
