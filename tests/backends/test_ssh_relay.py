"""Servers that forbid forwarding: one command on the head passes all bytes on, over one session."""

from __future__ import annotations

import ast
import asyncio
import os
import sys
from collections.abc import AsyncIterator, Iterator
from importlib import resources
from pathlib import Path

import anyio
import psutil
import pytest
from anyio.abc import ByteStream
from listening import HERE, closed_port, echoing, pouring, recording, silent
from ssh_home import destination, make_home, running_sshd_at_home, settings_for
from sshd import Sshd, below, running_sshd
from words import PATIENCE_S, ended, says

from raymon_tui.backends.base import Endpoint
from raymon_tui.backends.errors import TimedOutError, UnreachableError
from raymon_tui.backends.ssh import relay
from raymon_tui.backends.ssh.backend import SshBackend

MUTE = 20


@pytest.fixture
def sshd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sshd]:
    """A server that forbids forwarding and allows two sessions."""
    with running_sshd_at_home(tmp_path, monkeypatch, "AllowTcpForwarding no", "MaxSessions 2") as running:
        yield running


@pytest.fixture
async def backend(sshd: Sshd) -> AsyncIterator[SshBackend]:
    opened = SshBackend(destination(sshd), environ={})
    yield opened
    await opened.aclose()


def programs_of(sshd: Sshd) -> list[psutil.Process]:
    """The processes on the head that pass bytes on."""
    return below(sshd, "python")


async def send_all(stream: ByteStream, data: bytes) -> None:
    await stream.send(data)
    await stream.send_eof()


async def carried(endpoint: Endpoint, backend: SshBackend, data: bytes) -> bytes:
    """Return what comes back of `data`."""
    received = bytearray()
    async with await backend.dial(endpoint) as stream, anyio.create_task_group() as tasks:
        tasks.start_soon(send_all, stream, data)
        async for part in stream:
            received += part
    return bytes(received)


async def test_twenty_agents_that_never_answer_leave_sessions_for_commands_and_a_healthy_one_alone(
    backend: SshBackend, sshd: Sshd
) -> None:
    async with echoing() as mute, recording() as (endpoint, _), backend.http(endpoint) as client:
        hung = [await backend.dial(mute) for _ in range(MUTE)]
        with anyio.fail_after(PATIENCE_S):
            for _ in range(3):
                assert (await client.get("/metrics")).is_success
                assert (await backend.run(("echo", "here"))).stdout == b"here\n"
        assert len(programs_of(sshd)) == 1
        assert backend.relays
        for stream in hung:
            await stream.aclose()
    assert backend.link.connected == 1


async def test_a_stream_that_nobody_reads_holds_up_no_other(backend: SshBackend) -> None:
    async with pouring() as endless, echoing() as echo:
        unread = [await backend.dial(endless) for _ in range(3)]
        with anyio.fail_after(PATIENCE_S):
            for stream in unread:
                # So it has begun; what follows fills its window, and stays.
                await stream.receive(1)
            assert await carried(echo, backend, b"meanwhile") == b"meanwhile"
            for stream in unread:
                seen = 0
                while seen < 8 << 20:
                    seen += len(await stream.receive())
        for stream in unread:
            await stream.aclose()


