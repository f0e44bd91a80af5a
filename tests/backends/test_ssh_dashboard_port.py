"""A dashboard that is not on port 8265 of its head, where nobody has said where it is."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web
from ssh_home import destination, make_home, settings_for
from sshd import running_sshd

from raymon_tui.backends.errors import UnreachableError
from raymon_tui.backends.ssh import backend as backend_module
from raymon_tui.backends.ssh import dashboard_port
from raymon_tui.backends.ssh.backend import SshBackend
from raymon_tui.backends.ssh.dashboard_port import SKYPILOT, chosen
from raymon_tui.cluster.ray_api.client import RayApi


@pytest.mark.parametrize(
    ("found", "port"),
    [({8267: "a"}, 8267), ({8275: "b"}, 8275)],
)
def test_the_only_other_ray_is_meant(found: dict[int, str], port: int) -> None:
    assert chosen(found) == port


@pytest.mark.parametrize(
    ("found", "words"),
    [
        ({}, "nothing that is Ray"),
        ({SKYPILOT: "s"}, "SkyPilot"),
        ({SKYPILOT: "s", 8267: "a"}, "8267"),
        ({8267: "session_one", 8268: "session_two"}, "session_two"),
    ],
)
def test_what_may_be_somebody_elses_is_never_taken_silently(found: dict[int, str], words: str) -> None:
    with pytest.raises(UnreachableError) as caught:
        chosen(found)
    assert words in caught.value.said
    assert "--dashboard-port" in caught.value.advice


@pytest.fixture
async def dashboard() -> AsyncIterator[int]:
    """A dashboard on a free port, which becomes the second of the usual ones."""

    async def version(_request: web.Request) -> web.Response:
        return web.json_response({"ray_version": "2.60.0", "session_name": "session_1", "version": "4"})

    app = web.Application()
    app.router.add_get("/api/version", version)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield runner.addresses[0][1]
    await runner.cleanup()


async def test_it_is_looked_for_and_said_where_it_was_found(
    dashboard: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = type(backend_module.DASHBOARD)("127.0.0.1", dashboard - 1)
    monkeypatch.setattr(backend_module, "DASHBOARD", first)
    monkeypatch.setattr(dashboard_port, "FIRST", dashboard - 1)
    monkeypatch.setattr(dashboard_port, "LAST", dashboard + 1)
    folder = tmp_path / "sshd"
    folder.mkdir()
    with running_sshd(folder) as sshd:
        make_home(tmp_path / "home", monkeypatch, *settings_for(sshd))
        backend = SshBackend(destination(sshd, first), environ={})
        async with backend.http(backend.dashboard) as http:
            assert (await RayApi(http).version()).session_name == "session_1"
        assert backend.describe().endswith(f"dashboard on {dashboard}")
        await backend.aclose()
