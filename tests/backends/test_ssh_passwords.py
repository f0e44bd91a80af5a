"""Logging in by what the user types to a real server, as a user of this machine who is there for the test alone."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TextIO

import pytest
from answering import User
from paramiko import AuthenticationException
from ssh_home import make_home, running_sshd_at_home, settings_for
from sshd import Sshd, keygen, running_sshd

from raymon_tui.backends.asking import SecretQuestion
from raymon_tui.backends.base import Endpoint
from raymon_tui.backends.errors import RaymonError, RefusedError
from raymon_tui.backends.ssh.backend import SshBackend
from raymon_tui.backends.ssh.description import SshDestination
from raymon_tui.backends.ssh.transport import SshTransport

RIGHT = "correct horse"
SYSTEM = "/usr/sbin:/sbin:/usr/bin"
BY_PASSWORD = ("PasswordAuthentication yes", "PubkeyAuthentication no")
AT_KEYBOARD = ("UsePAM yes", "KbdInteractiveAuthentication yes", "PubkeyAuthentication no")


@pytest.fixture
def ann() -> Iterator[str]:
    """Make a user with a password."""
    useradd = shutil.which("useradd", path=SYSTEM)
    if os.getuid() != 0 or useradd is None:
        pytest.skip("this machine cannot make a user: that takes root")
    name = f"rmn{os.getpid()}"
    subprocess.run((useradd, "-M", "-N", "-d", "/tmp", "-s", "/bin/sh", name), check=True)
    try:
        subprocess.run(("/usr/sbin/chpasswd",), input=f"{name}:{RIGHT}", text=True, check=True)
        yield name
    finally:
        subprocess.run(("/usr/sbin/userdel", "--force", name), check=True)


@pytest.fixture
def sshd(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sshd]:
    """Run a server with the settings that the test names."""
    with running_sshd_at_home(tmp_path, monkeypatch, *request.param) as running:
        yield running


@pytest.fixture
def nothing() -> Iterator[TextIO]:
    """Give a file to read nothing from."""
    with Path(os.devnull).open() as opened:
        yield opened


@contextmanager
def readable_by_all() -> Iterator[Path]:
    """Make a folder that the server can read on behalf of any user."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


by_password = pytest.mark.parametrize("sshd", [BY_PASSWORD], indirect=True, ids=["password"])
either_way = pytest.mark.parametrize("sshd", [BY_PASSWORD, AT_KEYBOARD], indirect=True, ids=["password", "keyboard"])


def backend_of(sshd: Sshd, name: str, user: User) -> SshBackend:
    return SshBackend(SshDestination(sshd.host, sshd.port, name), environ={}, asking=user)


def asked(user: User) -> list[str]:
    return [question.prompt for question in user.questions if isinstance(question, SecretQuestion)]


@either_way
async def test_a_password_is_asked_for_until_it_is_right_and_then_no_more(sshd: Sshd, ann: str) -> None:
    user = User(secrets=("wrong", RIGHT))
    backend = backend_of(sshd, ann, user)
    await backend.connect()
    assert (await backend.run(("id", "-un"))).stdout.decode().strip() == ann
    assert len(asked(user)) == 2
    assert f"Password for {ann}@" in asked(user)[0]
    (await backend.link.transport()).close()
    await backend.connect()
    assert len(asked(user)) == 2
    await backend.aclose()


@by_password
async def test_three_wrong_passwords_are_enough_and_none_is_told(sshd: Sshd, ann: str) -> None:
    user = User(secrets=("hunter1", "hunter2", "hunter3", "hunter4"))
    backend = backend_of(sshd, ann, user)
    with pytest.raises(RefusedError, match="the password was refused") as caught:
        await backend.connect()
    assert len(asked(user)) == 3
    assert "hunter" not in str(caught.value) + repr(backend) + repr(vars(backend.link))
    await backend.aclose()


@either_way
async def test_who_says_nothing_is_not_asked_again(sshd: Sshd, ann: str) -> None:
    user = User(secrets=(None,))
    backend = backend_of(sshd, ann, user)
    with pytest.raises(RefusedError, match="no password was given"):
        await backend.connect()
    assert len(asked(user)) == 1
    await backend.aclose()


@by_password
async def test_a_password_that_expired_is_told_as_such(
    sshd: Sshd, ann: str, nothing: TextIO, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """OpenSSH lets such a user in, and runs passwd in place of every command."""
    subprocess.run(("/usr/bin/chage", "-d", "0", ann), check=True)
    backend = backend_of(sshd, ann, User(secrets=(RIGHT,)))
    with pytest.raises(RefusedError) as caught:
        await backend.run(("true",))
    assert RIGHT not in str(caught.value)
    assert "expired" in caught.value.said, caught.value.said
    with pytest.raises(RefusedError, match="expired"):
        await backend.dial(Endpoint("127.0.0.1", 9))
    monkeypatch.setattr(sys, "stdin", nothing)
    with pytest.raises(RefusedError, match="expired"):
        await backend.execute(("true",))
    assert capfd.readouterr() == ("", "")
    await backend.aclose()


async def test_a_key_and_then_a_password_are_given_where_both_are_wanted(
    tmp_path: Path, ann: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "both"
    folder.mkdir()
    lines = ("PasswordAuthentication yes", "AuthenticationMethods publickey,password")
    with readable_by_all() as keys, running_sshd(folder, *lines, f"AuthorizedKeysFile {keys}/keys") as strict:
        (keys / "keys").write_text((folder / "authorized_keys").read_text())
        make_home(tmp_path / "home", monkeypatch, *settings_for(strict))
        user = User(secrets=(RIGHT,))
        destination = SshDestination(strict.host, strict.port, ann, keys=(strict.key,))
        backend = SshBackend(destination, environ={}, asking=user)
        await backend.connect()
        assert (await backend.run(("id", "-un"))).stdout.decode().strip() == ann
        assert len(asked(user)) == 1
        await backend.aclose()
        stranger = SshBackend(replace(destination, keys=(keygen(folder / "other"),)), environ={}, asking=User())
        with pytest.raises(RefusedError, match="the server takes publickey alone"):
            await stranger.connect()
        await stranger.aclose()


@by_password
async def test_a_password_is_kept_though_a_login_with_it_breaks_off(
    sshd: Sshd, ann: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = User(secrets=(RIGHT,))
    backend = backend_of(sshd, ann, user)
    await backend.connect()
    (await backend.link.transport()).close()
    with monkeypatch.context() as broken:
        broken.setattr(SshTransport, "auth_password", lambda transport, *_, **__: _break_off(transport))
        with pytest.raises(RaymonError):
            await backend.connect()
    await backend.connect()
    assert len(asked(user)) == 1
    await backend.aclose()


def _break_off(transport: SshTransport) -> None:
    transport.close()
    raise AuthenticationException("Authentication failed: transport shut down or saw EOF")