async def test_what_nobody_takes_on_the_head_holds_up_no_other_stream(backend: SshBackend) -> None:
    release = asyncio.Event()
    taken = 0

    async def hold(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal taken
        await release.wait()
        while data := await reader.read(1 << 16):
            taken += len(data)
        writer.close()

    held = await asyncio.start_server(hold, HERE, 0)
    async with held, echoing() as echo:
        much = bytes(16 << 20)
        stream = await backend.dial(Endpoint(HERE, held.sockets[0].getsockname()[1]))
        with anyio.fail_after(PATIENCE_S):
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(send_all, stream, much)
                for _ in range(3):
                    assert await carried(echo, backend, b"meanwhile") == b"meanwhile"
                assert taken == 0
                release.set()
            with pytest.raises(anyio.EndOfStream):
                await stream.receive()
        assert taken == len(much)
        await stream.aclose()


async def test_megabytes_arrive_as_they_were_sent_on_several_streams_at_once(backend: SshBackend) -> None:
    async with echoing() as echo:

        async def check() -> None:
            data = os.urandom((3 << 20) + 7)
            assert await carried(echo, backend, data) == data

        with anyio.fail_after(PATIENCE_S):
            async with anyio.create_task_group() as tasks:
                for _ in range(4):
                    tasks.start_soon(check)


async def test_a_port_that_cannot_be_reached_is_told_in_the_systems_words(backend: SshBackend) -> None:
    port = closed_port()
    with pytest.raises(UnreachableError) as caught:
        await backend.dial(Endpoint(HERE, port))
    says(caught.value, str(port))
    assert "refused" in caught.value.said
    with pytest.raises(UnreachableError) as caught:
        await backend.dial(Endpoint("no-such-host.invalid", 1))
    says(caught.value, "no-such-host.invalid")
    with silent() as endpoint, pytest.raises(TimedOutError) as late:
        await backend.dial(endpoint)
    says(late.value, str(endpoint))


async def test_whoever_gives_up_leaves_no_connection_on_the_head(backend: SshBackend) -> None:
    gone = anyio.Event()

    async def notice(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert not await reader.read(1)
        gone.set()
        writer.close()

    server = await asyncio.start_server(notice, HERE, 0)
    async with server, echoing() as echo:
        await carried(echo, backend, b"so it runs")
        dialled: list[ByteStream] = []

        async def dial() -> None:
            dialled.append(await backend.dial(Endpoint(HERE, server.sockets[0].getsockname()[1])))

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(dial)
            await anyio.lowlevel.checkpoint()
            tasks.cancel_scope.cancel()
        assert not dialled
        with anyio.fail_after(PATIENCE_S):
            await gone.wait()
        assert await carried(echo, backend, b"and still runs") == b"and still runs"


async def test_a_program_that_was_killed_is_started_again(backend: SshBackend, sshd: Sshd) -> None:
    async with echoing() as echo:
        stream = await backend.dial(echo)
        (program,) = programs_of(sshd)
        program.kill()
        with anyio.fail_after(PATIENCE_S), pytest.raises(anyio.BrokenResourceError):
            await stream.receive()
        with anyio.fail_after(PATIENCE_S):
            assert await carried(echo, backend, b"again") == b"again"
        assert [process.pid for process in programs_of(sshd)] != [program.pid]
        assert backend.link.connected == 1


async def test_a_program_that_stands_still_is_given_up(
    backend: SshBackend, sshd: Sshd, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay, "OPEN_WITHIN_S", 0.5)
    monkeypatch.setattr(relay, "SILENT_S", 0.4)
    async with echoing() as echo:
        assert await carried(echo, backend, b"runs") == b"runs"
        (program,) = programs_of(sshd)
        program.suspend()
        with anyio.fail_after(PATIENCE_S):
            while True:
                try:
                    await carried(echo, backend, b"again")
                    break
                except UnreachableError:
                    continue
        assert {process.pid for process in programs_of(sshd)} - {program.pid}
        program.kill()
        assert backend.link.connected == 1


async def test_nothing_stays_on_the_head(backend: SshBackend, sshd: Sshd) -> None:
    async with echoing() as echo:
        await backend.dial(echo)
        (program,) = programs_of(sshd)
        await backend.aclose()
        await ended(program.pid)


@pytest.mark.parametrize("there", [True, False])
async def test_a_python_that_only_a_login_shell_finds_will_do_and_none_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, there: bool
) -> None:
    folder, programs = tmp_path / "sshd", tmp_path / "programs"
    folder.mkdir()
    programs.mkdir()
    for name in ("sh", "bash"):
        (programs / name).symlink_to(f"/bin/{name}")
    path = f"{programs}:{Path(sys.executable).parent}" if there else programs
    (tmp_path / ".bash_profile").write_text(f"echo welcome; PATH={path}\n")
    settings = ("AllowTcpForwarding no", f"SetEnv PATH={programs} HOME={tmp_path}")
    with running_sshd(folder, *settings) as running:
        make_home(tmp_path / "home", monkeypatch, *settings_for(running))
        backend = SshBackend(destination(running), environ={})
        async with echoing() as echo:
            if there:
                assert await carried(echo, backend, b"here") == b"here"
            else:
                with pytest.raises(UnreachableError) as caught:
                    await backend.dial(echo)
                says(caught.value, str(echo))
                assert "forwarding is forbidden there" in caught.value.said
                assert "python3" in caught.value.said
        await backend.aclose()


def test_the_program_runs_on_any_python_from_3_6_on() -> None:
    text = resources.files("raymon_tui.backends.ssh").joinpath("relay_program.py").read_text()
    tree = ast.parse(text, feature_version=(3, 6))
    imported = {name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names}
    assert imported <= sys.stdlib_module_names
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom | ast.NamedExpr)]
