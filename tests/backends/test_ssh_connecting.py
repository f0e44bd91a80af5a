"""One connection by SSH: what goes through it, and what is left when it goes."""

from __future__ import annotations

import os
import threading
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

from raymon_tui.backends.base import Endpoint
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
