"""A home directory for tests of SSH: what the user's own configuration says must not count."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from sshd import Sshd, running_sshd

from raymon_tui.backends.base import Endpoint
from raymon_tui.backends.ssh.description import DASHBOARD, SshDestination


def make_home(folder: Path, monkeypatch: pytest.MonkeyPatch, *config: str) -> Path:
    """Make a home with an SSH configuration, that `ssh -G` reads too, and no agent."""
    ssh = folder / ".ssh"
    ssh.mkdir(parents=True, exist_ok=True)
    (ssh / "config").write_text("\n".join(config) + "\n")
    # OpenSSH takes the home of the user database, not $HOME; so ssh is one that is told which file to read.
    program = folder / "bin" / "ssh"
    program.parent.mkdir(exist_ok=True)
    program.write_text(f'#!/bin/sh\nexec /usr/bin/ssh -F "{ssh}/config" "$@"\n')
    program.chmod(0o755)
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.setenv("PATH", f"{program.parent}:/usr/local/bin:/usr/bin:/bin")
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    return ssh


def settings_for(sshd: Sshd, alias: str = "*") -> tuple[str, ...]:
    """Return the lines of a configuration that knows the server's key and no other."""
    return (f"Host {alias}", f"  UserKnownHostsFile {sshd.known_hosts}", "  GlobalKnownHostsFile none")


@contextlib.contextmanager
def running_sshd_at_home(
    folder: Path, monkeypatch: pytest.MonkeyPatch, *settings: str, host: str = "127.0.0.1", within: tuple[str, ...] = ()
) -> Iterator[Sshd]:
    """Run a server as `running_sshd` does, with a home that knows its key, both below `folder`."""
    place = folder / "sshd"
    place.mkdir()
    with running_sshd(place, *settings, host=host, within=within) as running:
        make_home(folder / "home", monkeypatch, *settings_for(running))
        yield running


def destination(sshd: Sshd, dashboard: Endpoint = DASHBOARD) -> SshDestination:
    return SshDestination(sshd.host, sshd.port, sshd.user, keys=(sshd.key,), dashboard=dashboard)


def launcher_file(folder: Path, sshd: Sshd, container: str | None = None) -> Path:
    """Write the file of a cluster whose head is the server's machine, on whichever port the configuration says."""
    path = folder / "lab.yaml"
    auth = f"auth: {{ssh_user: {sshd.user}, ssh_private_key: {sshd.key}}}"
    docker = f"docker: {{container_name: {container}}}\n" if container else ""
    path.write_text(f"cluster_name: lab\nprovider: {{type: local, head_ip: 127.0.0.1}}\n{auth}\n{docker}")
    return path
