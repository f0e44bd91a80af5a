"""One connection by SSH: what goes through it, and what is left when it goes."""

from __future__ import annotations

import asyncio
import contextlib
import os
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import anyio
import httpx
import psutil
import pytest
from answering import opened, works
from listening import closed_port, echoing, recording
from ssh_home import destination
from sshd import Sshd, running_sshd

from raymon_tui.backends.base import ConnectOptions, Endpoint
from raymon_tui.backends.errors import UnreachableError
from raymon_tui.backends.ssh.backend import SshBackend


async def test_a_server_that_forbids_forwarding_is_relayed_through(tmp_path: Path, home: Path) -> None:
    folder = tmp_path / "strict"
    folder.mkdir()
    with running_sshd(folder, "AllowTcpForwarding no") as strict:
        async with opened(replace(destination(strict), accept_new_host_key=True)) as backend:
            async with recording() as (endpoint, requests), backend.http(endpoint) as client:
                await client.get("/metrics")
            assert len(requests) == 1
            assert backend.relays
            sent, received = os.urandom(1 << 20), bytearray()
            async with echoing() as echo, await backend.dial(echo) as stream, anyio.create_task_group() as tasks:
                tasks.start_soon(_send, stream, sent)
                async for chunk in stream:
                    received += chunk
            assert bytes(received) == sent
            with pytest.raises(UnreachableError):
                await backend.dial(Endpoint("127.0.0.1", closed_port()))


async def _send(stream: anyio.abc.ByteStream, data: bytes) -> None:
    await stream.send(data)
    await stream.send_eof()


async def test_a_login_shell_that_chatters_spoils_nothing(tmp_path: Path, home: Path) -> None:
    folder = tmp_path / "chatty"
    folder.mkdir()
    line = "ForceCommand sh -c 'echo Welcome to the machine; echo careful >&2; exec sh -c \"$SSH_ORIGINAL_COMMAND\"'"
    with running_sshd(folder, line, "Banner /etc/hostname") as chatty:
        async with opened(replace(destination(chatty), accept_new_host_key=True)) as backend:
            done = await backend.run(("sh", "-c", "echo out; echo err >&2"))
            assert (done.stdout, done.stderr) == (b"out\n", b"err\n")


async def test_a_server_that_was_restarted_is_connected_to_again_by_itself(tmp_path: Path, home: Path) -> None:
    folder = tmp_path / "again"
    folder.mkdir()
    with running_sshd(folder) as first:
        where = replace(destination(first), accept_new_host_key=True)
        backend = SshBackend(where, environ={})
        assert await works(backend)
        port = first.port
        for child in psutil.Process(first.pid).children(recursive=True):
            child.kill()
    with pytest.raises(UnreachableError):
        await backend.run(("echo", "here"))
    with running_sshd(folder, port=port):
        with anyio.fail_after(30):
            while True:
                try:
                    assert await works(backend)
                    break
                except UnreachableError:
                    await anyio.sleep(0.1)
    await backend.aclose()


async def test_many_streams_that_never_answer_do_not_hold_up_one_that_does(sshd: Sshd, home: Path) -> None:
    async with opened(destination(sshd)) as backend, echoing() as mute, recording() as (endpoint, _):
        hung = [await backend.dial(mute) for _ in range(20)]
        threads = threading.active_count()
        async with anyio.create_task_group() as tasks:
            for stream in hung:
                tasks.start_soon(_hear, stream)
            async with backend.http(endpoint) as client:
                with anyio.fail_after(5):
                    assert isinstance(await client.get("/"), httpx.Response)
            assert threading.active_count() <= threads + 1
            tasks.cancel_scope.cancel()
        for stream in hung:
            await stream.aclose()


async def _hear(stream: anyio.abc.ByteStream) -> None:
    with anyio.move_on_after(60):
        await stream.receive()


async def test_a_hundred_reconnects_leave_nothing_behind(sshd: Sshd, home: Path) -> None:
    us = psutil.Process()

    def held() -> tuple[int, int, int]:
        return us.num_fds(), threading.active_count(), len(us.children())

    async with opened(destination(sshd)) as backend, recording() as (endpoint, _):
        counted: list[tuple[int, int, int]] = []
        for round_ in range(100):
            async with backend.http(endpoint) as client:
                await client.get("/")
            if round_ in (5, 99):
                counted.append(held())
            transport = await backend.link.transport()
            transport.close()
            with anyio.fail_after(10):
                while transport.is_alive():  # noqa: ASYNC110 - a thread that ends tells no event loop
                    await anyio.sleep(0.01)
        assert backend.link.connected == 100
    early, late = counted
    assert all(after <= before + 2 for before, after in zip(early, late, strict=True)), (early, late)


@pytest.mark.parametrize("known_here", [None, "one-of-our-own"])
async def test_the_heads_own_token_is_used_where_none_is_known_here(
    tmp_path: Path, home: Path, known_here: str | None
) -> None:
    folder = tmp_path / "with-token"
    folder.mkdir()
    (folder / "token").write_text("the-heads-token\n")
    async with wanting_a_token() as (dashboard, seen):
        with running_sshd(folder, f"SetEnv RAY_AUTH_TOKEN_PATH={folder}/token") as there:
            where = replace(destination(there, dashboard), accept_new_host_key=True)
            backend = SshBackend(where, ConnectOptions(token=known_here), environ={})
            async with backend.http(dashboard) as client:
                answers = [(await client.get("/api/version")).status_code for _ in range(3)]
            await backend.aclose()
    if known_here is None:
        assert answers == [200, 200, 200]
        assert seen == ["", *["Bearer the-heads-token"] * 3]
    else:
        assert answers == [401, 401, 401]
        assert set(seen) == {f"Bearer {known_here}"}


@asynccontextmanager
async def wanting_a_token() -> AsyncIterator[tuple[Endpoint, list[str]]]:
    """Serve a dashboard that answers 401 to whoever has not the head's token; give what each request brought."""
    seen: list[str] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, OSError):
            while head := (await reader.readuntil(b"\r\n\r\n")).decode():
                found = [
                    line.partition(": ")[2] for line in head.splitlines() if line.lower().startswith("authorization")
                ]
                seen.append(found[0] if found else "")
                status = "200 OK" if seen[-1] == "Bearer the-heads-token" else "401 Unauthorized"
                writer.write(f"HTTP/1.1 {status}\r\nContent-Length: 2\r\n\r\n{{}}".encode())

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield Endpoint("127.0.0.1", server.sockets[0].getsockname()[1]), seen
