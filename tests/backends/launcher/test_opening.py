"""From the file that `ray up` was given to the head that it means, over a real SSH server."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from ssh_home import make_home, settings_for
from sshd import Sshd, running_sshd

from raymon_tui.backends.base import Backend, ConnectOptions, Endpoint
from raymon_tui.backends.errors import UnreachableError, UsageError
from raymon_tui.backends.files import LauncherFile, opened_file
from raymon_tui.backends.launcher.destination import destination_of
from raymon_tui.backends.resolve import one_of, resolve
from raymon_tui.backends.ssh.backend import SshBackend
from raymon_tui.backends.ssh.description import Container, SshDestination
from raymon_tui.backends.ssh.jumps import Jump

FILE = """
cluster_name: lab
provider: {type: local, head_ip: 10.0.0.1}
auth: {ssh_user: ray, ssh_private_key: ~/keys/lab.pem, ssh_proxy_command: nc %h %p}
docker: {image: rayproject/ray, container_name: ray_container}
head_start_ray_commands: [ray stop, ray start --head --dashboard-port=8888 --dashboard-host 0.0.0.0]
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "lab.yaml"


@pytest.fixture
def sshd(tmp_path: Path) -> Iterator[Sshd]:
    folder = tmp_path / "sshd"
    folder.mkdir()
    with running_sshd(folder) as running:
        yield running


def described(path: Path, text: str, options: ConnectOptions | None = None) -> SshDestination:
    path.write_text(text)
    found = opened_file(path)
    assert isinstance(found, LauncherFile)
    return destination_of(found.cluster, found.data, options or ConnectOptions())


def opened(path: Path, text: str) -> Backend:
    path.write_text(text)
    return one_of(resolve(str(path), ConnectOptions(), {})).open()


def test_what_the_file_says_is_where_one_connects_to(path: Path) -> None:
    where = described(path, FILE)
    assert where.user == "ray"
    assert where.keys == (Path.home() / "keys" / "lab.pem",)
    assert where.proxy_command == "nc %h %p"
    assert where.container == Container("docker", "ray_container")
    assert where.dashboard == Endpoint("127.0.0.1", 8888)
    assert "lab" in str(where)


def test_the_command_line_comes_before_the_file(path: Path) -> None:
    key = Path("/key")
    options = ConnectOptions(head_ip="10.9.8.7", ssh_user="me", ssh_key=key, dashboard_port=9999, jump="gate")
    where = described(path, FILE, options)
    assert (where.host, where.find_host, where.user, where.keys) == ("10.9.8.7", None, "me", (key,))
    assert (where.jumps, where.proxy_command, where.dashboard.port) == ((Jump("gate"),), None, 9999)


def test_a_file_that_says_little_leaves_the_rest_to_what_is_usual(path: Path) -> None:
    where = described(path, "cluster_name: lab\nprovider: {type: azure}\n")
    assert (where.user, where.container, where.proxy_command) == ("ubuntu", None, None)
    assert where.dashboard == Endpoint("127.0.0.1", 8265)


def test_the_file_may_come_by_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(FILE.encode())))
    candidate = one_of(resolve("-", ConnectOptions(), {}))
    assert "lab" in candidate.title
    assert isinstance(candidate.open(), SshBackend)


def test_a_file_of_neither_kind_is_told_what_each_has(path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        opened(path, "services: {web: {image: nginx}}\n")
    assert str(path) in caught.value.tried
    assert "cluster_name and provider" in caught.value.said
    assert "apiVersion and kind" in caught.value.said


@dataclass
class Ray:
    """A program `ray` in the path, which knows one address, and writes down what it is asked."""

    folder: Path

    def tell(self, address: str) -> None:
        (self.folder / "address").write_text(f"{address}\n")

    @property
    def asked(self) -> list[str]:
        return (self.folder / "asked").read_text().split()


@pytest.fixture
def ray(sshd: Sshd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ray:
    """One that is found, where `~/.ssh/config` knows the server by whatever address it has."""
    lines = (*settings_for(sshd), f"  Port {sshd.port}", "  HostKeyAlias head", "  StrictHostKeyChecking yes")
    make_home(tmp_path / "home", monkeypatch, *lines)
    sshd.known_hosts.write_text(f"head {sshd.host_key}\n")
    program = tmp_path / "home" / "bin" / "ray"
    program.write_text(f'#!/bin/sh\necho "$1" >> "{tmp_path}/asked"\ncat "{tmp_path}/address"\n')
    program.chmod(0o755)
    return Ray(tmp_path)


async def test_a_head_that_moved_is_found_again_when_the_link_is_lost(sshd: Sshd, path: Path, ray: Ray) -> None:
    auth = f"auth: {{ssh_user: {sshd.user}, ssh_private_key: {sshd.key}}}"
    ray.tell("127.0.0.1")
    backend = opened(path, f"cluster_name: lab\nprovider: {{type: azure}}\n{auth}\n")
    assert isinstance(backend, SshBackend)
    try:
        assert (await backend.run(("echo", "one"))).stdout == b"one\n"
        assert (await backend.run(("echo", "two"))).stdout == b"two\n"
        ray.tell("localhost")
        (await backend.link.transport()).close()
        assert (await backend.run(("echo", "three"))).stdout == b"three\n"
    finally:
        await backend.aclose()
    assert ray.asked == ["get-head-ip"] * 2


async def test_a_head_that_nobody_finds_is_told_as_it_is(path: Path) -> None:
    backend = opened(path, "cluster_name: lab\nprovider: {type: local, coordinator_address: '127.0.0.1:9'}\n")
    try:
        with pytest.raises(UnreachableError, match=r"127\.0\.0\.1:9"):
            await backend.run(("true",))
    finally:
        await backend.aclose()
