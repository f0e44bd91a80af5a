"""All benchmarks: prints one table and writes it to `bench/results.md`.

`python bench/run.py --dashboard URL --gcs HOST:PORT` measures on a real cluster and on a simulated one.
"""

from __future__ import annotations

import argparse
import os
import platform
from collections.abc import Iterator, Sequence
from datetime import datetime, timezone
from importlib.metadata import version
from pathlib import Path

import psutil
from measure.figures import Figure, percentile
from measure.first_picture import PROGRAM, first_picture
from measure.keys import keystrokes, until_still
from measure.overview import is_full
from measure.simulator import simulator
from measure.steady import steady
from measure.terminal import Terminal

RESULTS = Path(__file__).with_name("results.md")
NODES, ACTORS, TASKS = 1000, 10_000, 10_000
PANES = {"Overview": "1", "Nodes": "2", "Tasks": "5", "Actors": "6"}
LISTS = ("Nodes", "Actors")


def large_cluster(presses: int, seconds: float) -> Iterator[Figure]:
    """Measure the monitor on a simulated cluster: keys in long lists, then what each pane costs while it is open."""
    with simulator(NODES, ACTORS, TASKS) as url, Terminal((PROGRAM, url)) as terminal:
        terminal.until(is_full)
        for pane in LISTS:
            terminal.press(PANES[pane])
            until_still(terminal)
            taken = [1000 * each for each in keystrokes(terminal, presses)]
            yield Figure(f"keystroke to paint, {pane}, p50", percentile(taken, 50), "ms")
            yield Figure(f"keystroke to paint, {pane}, p99", percentile(taken, 99), "ms", goal=33)
        for pane, key in PANES.items():
            terminal.press(key)
            until_still(terminal)
            cost = steady(terminal, seconds)
            yield Figure(f"CPU, {pane} open", cost.cpu_percent, "% of a core", goal=5)
            yield Figure(f"to the terminal, {pane} open", cost.bytes_per_s / 1000, "kB/s", goal=8)
            yield Figure(f"resident memory, {pane} open", cost.rss_bytes / 1e6, "MB", goal=120)


def table(figures: Sequence[Figure]) -> str:
    """Return the figures as a table in Markdown."""
    lines = ["| what | measured | goal | |", "|---|--:|--:|---|"]
    for one in figures:
        goal = "" if one.goal is None else f"≤ {one.goal:g} {one.unit}"
        verdict = {True: "met", False: "**missed**", None: ""}[one.met]
        lines.append(f"| {one.what} | {one.value:.3g} {one.unit} | {goal} | {verdict or one.note} |")
    return "\n".join(lines)


def machine() -> str:
    """Return one sentence on what was measured with and on what."""
    memory = psutil.virtual_memory().total / (1 << 30)
    load = os.getloadavg()[0]
    return (
        f"{datetime.now(timezone.utc):%Y-%m-%d}, {platform.system()} {platform.machine()}, {os.cpu_count()} cores, "
        f"{memory:.0f} GiB, load {load:.1f} before; Python {platform.python_version()}, Ray {version('ray')}, "
        f"Textual {version('textual')}; terminal of 140×45 in 256 colours; simulated: {NODES:,} nodes, "
        f"{ACTORS:,} actors, {TASKS:,} tasks, asked every 2 s."
    )


def main() -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument(
        "--dashboard", help="URL of a real cluster's dashboard; without it only the simulated is measured"
    )
    parser.add_argument("--gcs", default=os.environ.get("RAY_ADDRESS", "127.0.0.1:6379"), help="that cluster's GCS")
    parser.add_argument("--runs", type=int, default=7, help="whole processes of each kind")
    parser.add_argument("--presses", type=int, default=200, help="keys in each list")
    parser.add_argument("--seconds", type=float, default=60, help="how long each pane is watched")
    given = parser.parse_args()
    about = machine()
    figures = first_picture(given.dashboard, given.gcs, given.runs) if given.dashboard else []
    figures += large_cluster(given.presses, given.seconds)
    text = f"{about}\n\n{table(figures)}\n"
    RESULTS.write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
