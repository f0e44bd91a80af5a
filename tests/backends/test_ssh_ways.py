"""Connecting by SSH: which way leads there, over jumps and through commands."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import psutil
import pytest
from answering import opened, refused, works
from listening import closed_port, recording
from ssh_home import destination, make_home
from sshd import Sshd, running_sshd
from words import ended

from raymon_tui.backends.errors import TimedOutError, UnreachableError
from raymon_tui.backends.ssh.description import SshDestination
from raymon_tui.backends.ssh.jumps import Jump


async def test_an_alias_of_the_users_configuration_says_it_all(
    sshd: Sshd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    included = tmp_path / "included"
    included.write_text(
        f"Host head\n  HostName 127.0.0.1\n  Port {sshd.port}\n  User {sshd.user}\n  IdentityFile {sshd.key}\n"
        f"  UserKnownHostsFile {sshd.known_hosts}\n"
    )
    make_home(tmp_path / "home", monkeypatch, f"Include {included}")
    async with opened(SshDestination("head")) as backend:
        assert await works(backend)
        assert "head" in backend.describe()


async def test_jumps_lead_through_other_servers(sshd: Sshd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "jump"
    folder.mkdir()
    with running_sshd(folder) as jump:
        lines = (
            *("Host gate", "  HostName 127.0.0.1", f"  Port {jump.port}", f"  IdentityFile {jump.key}"),
            f"  UserKnownHostsFile {jump.known_hosts}",
            *("Host head", "  HostName 127.0.0.1", f"  Port {sshd.port}", f"  IdentityFile {sshd.key}"),
            f"  UserKnownHostsFile {sshd.known_hosts}",
        )
        make_home(tmp_path / "home", monkeypatch, *lines, "  ProxyJump gate")
        async with opened(SshDestination("head")) as backend:
            assert await works(backend)
            assert [hop.getpeername()[1] for hop in backend.link.hops[:1]] == [jump.port]
        make_home(tmp_path / "home", monkeypatch, *lines)
        async with opened(SshDestination("head", jumps=(Jump("gate"),))) as backend:
            assert await works(backend)
            assert len(backend.link.hops) == 2


async def test_a_proxy_command_is_run_by_a_shell_with_its_words_filled_in(sshd: Sshd, home: Path) -> None:
    script = "import os, socket, sys, threading; s = socket.create_connection((sys.argv[1], int(sys.argv[2])));"
    script += ' threading.Thread(target=lambda: [s.sendall(d) for d in iter(lambda: os.read(0, 65536), b"")],'
    script += ' daemon=True).start(); [os.write(1, d) for d in iter(lambda: s.recv(65536), b"")]'
    command = f"python3 -c '{script}' %h %p %%"
    children = {child.pid for child in psutil.Process().children()}
    async with opened(replace(destination(sshd), proxy_command=command)) as backend:
        assert await works(backend)
    assert {child.pid for child in psutil.Process().children()} == children


async def test_a_port_without_a_server_is_told(home: Path, sshd: Sshd) -> None:
    failure = await refused(replace(destination(sshd), port=closed_port()))
    assert isinstance(failure, UnreachableError)
    assert failure.exit_code == 3


async def test_a_host_that_swallows_everything_is_given_up(home: Path, sshd: Sshd) -> None:
    async with recording() as (endpoint, _):
        failure = await refused(replace(destination(sshd), host=endpoint.host, port=endpoint.port))
    assert isinstance(failure, UnreachableError | TimedOutError)


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("echo no route to %h >&2; exit 9", "the proxy command ended with code 9: no route to 127.0.0.1"),
        ("no-such-program-here", "not found"),
        ("kill -9 $$", "the proxy command was ended by SIGKILL"),
        ("true", "the proxy command ended with code 0"),
    ],
)
async def test_what_a_proxy_command_complains_and_how_it_ended_is_told(
    sshd: Sshd, home: Path, command: str, said: str
) -> None:
    # OpenSSH puts exec before it, so of several commands only the first is a shell's own.
    failure = await refused(replace(destination(sshd), proxy_command=f"sh -c '{command}'"))
    assert isinstance(failure, UnreachableError)
    assert said in failure.said


async def test_a_proxy_command_is_ended_with_all_that_it_has_started(sshd: Sshd, home: Path, tmp_path: Path) -> None:
    kept = tmp_path / "pid"
    relay = f"exec 3<>/dev/tcp/127.0.0.1/{sshd.port}; sleep 600 & echo $! > {kept}; cat <&3 & exec cat >&3"
    async with opened(replace(destination(sshd), proxy_command=f"bash -c '{relay}'")) as backend:
        assert await works(backend)
        helper = int(kept.read_text())
        assert psutil.pid_exists(helper)
    await ended(helper)


async def test_the_configuration_may_say_that_there_is_no_proxy_command(
    sshd: Sshd, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = (f"Host *\n  ProxyCommand none\n  ProxyJump none\n  UserKnownHostsFile {sshd.known_hosts}",)
    make_home(tmp_path / "home", monkeypatch, *lines)
    async with opened(destination(sshd)) as backend:
        assert await works(backend)


async def test_a_proxy_command_that_passes_on_a_descriptor_is_told_as_not_supported(sshd: Sshd, home: Path) -> None:
    with (home / "config").open("a") as config:
        config.write("  ProxyCommand nc -F %h %p\n  ProxyUseFdpass yes\n")
    failure = await refused(destination(sshd))
    assert "ProxyUseFdpass" in failure.said
    assert "not supported" in failure.said


async def test_jumps_that_lead_in_a_circle_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_home(tmp_path, monkeypatch, "Host one", "  ProxyJump two", "Host two", "  ProxyJump one")
    failure = await refused(SshDestination("one", user="ann"))
    assert isinstance(failure, UnreachableError)
    assert "in a circle: ann@one through " in failure.said
    assert "Host * !gate" in failure.advice
