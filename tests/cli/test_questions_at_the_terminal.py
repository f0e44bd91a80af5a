"""What a command has to ask on its way: at the terminal it was started from, which is left as it was."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from ptys import PATIENCE_S, read_until, terminal
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


@contextlib.contextmanager
def begun(sshd: Sshd, *command: str, **streams: int) -> Iterator[tuple[subprocess.Popen[bytes], int, int]]:
    """Run a command on the server in a terminal of its own; `streams` may be others. Gives both ends of that."""
    argv = (sys.executable, "-m", "raymon_tui.tui", "exec", f"ssh://{sshd.user}@127.0.0.1:{sshd.port}")
    words = ("--ssh-key", str(sshd.folder / "guarded"), "--", *command)
    with terminal() as (ours, its):
        process = subprocess.Popen(
            (*argv, *words),
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


def until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.02)


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


def test_ctrl_z_leaves_the_terminal_and_the_question_comes_back(sshd: Sshd) -> None:
    with begun(sshd, "echo", "let in") as (process, ours, its):
        read_until(ours, "Passphrase for")
        process.send_signal(signal.SIGTSTP)
        until(lambda: psutil.Process(process.pid).status() == psutil.STATUS_STOPPED)
        assert echoes(its)
        process.send_signal(signal.SIGCONT)
        shown = read_until(ours, "Passphrase for")
        assert not echoes(its)
        os.write(ours, PASSPHRASE.encode() + b"\n")
        shown += read_until(ours, "let in")
        assert PASSPHRASE not in shown
        assert process.wait(PATIENCE_S) == 0


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
