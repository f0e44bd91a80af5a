"""A launcher's file that comes by standard input: the keys that are typed meanwhile come from the terminal."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import pty
import struct
import subprocess
import sys
import termios
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from ptys import PATIENCE_S, read_to_the_end, read_until
from ssh_home import launcher_file, make_home, settings_for
from sshd import running_sshd

Program = Callable[..., "subprocess.CompletedProcess[str]"]

VERSION = json.dumps({"ray_version": "2.60.0", "session_name": "session_1"})


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A launcher's file whose head is a real SSH server here."""
    folder = tmp_path / "sshd"
    folder.mkdir()
    with running_sshd(folder) as sshd:
        make_home(tmp_path / "home", monkeypatch, *settings_for(sshd), f"  Port {sshd.port}")
        yield launcher_file(tmp_path, sshd)


@pytest.fixture
def unknown_host(file: Path) -> None:
    """Let nobody know the server."""
    config = file.parent / "home" / ".ssh" / "config"
    config.write_text(config.read_text().replace("UserKnownHostsFile", "UserKnownHostsFile none #"))


@contextlib.contextmanager
def given(file: Path, *words: str) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """Run the program with the file as its input, in a terminal; give it, and our end of the terminal."""
    ours, its = pty.openpty()
    fcntl.ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 100, 0, 0))
    with file.open() as opened, contextlib.ExitStack() as running:
        process = subprocess.Popen(
            (sys.executable, "-m", "raymon_tui.tui", *words),
            stdin=opened,
            stdout=its,
            stderr=its,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(1, termios.TIOCSCTTY, 0),  # noqa: PLW1509
            env=os.environ | {"TERM": "xterm-256color"},
        )
        running.callback(process.wait)
        running.callback(process.kill)
        running.callback(os.close, ours)
        os.close(its)
        yield process, ours


def test_the_monitor_reads_the_file_and_is_then_typed_at(file: Path, serving: Callable[[int, str], str]) -> None:
    port = serving(200, VERSION).rpartition(":")[2]
    with given(file, "-", "--dashboard-port", port) as (process, ours):
        shown = read_until(ours, "Attention")
        os.write(ours, b"q")
        shown += read_to_the_end(ours)
        assert process.wait(PATIENCE_S) == 0, shown


def test_a_command_is_typed_at_too_and_questions_are_answered_there(file: Path, unknown_host: None) -> None:
    with given(file, "exec", "-t", "-", "--", "read word; echo =$word=") as (process, ours):
        read_until(ours, "Is that the right one?")
        os.write(ours, b"what?\n")
        read_until(ours, "y or n?")
        os.write(ours, b"yes\n")
        read_until(ours, "yes\r\n")
        os.write(ours, b"typed\n")
        read_until(ours, "=typed=")
        assert process.wait(PATIENCE_S) == 0


def test_ctrl_c_ends_a_question(file: Path, unknown_host: None) -> None:
    with given(file, "status", "-") as (process, ours):
        read_until(ours, "Is that the right one?")
        os.write(ours, b"\x03")
        said = read_to_the_end(ours)
        assert process.wait(PATIENCE_S) == 130
        assert said.strip() == "^C"


def test_a_passphrase_is_asked_for_at_the_terminal_and_not_shown(file: Path) -> None:
    key = next(word for word in file.read_text().replace("}", " ").split() if word.endswith("user_ed25519"))
    subprocess.run(("ssh-keygen", "-q", "-p", "-f", key, "-N", "open sesame"), check=True)
    with given(file, "exec", "-", "--", "echo", "let in") as (process, ours):
        shown = read_until(ours, "Passphrase for")
        os.write(ours, b"open sesame\n")
        shown += read_to_the_end(ours)
        assert process.wait(PATIENCE_S) == 0
        assert "let in" in shown
        assert "sesame" not in shown


@pytest.mark.parametrize("command", ["doctor", "targets", "dashboard", "status"])
def test_every_command_takes_a_file_by_its_input(file: Path, serving: Callable[[int, str], str], command: str) -> None:
    port = serving(200, VERSION).rpartition(":")[2]
    argv = (sys.executable, "-m", "raymon_tui.tui", command, "-", "--dashboard-port", port)
    more = ("--no-browser",) if command == "dashboard" else ()
    with (
        file.open() as opened,
        subprocess.Popen(
            (*argv, *more), stdin=opened, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as process,
    ):
        assert process.stdout is not None
        if command == "dashboard":
            assert "Ray 2.60.0" in process.stdout.readline()
            process.terminate()
        out, err = process.communicate(timeout=PATIENCE_S)
        assert "Traceback" not in err
        assert process.returncode != 2
        assert "2.60.0" in out or command in ("dashboard", "targets")


def test_without_a_terminal_to_type_at_that_is_told(program: Program) -> None:
    done = program("-")
    assert done.returncode == 2
    assert "standard output is no terminal" in done.stderr
