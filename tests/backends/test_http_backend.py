"""A dashboard that is reached by its URL."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from commands_contract import NoCommandsContract
from contract import BackendContract

from raymon_tui.backends.base import Backend, ConnectOptions
from raymon_tui.backends.http import HttpBackend
from raymon_tui.backends.parsing import parse
from raymon_tui.backends.targets import UrlTarget
from raymon_tui.tui.demo.cluster import RunningCluster

SECRET = "hunter2hunter2hunter2"


class TestHttpBackend(BackendContract, NoCommandsContract):
    secret = SECRET

    @pytest.fixture
    async def backend(self, ray_cluster: RunningCluster) -> AsyncIterator[Backend]:
        target = parse(f"http://monitor:{SECRET}@{ray_cluster.host}:{ray_cluster.port}/")
        assert isinstance(target, UrlTarget)
        opened = HttpBackend(target, ConnectOptions(token=SECRET, headers=(("X-Key", SECRET),)), environ={})
        yield opened
        await opened.aclose()
