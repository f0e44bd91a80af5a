"""Commands on the head node that have a terminal there: here, over a real sshd, in a container, and in a pod."""

from __future__ import annotations

import fcntl
import os
import pty
import signal
import struct
import termios
from pathlib import Path

import pytest
from ptys import PATIENCE_S, read_until, terminal
from running_exec import WAITING, Begun
from words import ended


def test_in_a_terminal_the_command_has_its_size_and_its_keys(begun: Begun, target: tuple[str, ...]) -> None:
    with terminal() as (ours, its):
        fcntl.ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", 33, 111, 0, 0))
        script = f"stty size; trap 'echo asked; exit 5' INT; echo ready; {WAITING}"
        process = begun("-t", *target, "--", script, stdin=its, stdout=its, stderr=its)
        assert "33 111" in read_until(ours, "ready")
        os.write(ours, b"\x03")
        assert read_until(ours, "asked").count("asked") == 1
        assert process.wait(PATIENCE_S) == 5


def test_the_terminal_is_as_it_was_afterwards(begun: Begun, far: tuple[str, ...]) -> None:
    with terminal() as (ours, its):
        before = termios.tcgetattr(its)
        assert begun("-t", *far, "--", "true", stdin=its, stdout=its, stderr=its).wait(PATIENCE_S) == 0
        assert termios.tcgetattr(its) == before
        assert ours


def test_a_terminal_that_changes_its_size_changes_that_of_the_command(begun: Begun, far: tuple[str, ...]) -> None:
    with terminal() as (ours, its):
        script = f"trap 'stty size; exit 0' WINCH; echo ready; {WAITING}"
        process = begun("-t", *far, "--", script, stdin=its, stdout=its, stderr=its)
        read_until(ours, "ready")
        fcntl.ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", 22, 77, 0, 0))
        assert "22 77" in read_until(ours, "22 77")
        assert process.wait(PATIENCE_S) == 0


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGHUP], ids=["TERM", "HUP"])
def test_in_a_terminal_signals_reach_the_command_which_may_make_of_them_what_it_likes(
    begun: Begun, target: tuple[str, ...], sent: signal.Signals
) -> None:
    with terminal() as (ours, its):
        before = termios.tcgetattr(its)
        script = f"trap 'echo asked; exit 8' {sent.name[3:]}; echo ready; {WAITING}"
        process = begun("-t", *target, "--", script, stdin=its, stdout=its, stderr=its)
        shown = read_until(ours, "ready")
        assert "raymon-tui" not in shown
        process.send_signal(sent)
        read_until(ours, "asked")
        assert process.wait(PATIENCE_S) == 8
        assert termios.tcgetattr(its) == before


async def test_in_a_terminal_the_second_term_lets_go_of_a_command_that_does_not_care(
    begun: Begun, far: tuple[str, ...]
) -> None:
    with terminal() as (ours, its):
        script = f"trap 'echo no' TERM; echo pid $$ ready; {WAITING}"
        process = begun("-t", *far, "--", script, stdin=its, stdout=its, stderr=its)
        pid = int(read_until(ours, "ready").split("pid ")[1].split()[0])
        process.send_signal(signal.SIGTERM)
        read_until(ours, "no")
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE_S) == 143
        await ended(pid)


async def test_a_terminal_that_is_closed_ends_the_command_and_leaves_no_traceback(
    begun: Begun, far: tuple[str, ...], tmp_path: Path
) -> None:
    ours, its = pty.openpty()
    process = begun("-t", *far, "--", f"trap '' HUP; echo pid $$ ready; {WAITING}", stdin=its, stdout=its, stderr=its)
    os.close(its)
    pid = int(read_until(ours, "ready").split("pid ")[1].split()[0])
    os.close(ours)
    assert process.wait(PATIENCE_S) == 129
    await ended(pid)
    assert not [name for _, _, names in os.walk(tmp_path) for name in names if name.startswith("crash-")]


def test_in_a_terminal_no_command_at_all_means_a_shell(begun: Begun, target: tuple[str, ...]) -> None:
    with terminal() as (ours, its):
        process = begun("-t", *target, stdin=its, stdout=its, stderr=its)
        os.write(ours, b"echo $((41+1)); exit 6\n")
        read_until(ours, "42\r")
        assert process.wait(PATIENCE_S) == 6
