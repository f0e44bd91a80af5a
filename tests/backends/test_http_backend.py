"""A dashboard that is reached by its URL."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from certificates import Authority
from commands_contract import NoCommandsContract
from contract import BackendContract
from listening import HERE
from reverse_proxy import asking_for_password, asking_for_token, reverse_proxy

from raymon_tui.backends.base import Backend, ConnectOptions
from raymon_tui.backends.http import HttpBackend
from raymon_tui.backends.parsing import parse
from raymon_tui.backends.targets import UrlTarget
from raymon_tui.cluster.ray_api.client import RayApi
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


async def test_a_real_dashboard_answers_behind_https_a_prefix_a_password_and_a_token(
    ray_cluster: RunningCluster, authority: Authority
) -> None:
    token = asking_for_token(SECRET)
    password, tls = asking_for_password("me", "p@ss"), authority.server_for("localhost")
    async with (
        reverse_proxy(ray_cluster.dashboard_url, refusals=(token,)) as inner,
        reverse_proxy(f"http://{HERE}:{inner}", prefix="/ray/one", tls=tls, refusals=(password,)) as outer,
    ):
        target = parse(f"https://me:p%40ss@localhost:{outer}/ray/one/")
        assert isinstance(target, UrlTarget)
        backend = HttpBackend(target, ConnectOptions(token=SECRET, ca_cert=authority.pem), environ={})
        async with backend.http(backend.dashboard) as client:
            api = RayApi(client)
            assert (await api.version()).session_name == ray_cluster.session_name
            assert [node for node in await api.nodes() if node.alive]
