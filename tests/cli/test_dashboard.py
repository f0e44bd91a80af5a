"""The web dashboard on this machine: where it is, and what a browser sees while it cannot be reached."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Callable

import httpx

from raymon_tui.backends.base import Endpoint
from raymon_tui.backends.local import LocalBackend
from raymon_tui.tui.forwarding import forwarded

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
        forwarded(LocalBackend(head, environ={}), head, 0) as port,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client,
    ):
        for _ in range(2):
            answer = await client.get("/")
            assert answer.status_code == 502
            tried, said, advice = answer.text.splitlines()
            assert str(closed_port) in tried
            assert "refused" in said
            assert advice
