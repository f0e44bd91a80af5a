"""A cluster behind a real OpenSSH server."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from commands_contract import CommandsContract
from contract import BackendContract
from ssh_home import destination, make_home, settings_for
from sshd import Sshd, running_sshd

from raymon_tui.backends.base import Backend, ConnectOptions, Endpoint
from raymon_tui.backends.ssh.backend import SshBackend
from raymon_tui.tui.demo.cluster import RunningCluster

SECRET = "hunter2hunter2hunter2"


@pytest.fixture(scope="module")
def sshd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sshd]:
    with running_sshd(tmp_path_factory.mktemp("sshd")) as running:
        yield running


class TestSshBackend(BackendContract, CommandsContract):
    secret = SECRET

    @pytest.fixture
    async def backend(
        self, ray_cluster: RunningCluster, sshd: Sshd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> AsyncIterator[Backend]:
        make_home(tmp_path / "home", monkeypatch, *settings_for(sshd))
        options = ConnectOptions(token=SECRET, headers=(("X-Key", SECRET),))
        where = destination(sshd, Endpoint(ray_cluster.host, ray_cluster.port))
        opened = SshBackend(where, options, environ={})
        yield opened
        await opened.aclose()
