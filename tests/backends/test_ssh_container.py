"""A head whose Ray runs in a container: commands and files are the container's, through a real OpenSSH server."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path

import docker_standin
import pytest
from commands_contract import CommandsContract
from contract import BackendContract
from ssh_home import destination, make_home, settings_for
from sshd import Sshd, running_sshd
from words import says

from raymon_tui.backends.base import Backend, Endpoint
from raymon_tui.backends.errors import UnreachableError
from raymon_tui.backends.ssh.backend import SshBackend
from raymon_tui.backends.ssh.description import Container
from raymon_tui.tui.demo.cluster import RunningCluster


@pytest.fixture(scope="module")
def sshd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sshd]:
    settings = docker_standin.install(tmp_path_factory.mktemp("docker"), docker_standin.NAME)
    with running_sshd(tmp_path_factory.mktemp("sshd"), *settings) as running:
        yield running


def backend_of(sshd: Sshd, dashboard: Endpoint, name: str = docker_standin.NAME, engine: str = "docker") -> SshBackend:
    return SshBackend(replace(destination(sshd, dashboard), container=Container(engine, name)), environ={})


class TestContainer(BackendContract, CommandsContract):
    @pytest.fixture
    async def backend(
        self, ray_cluster: RunningCluster, sshd: Sshd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> AsyncIterator[Backend]:
        make_home(tmp_path / "home", monkeypatch, *settings_for(sshd))
        opened = backend_of(sshd, Endpoint(ray_cluster.host, ray_cluster.port))
        yield opened
        await opened.aclose()

    async def test_commands_and_files_are_those_of_the_container(self, backend: Backend) -> None:
        inside = f"{docker_standin.IN}={docker_standin.NAME}"
        assert inside in (await backend.run(("env",))).stdout.decode().splitlines()
        assert inside in (await backend.read("/proc/self/environ")).decode().split("\0")


@pytest.fixture
async def opened(sshd: Sshd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[SshBackend]:
    """A backend whose file names a container that is not up."""
    make_home(tmp_path / "home", monkeypatch, *settings_for(sshd))
    backend = backend_of(sshd, Endpoint("127.0.0.1", 9), "gone", "podman")
    yield backend
    await backend.aclose()


async def test_a_container_that_is_not_up_is_told_in_its_engines_own_words(opened: SshBackend, tmp_path: Path) -> None:
    for asked, about in ((opened.run(("ls",)), "ls"), (opened.read(f"{tmp_path}/file"), "sh")):
        with pytest.raises(UnreachableError) as caught:
            await asked
        says(caught.value, about)
        assert caught.value.said == "Error response from daemon: No such container: gone"
        assert "podman ps" in caught.value.advice


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("/bin/echo This account is currently not available.", "This account is currently not available."),
        ("/bin/false", "ended with 1"),
    ],
)
async def test_what_a_server_runs_in_place_of_every_command_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str, said: str
) -> None:
    folder = tmp_path / "sshd"
    folder.mkdir()
    with running_sshd(folder, f"ForceCommand {command}") as forced:
        make_home(tmp_path / "home", monkeypatch, *settings_for(forced))
        backend = SshBackend(destination(forced), environ={})
        with pytest.raises(UnreachableError) as caught:
            await backend.run(("ls",))
        says(caught.value, "ls")
        assert said in caught.value.said
        await backend.aclose()
