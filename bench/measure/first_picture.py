"""How long until a user knows how the cluster is: the monitor, `status`, and `ray status`, side by side."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from statistics import median

from measure.command import Run, run, side_by_side
from measure.figures import Figure, spread
from measure.terminal import Terminal
from measure.views import is_full

PROGRAM = str(Path(sys.executable).with_name("raymon-tui"))
RAY = str(Path(sys.executable).with_name("ray"))


def first_picture(dashboard: str, gcs: str, times: int) -> list[Figure]:
    """Measure on a real cluster: `dashboard` is its URL, `gcs` its `host:port`."""
    runs = side_by_side(
        {
            "ray status": partial(run, (RAY, "status", "--address", gcs)),
            "raymon-tui status": partial(run, (PROGRAM, "status", dashboard)),
            "raymon-tui": partial(open_monitor, dashboard),
        },
        times,
    )
    ray, once, live = (_walls(runs[name]) for name in ("ray status", "raymon-tui status", "raymon-tui"))
    return [
        Figure("`ray status`, whole process", median(ray), "s", note=spread(ray)),
        Figure("`raymon-tui status`, whole process", median(once), "s", note=spread(once)),
        Figure("`raymon-tui`, first full picture", median(live), "s", note=spread(live)),
        Figure("`raymon-tui status` against `ray status`", median(once) / median(ray), "×", goal=0.35),
        Figure("first full picture against `ray status`", median(live) / median(ray), "×", goal=0.5),
    ]


def open_monitor(dashboard: str) -> Run:
    """Start the monitor and end it when its overview is full."""
    started = time.perf_counter()
    with Terminal((PROGRAM, dashboard)) as terminal:
        return Run(wall_s=terminal.until(is_full) - started)


def _walls(runs: Sequence[Run]) -> list[float]:
    return [one.wall_s for one in runs]
