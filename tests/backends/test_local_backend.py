"""The cluster whose head is this machine."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from commands_contract import CommandsContract
from contract import BackendContract
from words import ended

from raymon_tui.backends.base import Backend, ConnectOptions, Endpoint
from raymon_tui.backends.errors import TimedOutError
from raymon_tui.backends.local import LocalBackend
from raymon_tui.tui.demo.cluster import RunningCluster

SECRET = "hunter2hunter2hunter2"


class TestLocalBackend(BackendContract, CommandsContract):
    secret = SECRET

    @pytest.fixture
    async def backend(self, ray_cluster: RunningCluster) -> AsyncIterator[Backend]:
        options = ConnectOptions(token=SECRET, headers=(("X-Key", SECRET),))
        opened = LocalBackend(Endpoint(ray_cluster.host, ray_cluster.port), options, environ={})
        yield opened
        await opened.aclose()

    async def test_what_a_command_started_is_ended_with_it(self, backend: Backend, tmp_path: Path) -> None:
        pid_file = tmp_path / "pid"
        with pytest.raises(TimedOutError):
            await backend.run(("sh", "-c", f"sleep 600 & echo $! > '{pid_file}'; wait"), timeout_s=2.0)
        await ended(int(pid_file.read_text()))
