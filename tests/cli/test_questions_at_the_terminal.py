"""What a command has to ask on its way: at the terminal it was started from, which is left as it was."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import termios
from collections.abc import Iterator
from pathlib import Path

import pytest
from ptys import PATIENCE_S, read_until, take_terminal, terminal
from ssh_home import make_home, settings_for
from sshd import Sshd, keygen, running_sshd

PASSPHRASE = "open sesame"


@pytest.fixture
def sshd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sshd]:
    """A server whose key, `guarded`, has a passphrase."""
    folder = tmp_path / "sshd"
    folder.mkdir()
    with running_sshd(folder) as running:
        guarded = keygen(folder / "guarded", passphrase=PASSPHRASE)
        (folder / "authorized_keys").write_text(guarded.with_suffix(".pub").read_text())
        make_home(tmp_path / "home", monkeypatch, *settings_for(running))
        yield running


def exec_on(sshd: Sshd) -> tuple[str, ...]:
    argv = (sys.executable, "-m", "raymon_tui.tui", "exec", f"ssh://{sshd.user}@127.0.0.1:{sshd.port}")
    return (*argv, "--ssh-key", str(sshd.folder / "guarded"), "--")


@contextlib.contextmanager
def begun(sshd: Sshd, *command: str, **streams: int) -> Iterator[tuple[subprocess.Popen[bytes], int, int]]:
    """Run a command on the server in a terminal of its own; `streams` may be others. Gives both ends of that."""
    with terminal() as (ours, its):
        process = subprocess.Popen(
            (*exec_on(sshd), *command),
            **({"stdin": its, "stdout": its, "stderr": its} | streams),
            start_new_session=True,
            preexec_fn=lambda: take_terminal_of(its),  # noqa: PLW1509
            pass_fds=(its,),
        )
        try:
            yield process, ours, its
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def take_terminal_of(descriptor: int) -> None:
    """Make the terminal the process's own, whatever its standard input is."""
    import fcntl

    fcntl.ioctl(descriptor, termios.TIOCSCTTY, 0)


def echoes(its: int) -> bool:
    return bool(termios.tcgetattr(its)[3] & termios.ECHO)


def test_ctrl_c_ends_a_question_and_the_terminal_shows_again_what_is_typed(sshd: Sshd) -> None:
    with begun(sshd, "true") as (process, ours, its):
        read_until(ours, "Passphrase for")
        assert not echoes(its)
        os.write(ours, b"half of it\x03")
        assert process.wait(PATIENCE_S) == 130
        assert echoes(its)


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_a_question_and_the_terminal_shows_again_what_is_typed(sshd: Sshd, sent: signal.Signals) -> None:
    with begun(sshd, "true") as (process, ours, its):
        read_until(ours, "Passphrase for")
        process.send_signal(sent)
        assert process.wait(PATIENCE_S) == -sent
        assert echoes(its)


def test_ctrl_z_gives_the_terminal_back_to_the_shell_and_fg_brings_the_question_back(sshd: Sshd) -> None:
    with terminal() as (ours, its):
        shell = subprocess.Popen(
            ("bash", "--norc", "--noprofile", "--noediting", "-i"),
            stdin=its,
            stdout=its,
            stderr=its,
            start_new_session=True,
            preexec_fn=take_terminal,  # noqa: PLW1509
            env=os.environ | {"PS1": "$ "},
        )
        try:
            os.write(ours, " ".join((*exec_on(sshd), "echo", "let", "in")).encode() + b"\n")
            read_until(ours, "Passphrase for")
            os.write(ours, b"\x1a")
            read_until(ours, "Stopped")
            os.write(ours, b"echo $((6 * 7))\n")
            assert "echo $((" in read_until(ours, "42")
            os.write(ours, b"fg\n")
            shown = read_until(ours, "Passphrase for")
            os.write(ours, PASSPHRASE.encode() + b"\n")
            # Until then what is typed is the command's.
            shown += read_until(ours, "let in\r\n$ ")
            assert PASSPHRASE not in shown
            os.write(ours, b"exit\n")
            assert shell.wait(PATIENCE_S) == 0
        finally:
            shell.kill()
            shell.wait()


def test_standard_input_is_the_commands_while_the_answer_is_typed(sshd: Sshd) -> None:
    reading, writing = os.pipe()
    with begun(sshd, "cat", stdin=reading) as (process, ours, _):
        os.close(reading)
        read_until(ours, "Passphrase for")
        os.write(writing, b"what was piped in\n")
        os.write(ours, PASSPHRASE.encode() + b"\n")
        os.close(writing)
        read_until(ours, "what was piped in")
        assert process.wait(PATIENCE_S) == 0


def test_a_question_reaches_the_terminal_though_every_stream_leads_elsewhere(sshd: Sshd) -> None:
    pipe = subprocess.PIPE
    with begun(sshd, "echo", "let in", stdin=subprocess.DEVNULL, stdout=pipe, stderr=pipe) as (process, ours, _):
        read_until(ours, "Passphrase for")
        os.write(ours, PASSPHRASE.encode() + b"\n")
        assert process.communicate(timeout=PATIENCE_S) == (b"let in\n", b"")
        assert process.returncode == 0
