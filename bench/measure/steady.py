"""What a monitor that is only looked at costs: CPU, memory, bytes to the terminal."""

from __future__ import annotations

import time
from dataclasses import dataclass

import psutil

from measure.terminal import Terminal


@dataclass(frozen=True)
class Cost:
    """Percent of one core, largest resident bytes, and bytes a second to the terminal, over the time watched."""

    cpu_percent: float
    rss_bytes: int
    bytes_per_s: float


def steady(terminal: Terminal, seconds: float) -> Cost:
    """Watch for so long without a key."""
    process = terminal.process
    received, cpu_s, began = terminal.received, _cpu_s(process), time.perf_counter()
    largest = 0
    while time.perf_counter() - began < seconds:
        terminal.settle(1.0)
        largest = max(largest, process.memory_info().rss)
    took = time.perf_counter() - began
    return Cost(
        cpu_percent=100 * (_cpu_s(process) - cpu_s) / took,
        rss_bytes=largest,
        bytes_per_s=(terminal.received - received) / took,
    )


def _cpu_s(process: psutil.Process) -> float:
    times = process.cpu_times()
    return times.user + times.system
