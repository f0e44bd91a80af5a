"""Whoever is cancelled, or loses the connection, in whatever moment: nothing stays behind, and what is told is told."""

from __future__ import annotations

import asyncio
import gc
import itertools
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import anyio
import psutil
import pytest
from anyio.abc import ByteStream
from broken_cable import Cable, cable
from listening import HERE, echoing
from ssh_home import destination, running_sshd_at_home
from sshd import Sshd, below
from words import PATIENCE_S, says

from raymon_tui.backends.base import Endpoint
from raymon_tui.backends.errors import RaymonError, TimedOutError
from raymon_tui.backends.ssh import link as ssh_link
from raymon_tui.backends.ssh.backend import SshBackend
from raymon_tui.backends.ssh.description import SshDestination

MOMENTS = 12
"""So many moments of what is done, from before its first to after its last."""
Work = Callable[[SshBackend], Awaitable[object]]


@pytest.fixture
def sshd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sshd]:
    with running_sshd_at_home(tmp_path, monkeypatch) as running:
        yield running


@pytest.fixture
async def backend(sshd: Sshd) -> AsyncIterator[SshBackend]:
    opened = SshBackend(destination(sshd), environ={})
    yield opened
    await opened.aclose()


class Guests:
    """Counts connections that are open to a port which says nothing."""

    def __init__(self) -> None:
        self.now = self.ever = 0
        self.where = Endpoint(HERE, 0)

    async def receive(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.now, self.ever = self.now + 1, self.ever + 1
        await reader.read()
        self.now -= 1
        writer.close()


@asynccontextmanager
async def receiving() -> AsyncIterator[Guests]:
    guests = Guests()
    server = await asyncio.start_server(guests.receive, HERE, 0)
    guests.where = Endpoint(HERE, server.sockets[0].getsockname()[1])
    async with server:
        yield guests


async def until(happened: Callable[[], bool]) -> None:
    with anyio.fail_after(PATIENCE_S):
        while not happened():  # noqa: ASYNC110 - threads and processes tell no event loop of their end
            await anyio.sleep(0.02)


async def given_up(work: Callable[[], Awaitable[object]]) -> None:
    """Do something whole, then again and again, cancelled in one moment after the other."""
    began = anyio.current_time()
    await work()
    took_s = anyio.current_time() - began
    for moment in range(MOMENTS):
        with anyio.move_on_after(1.2 * took_s * moment / MOMENTS):
            await work()


def channels(backend: SshBackend) -> int:
    gc.collect()
    return sum(len(hop._channels) for hop in backend.link.hops)


def threads() -> int:
    return sum(thread.name == "ssh" for thread in threading.enumerate())


async def test_whoever_waits_for_bytes_is_told_that_the_connection_was_closed_from_here(backend: SshBackend) -> None:
    async with receiving() as guests:
        stream = await backend.dial(guests.where)
        with anyio.fail_after(PATIENCE_S):
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(is_told, stream)
                await anyio.wait_all_tasks_blocked()
                await stream.aclose()


async def is_told(stream: ByteStream) -> None:
    with pytest.raises(anyio.BrokenResourceError):
        await stream.receive()


async def test_a_dial_that_is_given_up_leaves_no_channel_thread_or_connection(backend: SshBackend) -> None:
    await backend.connect()
    async with receiving() as guests:

        async def dial() -> None:
            await (await backend.dial(guests.where)).aclose()

        await given_up(dial)
        await until(lambda: (guests.now, channels(backend), threads()) == (0, 0, 0))
        assert guests.ever > 1
    assert backend.link.connected == 1


async def test_a_command_that_is_given_up_is_ended_on_the_head(backend: SshBackend, sshd: Sshd) -> None:
    numbers = itertools.count()

    async def run() -> None:
        # The first one ends; the others would not for long.
        await backend.run(("sleep", "0.05" if next(numbers) == 0 else "600"), timeout_s=900)

    await backend.connect()
    await given_up(run)
    await until(lambda: (len(below(sshd)), channels(backend), threads()) == (0, 0, 0))
    assert backend.link.connected == 1


async def test_a_file_whose_reader_has_gone_leaves_nothing(backend: SshBackend, sshd: Sshd, tmp_path: Path) -> None:
    path = tmp_path / "large"
    path.write_bytes(bytes(2 << 20))

    async def read() -> None:
        assert len(await backend.read(str(path), limit=2 << 20)) == 2 << 20

    await backend.connect()
    await given_up(read)
    await until(lambda: (len(below(sshd)), channels(backend), threads()) == (0, 0, 0))
    assert backend.link.connected == 1


async def test_closing_while_it_connects_leaves_no_connection(sshd: Sshd) -> None:
    took_s, began = 0.0, anyio.current_time()
    for moment in range(MOMENTS):
        backend = SshBackend(destination(sshd), environ={})
        with anyio.move_on_after(1.2 * took_s * moment / MOMENTS if took_s else None):
            await backend.connect()
        took_s = took_s or anyio.current_time() - began
        await backend.aclose()

    def connected() -> int:
        return len(psutil.Process(sshd.pid).children())

    await until(lambda: (connected(), threads()) == (0, 0))


async def test_closing_a_connection_that_a_question_holds_up_ends_the_question(sshd: Sshd, tmp_path: Path) -> None:
    asked, gone = anyio.Event(), anyio.Event()

    class Slow:
        async def trusts(self, question: object) -> bool:
            asked.set()
            try:
                await anyio.sleep_forever()
            finally:
                gone.set()
            return True

        async def secret(self, question: object) -> None:
            return None

    sshd.known_hosts.write_text("")
    backend = SshBackend(destination(sshd), environ={}, asking=Slow())
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(_connect, backend)
        with anyio.fail_after(PATIENCE_S):
            await asked.wait()
            await backend.aclose()
            await gone.wait()
    await until(lambda: threads() == 0)


async def _connect(backend: SshBackend) -> None:
    with pytest.raises((RaymonError, asyncio.CancelledError)):
        await backend.connect()


@pytest.fixture
async def cabled(sshd: Sshd) -> AsyncIterator[tuple[SshBackend, Cable]]:
    async with cable(sshd.port) as between:
        where: SshDestination = replace(destination(sshd), port=between.port, accept_new_host_key=True)
        backend = SshBackend(where, environ={})
        await backend.connect()
        yield backend, between
        between.put_in()
        await backend.aclose()


@pytest.mark.parametrize("patience_s", [0.1, 10.0])
async def test_what_is_opened_after_its_caller_has_gone_is_closed(
    cabled: tuple[SshBackend, Cable], monkeypatch: pytest.MonkeyPatch, patience_s: float
) -> None:
    backend, between = cabled
    monkeypatch.setattr(ssh_link, "OPEN_S", 0.3)
    monkeypatch.setattr(ssh_link, "PROBE_S", PATIENCE_S)
    async with receiving() as guests:
        between.pull_out()
        async with anyio.create_task_group() as tasks:

            async def dial() -> None:
                with anyio.move_on_after(patience_s), pytest.raises(TimedOutError):
                    await backend.dial(guests.where)

            tasks.start_soon(dial)
            await anyio.sleep(1.0)
            between.put_in()
        await until(lambda: guests.ever == 1)
        await until(lambda: (guests.now, channels(backend), threads()) == (0, 0, 0))
    assert backend.link.connected == 1


async def _dial(backend: SshBackend) -> None:
    async with echoing() as echo, await backend.dial(echo) as stream:
        try:
            for _ in range(3):
                await stream.send(b"x" * 100_000)
                await stream.receive()
        except (anyio.EndOfStream, anyio.BrokenResourceError):
            pass


async def _run(backend: SshBackend) -> None:
    await backend.run(("sh", "-c", "echo here; sleep 0.05; echo there"))


async def _read(backend: SshBackend) -> None:
    await backend.read("/bin/sh", limit=1 << 17)


@pytest.mark.parametrize("work", [_dial, _run, _read])
async def test_a_connection_that_is_lost_in_whatever_moment_is_told_in_our_words(
    cabled: tuple[SshBackend, Cable], monkeypatch: pytest.MonkeyPatch, work: Work
) -> None:
    monkeypatch.setattr(ssh_link, "AGAIN_S", 0.02)
    backend, between = cabled
    told: list[RaymonError] = []

    async def fare() -> None:
        try:
            await work(backend)
        except RaymonError as error:
            told.append(error)

    began = anyio.current_time()
    await work(backend)
    took_s = anyio.current_time() - began
    for moment in range(MOMENTS):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(fare)
            await anyio.sleep(1.2 * took_s * moment / MOMENTS)
            between.cut()
        with anyio.fail_after(PATIENCE_S):
            await connected_again(backend)
    for error in told:
        says(error, "")
        assert "Exception" not in f"{error} {error.advice}"
    await until(lambda: threads() == 0)


async def connected_again(backend: SshBackend) -> None:
    while not await _runs(backend):  # noqa: ASYNC110 - that is what a poller does
        await anyio.sleep(0.02)


async def _runs(backend: SshBackend) -> bool:
    try:
        await backend.run(("true",))
    except RaymonError:
        return False
    return True
