"""Login shells that are no POSIX ones, or that say something of their own; and servers that serve no files."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from listening import echoing
from ssh_home import destination, make_home, settings_for
from sshd import Sshd, below, running_sshd
from words import ended, says

from raymon_tui.backends.errors import TimedOutError, UnreachableError
from raymon_tui.backends.ssh.backend import SshBackend
from raymon_tui.backends.ssh.head_dashboards import SCRIPT, sessions_in

DOTFILES = {"tcsh": ".tcshrc", "fish": ".config/fish/config.fish"}
ODD = ["it's", "!! !x", "two\nlines\n", "back\\slash \\\\ \\036", "$HOME `id`", "*?[a]{b,c}~", "☃ é", "", "%s\t", '"q"']
SAY_WORDS = "import json, sys; print(json.dumps(sys.argv[1:]))"
SFTP_SERVER = "/usr/lib/openssh/sftp-server"


@pytest.fixture(params=sorted(DOTFILES))
def shell(request: pytest.FixtureRequest) -> str:
    if shutil.which(request.param) is None:
        pytest.skip(f"this machine cannot run {request.param}: it is not installed")
    return str(request.param)


@pytest.fixture
def chatty_home(shell: str, tmp_path: Path) -> Path:
    """A home on the head in which the shell greets whoever comes."""
    dotfile = tmp_path / "there" / DOTFILES[shell]
    dotfile.parent.mkdir(parents=True)
    dotfile.write_text("echo Welcome to the machine\n")
    return tmp_path / "there"


@pytest.fixture
def sshd(shell: str, chatty_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sshd]:
    """A server whose user has that login shell, which forbids forwarding."""
    folder = tmp_path / "sshd"
    folder.mkdir()
    by_shell = f'ForceCommand exec {shell} -c "$SSH_ORIGINAL_COMMAND"'
    there = f"SetEnv HOME={chatty_home} RAY_TMPDIR={chatty_home}"
    with running_sshd(folder, by_shell, there, "AllowTcpForwarding no") as running:
        make_home(tmp_path / "home", monkeypatch, *settings_for(running))
        yield running


@asynccontextmanager
async def opened(sshd: Sshd) -> AsyncIterator[SshBackend]:
    backend = SshBackend(destination(sshd), environ={})
    try:
        yield backend
    finally:
        await backend.aclose()


async def test_words_reach_a_command_as_they_are_and_nothing_else_is_its_output(sshd: Sshd) -> None:
    async with opened(sshd) as backend:
        done = await backend.run((sys.executable, "-c", SAY_WORDS, *ODD))
        assert done.stdout == subprocess.check_output([sys.executable, "-c", SAY_WORDS, *ODD])
        done = await backend.run(("sh", "-c", "echo out; echo err >&2; exit 7"))
        assert (done.returncode, done.stdout, done.stderr) == (7, b"out\n", b"err\n")
        with pytest.raises(UnreachableError) as caught:
            await backend.run(("no-such-program",))
        assert "no such program" in caught.value.said


async def test_a_command_that_takes_too_long_is_ended(sshd: Sshd) -> None:
    async with opened(sshd) as backend:
        with pytest.raises(TimedOutError) as caught:
            await backend.run(("sh", "-c", "echo begun; exec sleep 600"), timeout_s=3.0)
        assert "was ended" in caught.value.advice
        for process in below(sshd, "sleep"):
            await ended(process.pid)


async def test_files_are_read_and_streams_passed_on(sshd: Sshd, tmp_path: Path) -> None:
    path = tmp_path / "it's odd!\n"
    path.write_bytes(b"0123456789")
    async with opened(sshd) as backend, echoing() as echo:
        assert await backend.read(str(path), 3, 4) == b"3456"
        assert await backend.read(str(path), -2) == b"89"
        async with await backend.dial(echo) as stream:
            await stream.send(b"there and back")
            assert await stream.receive() == b"there and back"


async def test_the_sessions_of_a_head_are_found(sshd: Sshd, chatty_home: Path) -> None:
    (chatty_home / "ray").mkdir()
    (chatty_home / "ray" / "session_latest").symlink_to("session_of_today")
    async with opened(sshd) as backend:
        told = sessions_in((await backend.run(("sh", "-c", SCRIPT))).stdout.decode())
    assert told.latest == "session_of_today"


def test_exec_gives_the_output_and_the_code(sshd: Sshd) -> None:
    target = f"ssh://{sshd.user}@{sshd.host}:{sshd.port}"
    words = ("exec", target, "--ssh-key", str(sshd.key), "--", sys.executable, "-c", f"{SAY_WORDS}; sys.exit(7)", *ODD)
    done = subprocess.run(
        [sys.executable, "-m", "raymon_tui.tui", *words], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 7, done.stderr
    assert done.stdout.encode() == subprocess.check_output([sys.executable, "-c", SAY_WORDS, *ODD])


@pytest.mark.parametrize(
    "sftp",
    [None, f"sh -c 'echo Welcome; exec {SFTP_SERVER}'", "/no/such/sftp-server", "sh -c 'exec cat'"],
    ids=["none", "greets", "is not there", "speaks something else"],
)
async def test_a_server_without_a_way_to_files_has_them_read_by_a_command(
    sftp: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "sshd"
    folder.mkdir()
    (tmp_path / "file").write_text("what is in it")
    with running_sshd(folder, sftp=sftp) as running:
        make_home(tmp_path / "home", monkeypatch, *settings_for(running))
        async with opened(running) as backend:
            for _ in range(2):
                assert await backend.read(str(tmp_path / "file")) == b"what is in it"
            with pytest.raises(UnreachableError) as caught:
                await backend.read(str(tmp_path / "none"))
            says(caught.value, "none")
            assert "no such file" in caught.value.said
