"""All benchmarks: prints one table and writes it to `bench/results.md`.

`python bench/run.py` starts a small real Ray cluster for what is compared with `ray status`, and a simulated large one
for the rest; `--dashboard URL --gcs HOST:PORT` takes a real cluster that is there already.
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
from measure import views
from measure.figures import Figure, percentile
from measure.first_picture import PROGRAM, first_picture, through_ssh
from measure.keys import keystrokes
from measure.kubernetes import kubernetes
from measure.metrics import metrics
from measure.real_cluster import real_cluster
from measure.simulator import simulator
from measure.steady import steady
from measure.terminal import Terminal
from measure.transport import transport

RESULTS = Path(__file__).with_name("results.md")
NODES, ACTORS, TASKS = 1000, 10_000, 10_000


def compared(dashboard: str | None, gcs: str, runs: int) -> Iterator[Figure]:
    """Measure how soon a user knows, side by side with `ray status`, on a real cluster."""
    with real_cluster(dashboard, gcs) as cluster:
        yield from first_picture(cluster.dashboard, cluster.gcs, runs)
        yield from through_ssh(cluster.dashboard, cluster.gcs, runs)


def large_cluster(presses: int, seconds: float) -> Iterator[Figure]:
    """Measure the monitor on a simulated cluster: keys in long lists, then what each pane costs while it is open."""
    with simulator(NODES, ACTORS, TASKS) as url, Terminal((PROGRAM, url)) as terminal:
        terminal.until(views.is_full)
        for view in (views.NODES, views.ACTORS_OF_A_CLASS):
            view.open(terminal)
            taken = [1000 * each for each in keystrokes(terminal, presses)]
            yield Figure(f"key to paint, {view.name}, p50", percentile(taken, 50), "ms")
            yield Figure(f"key to paint, {view.name}, p99", percentile(taken, 99), "ms", goal=33)
            view.leave(terminal)
        for view in (views.OVERVIEW, views.NODES, views.TASKS, views.ACTORS):
            view.open(terminal)
            cost = steady(terminal, seconds)
            yield Figure(f"{view.name} open: CPU", cost.cpu_percent, "% of a core", goal=5)
            yield Figure(f"{view.name} open: resident memory", cost.rss_bytes / 1e6, "MB", goal=120)
            yield Figure(f"{view.name} open: to the terminal", cost.bytes_per_s / 1000, "kB/s", goal=8)


def in_kubernetes(dashboard: str | None, gcs: str, runs: int, seconds: float) -> Iterator[Figure]:
    """Measure the way through an API server, in front of a real cluster."""
    with real_cluster(dashboard, gcs) as cluster:
        yield from kubernetes(cluster.dashboard, cluster.gcs, runs, seconds)


def requests_through_ssh() -> Iterator[Figure]:
    """Measure requests through one SSH connection, side by side with `ssh -L`."""
    yield from transport()


def line(one: Figure) -> str:
    """Return a figure as a row of a table in Markdown."""
    goal = "" if one.goal is None else f"≤ {one.goal:g} {one.unit}"
    verdict = {True: "met", False: "**missed**", None: one.note}[one.met]
    return f"| {one.what} | {one.value:.3g} {one.unit} | {goal} | {verdict} |"


def machine() -> str:
    """Return what was measured with, and on what."""
    memory = psutil.virtual_memory().total / (1 << 30)
    return (
        f"{datetime.now(timezone.utc):%Y-%m-%d}, {platform.system()} {platform.machine()}, {os.cpu_count()} cores, "
        f"{memory:.0f} GiB, load {os.getloadavg()[0]:.1f} beforehand; Python {platform.python_version()}, "
        f"Ray {version('ray')}, Textual {version('textual')}. Terminal: 140×45, 256 colours. "
        f"Simulated: {NODES:,} nodes, {ACTORS:,} actors, {TASKS:,} tasks, asked every 2 s."
    )


def report(about: str, figures: Sequence[Figure]) -> str:
    """Return the whole page."""
    return "\n".join((about, "", "| what | measured | goal | |", "|---|--:|--:|---|", *map(line, figures), ""))


def main() -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--dashboard", help="URL of a real cluster's dashboard; by default a cluster is started")
    parser.add_argument("--gcs", default="127.0.0.1:6379", help="host:port of that cluster's GCS")
    parser.add_argument("--runs", type=int, default=9, help="whole processes of each kind")
    parser.add_argument("--presses", type=int, default=200, help="keys in each list")
    parser.add_argument("--seconds", type=float, default=60, help="how long each pane is watched")
    parser.add_argument(
        "--only",
        choices=("real", "simulated", "ssh", "kubernetes", "metrics"),
        help="one part, which is then not written",
    )
    given = parser.parse_args()
    about, figures = machine(), list[Figure]()
    parts = {
        "real": compared(given.dashboard, given.gcs, given.runs),
        "simulated": large_cluster(given.presses, given.seconds),
        "ssh": requests_through_ssh(),
        "kubernetes": in_kubernetes(given.dashboard, given.gcs, given.runs, given.seconds),
        "metrics": metrics(),
    }
    for name, part in parts.items():
        for figure in part if given.only in (None, name) else ():
            figures.append(figure)
            print(line(figure), flush=True)
    if given.only is None:
        RESULTS.write_text(report(about, figures), encoding="utf-8")
        print(f"\n{RESULTS}:\n\n{report(about, figures)}")


if __name__ == "__main__":
    main()
