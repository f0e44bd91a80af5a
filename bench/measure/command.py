"""Whole processes, one after the other, side by side."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

_UNSEEN = ("COLORTERM", "NO_COLOR", "TMUX", "PYTHONDONTWRITEBYTECODE")


def ordinary_environment() -> dict[str, str]:
    """Return the environment that a user has: a Python told not to write bytecode would compile us at each start."""
    return {name: value for name, value in os.environ.items() if name not in _UNSEEN}


@dataclass(frozen=True)
class Run:
    """One process from start to end: seconds on the wall and of CPU, and its largest resident size in bytes."""

    wall_s: float
    cpu_s: float = 0.0
    peak_bytes: int = 0


def run(argv: Sequence[str]) -> Run:
    """Run a command to its end, its output thrown away; raises `CalledProcessError` where it fails."""
    started = time.perf_counter()
    silent = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen(argv, env=ordinary_environment(), **silent)
    _, status, usage = os.wait4(process.pid, 0)
    wall_s = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, argv)
    return Run(wall_s, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024)


def side_by_side(ways: Mapping[str, Callable[[], Run]], times: int) -> dict[str, list[Run]]:
    """Run each way `times` times, in turns, so that what else the machine does falls on all alike.

    One run of each beforehand is not counted: it fills the caches.
    """
    for way in ways.values():
        way()
    found: dict[str, list[Run]] = {name: [] for name in ways}
    for _ in range(times):
        for name, way in ways.items():
            found[name].append(way())
    return found
