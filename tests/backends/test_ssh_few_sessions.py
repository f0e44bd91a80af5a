"""Servers that allow few sessions at once over one connection (MaxSessions): commands wait for each other."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import anyio
import pytest
from listening import recording
from ssh_home import destination, running_sshd_at_home
from sshd import Sshd
from words import PATIENCE_S, ended, says

from raymon_tui.backends.errors import TimedOutError
from raymon_tui.backends.ssh import session_channels
from raymon_tui.backends.ssh.backend import SshBackend
from raymon_tui.backends.ssh.opening import NoSessionError


@pytest.fixture(params=[1, 2])
def most(request: pytest.FixtureRequest) -> int:
    """So many sessions the server allows."""
    return int(request.param)


@pytest.fixture
def sshd(most: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sshd]:
    with running_sshd_at_home(tmp_path, monkeypatch, f"MaxSessions {most}") as running:
        yield running


@pytest.fixture
async def backend(sshd: Sshd) -> AsyncIterator[SshBackend]:
    opened = SshBackend(destination(sshd), environ={})
    yield opened
    await opened.aclose()


async def test_commands_and_files_wait_for_each_other_and_requests_for_none(
    backend: SshBackend, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("what is in it")
    found: list[bytes] = []

    async def run(number: int) -> None:
        found.append((await backend.run(("echo", str(number)))).stdout)

    async def read() -> None:
        found.append(await backend.read(str(tmp_path / "file")))

    async with recording() as (endpoint, _), backend.http(endpoint) as client:
        with anyio.fail_after(PATIENCE_S):
            async with anyio.create_task_group() as tasks:
                for number in range(5):
                    tasks.start_soon(run, number)
                    tasks.start_soon(read)
                assert (await client.get("/")).is_success
    assert sorted(found) == sorted([b"what is in it"] * 5 + [b"%d\n" % number for number in range(5)])
    assert backend.link.connected == 1


async def test_a_command_that_takes_too_long_is_ended_or_not_said_to_be(
    backend: SshBackend, most: int, tmp_path: Path
) -> None:
    for round_ in range(2):
        pid_file = tmp_path / f"pid{round_}"
        with pytest.raises(TimedOutError) as caught:
            await backend.run(("sh", "-c", f"echo $$ > {pid_file}; exec sleep 600"), timeout_s=1.5)
        pid = int(pid_file.read_text())
        assert ("was ended" in caught.value.advice) == (most > 1)
        if most == 1:
            # OpenSSH signals nothing of root's, and has no session left for a command that does.
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        await ended(pid)
        assert (await backend.run(("echo", "next"))).stdout == b"next\n"


async def test_where_no_session_comes_free_that_is_told(
    backend: SshBackend, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session_channels, "WITHIN_S", 0.5)
    taken = [await backend.link.open_channel("session", None, "take a session") for _ in range(most)]
    with pytest.raises(NoSessionError) as caught:
        await backend.run(("echo", "next"))
    says(caught.value, "echo")
    assert "MaxSessions" in caught.value.advice
    for channel in taken:
        channel.close()
    monkeypatch.setattr(session_channels, "WITHIN_S", PATIENCE_S)
    assert (await backend.run(("echo", "next"))).stdout == b"next\n"
    assert backend.link.connected == 1
