"""The real program in tmux, as most users have it."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator

import pytest

from raymon_tui.tui.demo.cluster import RunningCluster

pytestmark = pytest.mark.ray


class Tmux:
    """A tmux server of its own, with one window."""

    def __init__(self, command: str) -> None:
        self._name = f"raymon-{uuid.uuid4().hex[:8]}"
        self("-f", "/dev/null", "new-session", "-d", "-x", "140", "-y", "45", f"unset COLUMNS LINES; {command}")

    def __call__(self, *arguments: str) -> str:
        done = subprocess.run(["tmux", "-L", self._name, *arguments], capture_output=True, text=True, check=False)
        return done.stdout

    def until(self, seen: Callable[[str], bool], within_s: float = 60.0) -> str:
        end = time.monotonic() + within_s
        while not seen(screen := self("capture-pane", "-p")):
            assert time.monotonic() < end, screen
            time.sleep(0.1)
        return screen


@pytest.fixture
def tmux(ray_cluster: RunningCluster) -> Iterator[Tmux]:
    if shutil.which("tmux") is None:
        pytest.skip("this machine cannot run tmux: it is not installed")
    command = (
        f"TERM=tmux-256color {sys.executable} -m raymon_tui.tui {ray_cluster.dashboard_url}; echo code $?; sleep 60"
    )
    made = Tmux(command)
    yield made
    made("kill-server")


def test_the_program_lives_in_a_pane(tmux: Tmux) -> None:
    tmux.until(lambda screen: "live" in screen and "Tasks running" in screen)
    tmux("send-keys", "2")
    tmux.until(lambda screen: "cpu, 15m" in screen and "ray.head.default" in screen)
    tmux("send-keys", "Enter")
    tmux.until(lambda screen: "Machine" in screen)
    tmux("send-keys", "Escape")
    tmux.until(lambda screen: "cpu, 15m" in screen)
    tmux("resize-window", "-x", "80", "-y", "24")
    narrow = tmux.until(lambda screen: "1 Over 2 Nodes" in screen)
    assert all(len(line) <= 80 for line in narrow.splitlines())
    tmux("send-keys", "q")
    tmux.until(lambda screen: "code 0" in screen)
