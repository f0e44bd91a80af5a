"""What the terminal is given to for a while: a shell on the head, over a real OpenSSH server; and a browser."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import docker_standin
import httpx
import pytest
from ssh_home import launcher_file, make_home, settings_for
from sshd import Sshd, free_port, running_sshd
from standing_in import stand_ins
from terminal import Program, is_restored
from words import ended

ENTERED, LEFT = b"\x1b[?1049h", b"\x1b[?1049l"
"""A terminal's own screen, which a program draws on, is entered and left."""


@pytest.fixture
def sshd(tmp_path: Path) -> Iterator[Sshd]:
    folder = tmp_path / "sshd"
    folder.mkdir()
    with running_sshd(folder, *docker_standin.install(tmp_path / "docker", docker_standin.NAME)) as running:
        yield running


@pytest.fixture
def port(tmp_path: Path) -> Iterator[int]:
    with stand_ins(tmp_path / "head") as start:
        yield start("session_1", port=free_port()).port


@pytest.fixture
def monitor(sshd: Sshd, port: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Program]:
    """The program on a head behind the server, with its first picture."""
    make_home(tmp_path / "home", monkeypatch, *settings_for(sshd))
    with Program(*way_to(sshd, port)) as opened:
        opened.until(shows_the_cluster)
        yield opened


def way_to(sshd: Sshd, port: int) -> tuple[str, ...]:
    return f"ssh://{sshd.user}@127.0.0.1:{sshd.port}", "--ssh-key", str(sshd.key), "--dashboard-port", str(port)


def shows_the_cluster(screen: str) -> bool:
    return "Attention" in screen and "2.60.0" in screen


def in_shell(program: Program) -> int:
    """Go to the shell; return its process."""
    before = len(program.sent)
    program.press("!")
    program.until(lambda _: LEFT in program.sent[before:])
    program.press("echo pid $$ $((41+1))\r")
    program.until(lambda screen: " 42" in screen)
    return int(program.text.split("pid ")[-1].split()[0])


def is_back(program: Program) -> bool:
    return program.sent.rfind(ENTERED) > program.sent.rfind(LEFT) and shows_the_cluster(program.text)


def test_a_shell_is_left_for_the_picture_and_the_program_still_ends_cleanly(monitor: Program) -> None:
    in_shell(monitor)
    monitor.press("sleep 600\r")
    monitor.until(lambda screen: "sleep 600" in screen)
    monitor.press("\x03exit\r")
    monitor.until(lambda _: is_back(monitor))
    monitor.process.send_signal(signal.SIGTERM)
    assert monitor.ended() == 128 + signal.SIGTERM
    assert is_restored(monitor.sent)


def test_the_second_shell_is_as_good_as_the_first(monitor: Program) -> None:
    for _ in range(2):
        in_shell(monitor)
        monitor.press("exit\r")
        monitor.until(lambda _: is_back(monitor))
    monitor.press("q")
    assert monitor.ended() == 0


async def test_who_ends_the_program_ends_its_shell_too(monitor: Program) -> None:
    pid = in_shell(monitor)
    monitor.process.send_signal(signal.SIGTERM)
    assert monitor.ended() == 128 + signal.SIGTERM
    assert is_restored(monitor.sent)
    await ended(pid)


async def test_a_terminal_that_is_closed_ends_program_and_shell(monitor: Program) -> None:
    pid = in_shell(monitor)
    monitor.close_terminal()
    assert monitor.ended() == 128 + signal.SIGHUP
    await ended(pid)


def test_a_shell_that_cannot_be_had_is_told_on_the_picture(
    sshd: Sshd, port: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_home(tmp_path / "home", monkeypatch, *settings_for(sshd), f"  Port {sshd.port}")
    file = launcher_file(tmp_path, sshd, container="gone")
    with Program(str(file), "--dashboard-port", str(port)) as program:
        program.until(shows_the_cluster)
        program.press("!")
        program.until(lambda screen: is_back(program) and "gone" in screen)
        program.press("q")
        assert program.ended() == 0


def test_the_web_dashboard_is_behind_an_address_that_answers_and_is_opened(
    sshd: Sshd, port: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_home(tmp_path / "home", monkeypatch, *settings_for(sshd))
    opened = tmp_path / "opened"
    os.mkfifo(opened)
    monkeypatch.setenv("BROWSER", f"sh -c 'echo $0 > {opened}' %s")
    with Program(*way_to(sshd, port)) as program:
        program.until(shows_the_cluster)
        program.press("p")
        program.until(lambda screen: "http://127.0.0.1:" in screen.replace(f"127.0.0.1:{sshd.port}", ""))
        url = opened.read_text().strip()
        assert httpx.get(f"{url}/api/version", trust_env=False).json()["session_name"] == "session_1"
        program.press("q")
        assert program.ended() == 0
    with pytest.raises(httpx.ConnectError):
        httpx.get(url, trust_env=False)
