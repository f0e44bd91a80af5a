"""However the monitor ends, its cluster ends with it, and no other does."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil
import pytest

from raymon_tui.tui.demo.cluster import RunningCluster

pytestmark = [pytest.mark.ray, pytest.mark.slow]

ENDS_WITHIN_S = 60.0


@dataclass(frozen=True)
class Held:
    """A program that holds a cluster, and where that cluster lives."""

    holder: subprocess.Popen[str]
    temp_dir: Path

    def await_word(self, word: str) -> None:
        assert self.holder.stdout is not None
        assert word in (line.strip() for line in self.holder.stdout)

    def keeper(self) -> psutil.Process:
        return psutil.Process(self.holder.pid).children()[0]

    def processes(self) -> list[psutil.Process]:
        return psutil.Process(self.holder.pid).children(recursive=True)

    def hear_readers(self) -> subprocess.Popen[bytes]:
        """Somebody who reads a log of the cluster, and is none of its processes."""
        return subprocess.Popen(("tail", "-F", str(self.temp_dir / "start.log")), stdout=subprocess.DEVNULL)


@pytest.fixture
def hold() -> Iterator[Callable[[], Held]]:
    """Start a program that holds a cluster; whatever becomes of it in the test, it is gone after it."""
    started: list[subprocess.Popen[str]] = []

    def start() -> Held:
        script = Path(__file__).with_name("hold_a_cluster.py")
        holder = subprocess.Popen((sys.executable, str(script)), stdout=subprocess.PIPE, text=True)
        started.append(holder)
        assert holder.stdout is not None
        return Held(holder, Path(holder.stdout.readline().strip()))

    yield start
    for holder in started:
        holder.kill()
        holder.wait()
        assert holder.stdout is not None
        holder.stdout.close()


def assert_ended(held: Held, processes: list[psutil.Process]) -> None:
    _, alive = psutil.wait_procs(processes, timeout=ENDS_WITHIN_S)
    assert not alive
    until = time.monotonic() + ENDS_WITHIN_S
    while held.temp_dir.exists():
        assert time.monotonic() < until, f"{held.temp_dir} is still there"
        time.sleep(0.2)


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_a_monitor_that_ends_while_ray_is_starting_leaves_nothing(
    hold: Callable[[], Held], ending: signal.Signals
) -> None:
    held = hold()
    held.await_word("starting Ray")
    processes = held.processes()
    held.holder.send_signal(ending)
    assert_ended(held, processes)


def test_a_monitor_that_is_killed_leaves_nothing_and_no_other_process_ends(
    hold: Callable[[], Held], ray_cluster: RunningCluster
) -> None:
    held = hold()
    held.await_word("up")
    processes = held.processes()
    reader = held.hear_readers()
    held.holder.kill()
    assert_ended(held, processes)
    assert reader.poll() is None
    reader.kill()
    reader.wait()
    assert httpx.get(f"{ray_cluster.dashboard_url}/api/version").status_code == 200


def test_a_keeper_that_is_killed_is_no_way_for_its_cluster_to_stay(hold: Callable[[], Held]) -> None:
    held = hold()
    held.await_word("up")
    processes = held.processes()
    held.keeper().kill()
    os.kill(held.holder.pid, signal.SIGINT)
    assert_ended(held, processes)
