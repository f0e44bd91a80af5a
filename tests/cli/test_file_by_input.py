"""A launcher's file that comes by standard input: the keys that are typed meanwhile come from the terminal."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import pty
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from ssh_home import launcher_file, make_home, settings_for
from sshd import running_sshd

Program = Callable[..., "subprocess.CompletedProcess[str]"]

PATIENCE_S = 60.0
VERSION = json.dumps({"ray_version": "2.60.0", "session_name": "session_1"})


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A launcher's file whose head is a real SSH server here."""
    folder = tmp_path / "sshd"
    folder.mkdir()
    with running_sshd(folder) as sshd:
        make_home(tmp_path / "home", monkeypatch, *settings_for(sshd), f"  Port {sshd.port}")
        yield launcher_file(tmp_path, sshd)


def test_the_monitor_reads_the_file_and_is_then_typed_at(file: Path, serving: Callable[[int, str], str]) -> None:
    port = serving(200, VERSION).rpartition(":")[2]
    ours, its = pty.openpty()
    fcntl.ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 100, 0, 0))
    argv = (sys.executable, "-m", "raymon_tui.tui", "-", "--dashboard-port", port)
    with file.open() as given, contextlib.ExitStack() as opened:
        process = subprocess.Popen(
            argv,
            stdin=given,
            stdout=its,
            stderr=its,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(1, termios.TIOCSCTTY, 0),  # noqa: PLW1509
            env=os.environ | {"TERM": "xterm-256color"},
        )
        opened.callback(process.kill)
        opened.callback(os.close, ours)
        os.close(its)
        shown = read_until(ours, b"Attention")
        os.write(ours, b"q")
        with contextlib.suppress(OSError):
            while os.read(ours, 1 << 16):
                pass
        assert process.wait(PATIENCE_S) == 0, shown


def test_without_a_terminal_to_type_at_that_is_told(program: Program) -> None:
    done = program("-")
    assert done.returncode == 2
    assert "standard output is no terminal" in done.stderr


def read_until(screen: int, word: bytes) -> bytes:
    """Read what a terminal shows until it shows `word`."""
    shown, until = b"", time.monotonic() + PATIENCE_S
    while word not in shown:
        assert select.select([screen], [], [], max(0.0, until - time.monotonic()))[0], shown
        shown += os.read(screen, 1 << 16)
    return shown
