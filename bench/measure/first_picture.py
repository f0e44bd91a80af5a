"""How long until a user knows how the cluster is: the monitor, `status`, and `ray status`, side by side."""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from statistics import median
from urllib.parse import urlsplit

from sshd import running_sshd

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
            "raymon-tui": partial(open_monitor, PROGRAM, dashboard),
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


def through_ssh(dashboard: str, gcs: str, times: int) -> list[Figure]:
    """Measure the same through a real SSH server in front of that cluster, beside `ssh HOST ray status`."""
    port = str(urlsplit(dashboard).port)
    with tempfile.TemporaryDirectory() as folder, running_sshd(Path(folder)) as sshd:
        known = ("-F", "none", "-o", f"UserKnownHostsFile={sshd.known_hosts}", "-i", str(sshd.key))
        theirs = ("ssh", *known, "-p", str(sshd.port), f"{sshd.user}@{sshd.host}", RAY, "status", "--address", gcs)
        options = ("--ssh-key", str(sshd.key), "--accept-new-host-key", "--dashboard-port", port)
        ours = ("env", f"HOME={folder}", PROGRAM, f"ssh://{sshd.user}@{sshd.host}:{sshd.port}", *options)
        runs = side_by_side({"ssh": partial(run, theirs), "raymon-tui": partial(open_monitor, *ours)}, times)
    ray, live = _walls(runs["ssh"]), _walls(runs["raymon-tui"])
    return [
        Figure("`ssh HOST ray status`, whole process", median(ray), "s", note=spread(ray)),
        Figure("`raymon-tui ssh://HOST`, first full picture", median(live), "s", note=spread(live)),
        Figure("first full picture against `ssh HOST ray status`", median(live) / median(ray), "×", goal=0.6),
    ]


def open_monitor(*words: str) -> Run:
    """Start the monitor with these words, and end it when its overview is full."""
    started = time.perf_counter()
    with Terminal(words) as terminal:
        return Run(wall_s=terminal.until(is_full) - started)


def _walls(runs: Sequence[Run]) -> list[float]:
    return [one.wall_s for one in runs]
