"""The web dashboard on this machine: where it is, and what a browser sees while it cannot be reached."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from raymon_tui.backends.base import Endpoint
from raymon_tui.backends.local import LocalBackend
from raymon_tui.tui.browser import open_browser
from raymon_tui.tui.forwarding import forwarded

Program = Callable[..., "subprocess.CompletedProcess[str]"]

VERSION = json.dumps({"ray_version": "2.60.0", "session_name": "session_1"})


def test_a_dashboard_that_can_be_reached_from_here_is_where_it_is(serving: Callable[[int, str], str]) -> None:
    url = serving(200, VERSION)
    argv = (sys.executable, "-m", "raymon_tui.tui", "dashboard", url, "--no-browser")
    with subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline().split()[0] == url
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 130


async def test_a_browser_is_told_why_nothing_can_be_seen(closed_port: int) -> None:
    head = Endpoint("127.0.0.1", closed_port)
    async with (
        forwarded(lambda: LocalBackend(head, environ={}).dial(head), 0) as port,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client,
    ):
        for _ in range(2):
            answer = await client.get("/")
            assert answer.status_code == 502
            tried, said, advice = answer.text.splitlines()
            assert str(closed_port) in tried
            assert "refused" in said
            assert advice


def test_where_nothing_listens_there_is_no_url(program: Program, closed_port: int) -> None:
    done = program("dashboard", f"http://127.0.0.1:{closed_port}")
    assert (done.returncode, done.stdout) == (3, "")
    assert len(done.stderr.splitlines()) == 3


@pytest.mark.parametrize("command", ["{browser}", "'{browser}' %s &", "w3m:no-such-program:{browser} %s"])
def test_the_browser_that_the_user_names_is_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], command: str
) -> None:
    told = tmp_path / "told"
    os.mkfifo(told)
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\necho "a word of its own"; echo "$@" > {told}\n')
    browser.chmod(0o755)
    monkeypatch.setenv("BROWSER", command.format(browser=browser))
    assert open_browser("http://127.0.0.1:8265")
    assert told.read_text() == "http://127.0.0.1:8265\n"
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("command", ["", "w3m", "/usr/bin/lynx %s", "no-such-program", "'unfinished"])
def test_no_browser_is_opened_that_would_draw_on_this_terminal(monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    monkeypatch.setenv("BROWSER", command)
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    assert not open_browser("http://127.0.0.1:8265")
