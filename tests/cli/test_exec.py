"""Commands on the head node, as they are run from a shell and from a terminal."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from here import install

Program = Callable[..., "subprocess.CompletedProcess[str]"]
Begun = Callable[..., "subprocess.Popen[bytes]"]

HERE = "here://127.0.0.1:8265"
PATIENCE_S = 60.0
RAYMON = (sys.executable, "-m", "raymon_tui.tui")


@pytest.fixture
def path(tmp_path: Path) -> str:
    folder = tmp_path / "site"
    folder.mkdir()
    return install(folder)


@pytest.fixture
def begun(path: str, tmp_path: Path) -> Iterator[Begun]:
    """Start `raymon-tui` with these words, and end it with the test."""
    running = contextlib.ExitStack()

    def begin(*words: str, **streams: int) -> subprocess.Popen[bytes]:
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | streams
        env = os.environ | {"PYTHONPATH": path, "HOME": str(tmp_path), "TERM": "xterm"}
        process = subprocess.Popen((*RAYMON, *words), env=env, start_new_session=True, **pipes)
        running.enter_context(process)
        running.callback(process.kill)
        return process

    with running:
        yield begin


@pytest.mark.parametrize(("script", "code"), [("exit 0", 0), ("exit 7", 7), ("kill -TERM $$", 143)])
def test_the_exit_code_is_that_of_the_command(program: Program, path: str, script: str, code: int) -> None:
    done = program("exec", HERE, "--", "sh", "-c", script, PYTHONPATH=path)
    assert (done.returncode, done.stdout, done.stderr) == (code, "", "")


def test_what_it_writes_and_what_it_complains_of_stay_apart(program: Program, path: str) -> None:
    done = program("exec", HERE, "--", "sh", "-c", "echo out; echo err >&2", PYTHONPATH=path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "out\n", "err\n")


def test_words_reach_the_command_as_they_are(program: Program, path: str) -> None:
    words = ("--json", "two words", "$HOME", "a'b", "", "--", "-t", "*")
    done = program("exec", HERE, "--", "printf", "%s|", *words, PYTHONPATH=path)
    assert done.stdout == "".join(f"{word}|" for word in words)


def test_a_line_in_one_word_is_for_the_shell(program: Program, path: str) -> None:
    assert program("exec", HERE, "--", "echo one | tr a-z A-Z; exit 3", PYTHONPATH=path).stdout == "ONE\n"


def test_all_of_a_large_output_arrives(program: Program, path: str) -> None:
    done = program("exec", HERE, "--", "yes 0123456789 | head -c 3000000", PYTHONPATH=path)
    assert done.stdout == ("0123456789\n" * 300_000)[:3_000_000]


def test_output_comes_while_the_command_still_runs(begun: Begun) -> None:
    process = begun("exec", "-i", HERE, "--", "echo first; cat")
    assert process.stdout is not None
    assert process.stdin is not None
    assert process.stdout.readline() == b"first\n"
    process.stdin.write(b"second\n")
    process.stdin.close()
    assert process.stdout.read() == b"second\n"
    assert process.wait(PATIENCE_S) == 0


@pytest.mark.parametrize("form", [(), ("-i",)])
def test_a_command_finds_its_input_empty_unless_it_is_to_be_passed_on(
    begun: Begun, tmp_path: Path, form: tuple[str, ...]
) -> None:
    (tmp_path / "typed").write_text("a line\n")
    with (tmp_path / "typed").open() as typed:
        process = begun("exec", *form, HERE, "--", "cat", stdin=typed.fileno())
        assert process.communicate(timeout=PATIENCE_S)[0] == (b"a line\n" if form else b"")


def test_ctrl_c_reaches_the_command_which_may_make_of_it_what_it_likes(begun: Begun) -> None:
    process = begun("exec", HERE, "--", "trap 'echo asked; exit 9' INT; echo ready; while :; do sleep 0.1; done")
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    process.send_signal(signal.SIGINT)
    assert process.stdout.read() == b"asked\n"
    assert process.wait(PATIENCE_S) == 9


def test_the_second_ctrl_c_lets_go_of_a_command_that_does_not_care(begun: Begun) -> None:
    process = begun("exec", HERE, "--", "trap 'echo no' INT; echo $$; while :; do sleep 0.1; done")
    assert process.stdout is not None
    pid = int(process.stdout.readline())
    process.send_signal(signal.SIGINT)
    assert process.stdout.readline() == b"no\n"
    process.send_signal(signal.SIGINT)
    assert process.wait(PATIENCE_S) == 130
    assert not psutil.pid_exists(pid)


def test_who_reads_no_more_ends_the_command(begun: Begun) -> None:
    process = begun("exec", HERE, "--", "echo $$; exec yes")
    assert process.stdout is not None
    pid = int(process.stdout.readline())
    process.stdout.close()
    assert process.wait(PATIENCE_S) == 141
    assert not psutil.pid_exists(pid)


def test_in_a_terminal_the_command_has_one_of_the_same_size_and_its_keys(begun: Begun) -> None:
    ours, its = pty.openpty()
    fcntl.ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", 33, 111, 0, 0))
    before = termios.tcgetattr(its)
    script = "stty size; trap 'echo asked; exit 5' INT; echo ready; while :; do sleep 0.1; done"
    process = begun("exec", "-t", HERE, "--", script, stdin=its, stdout=its, stderr=its)
    assert "33 111" in read_until(ours, "ready")
    os.write(ours, b"\x03")
    assert "asked" in read_until(ours, "asked")
    assert process.wait(PATIENCE_S) == 5
    assert termios.tcgetattr(its) == before
    os.close(ours)
    os.close(its)


def test_a_terminal_that_changes_its_size_changes_that_of_the_command(begun: Begun) -> None:
    ours, its = pty.openpty()
    script = "trap 'stty size; exit 0' WINCH; echo ready; while :; do sleep 0.1; done"
    process = begun("exec", "-t", HERE, "--", script, stdin=its, stdout=its, stderr=its)
    read_until(ours, "ready")
    fcntl.ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", 22, 77, 0, 0))
    process.send_signal(signal.SIGWINCH)
    assert "22 77" in read_until(ours, "22 77")
    assert process.wait(PATIENCE_S) == 0
    os.close(ours)
    os.close(its)


def test_a_program_that_is_not_there_is_told_by_its_name(program: Program, path: str) -> None:
    done = program("exec", HERE, "--", "no-such-program", PYTHONPATH=path)
    assert done.returncode == 3
    assert "no-such-program" in done.stderr.splitlines()[0]


def test_a_url_gives_no_way_to_run_anything(program: Program) -> None:
    done = program("exec", "http://127.0.0.1:8265", "--", "uptime")
    assert done.returncode == 2
    assert "http://127.0.0.1:8265" in done.stderr
    assert "ssh://HOST" in done.stderr


@pytest.mark.parametrize(
    ("words", "said"), [((HERE,), "none behind --"), ((HERE, "--"), "none behind --"), (("-t", HERE), "none here")]
)
def test_what_lacks_is_told(program: Program, path: str, words: tuple[str, ...], said: str) -> None:
    done = program("exec", *words, PYTHONPATH=path)
    assert done.returncode == 2
    assert said in done.stderr


def read_until(terminal: int, word: str) -> str:
    """Read what a terminal shows until it shows `word`."""
    shown, until = "", time.monotonic() + PATIENCE_S
    while word not in shown:
        assert select.select([terminal], [], [], max(0.0, until - time.monotonic()))[0], shown
        shown += os.read(terminal, 1 << 16).decode()
    return shown
