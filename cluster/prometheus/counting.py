"""Counts of tasks and actors as they are exported: of a Prometheus server, or of what was scraped here."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from raymon_tui.cluster.metrics.measure import Labels, Measure, promql
from raymon_tui.cluster.model.page import Counts
from raymon_tui.cluster.model.task import RUNNING_STATES
from raymon_tui.cluster.ray_api.counts import ACTORS, TASKS

if TYPE_CHECKING:
    from raymon_tui.cluster.prometheus.api import PrometheusApi


def exported(family: str) -> Measure:
    """Return what tells of `ray_tasks` or `ray_actors` how many there are in each state."""
    return Measure(family=family, by=("State", "Source"))


async def ask_counts(api: PrometheusApi, family: str, matchers: Mapping[str, str], at: float) -> Counts:
    """Return what a server knows of `ray_tasks` or `ray_actors`; raises the `RaymonError` of asking."""
    found = await api.query(promql(exported(family), 60, matchers), at)
    return counts_of(family, ((one.labels, one.value) for one in found.samples), "prometheus")


def counts_of(family: str, samples: Iterable[tuple[Labels, float]], source: str) -> Counts:
    """Return the counts that these values come to, each with its state and its source among its labels.

    There is no total: what belonged to a driver is exported no more once that has ended.
    """
    told: dict[str, dict[str, float]] = {}
    for labels, value in samples:
        known = dict(labels)
        if math.isfinite(value):
            told.setdefault(known.get("State", ""), {})[known.get("Source", "")] = value
    pick, live = (task_count, TASKS.live) if family == "ray_tasks" else (actor_count, ACTORS.live)
    counts = {state: pick(state, by_source) for state, by_source in told.items()}
    ended = {state: count for state, count in counts.items() if state not in live and count}
    by_state = {**{state: counts.get(state, 0) for state in live}, **ended}
    return Counts(by_state=by_state, source=source, at_least=True)


def task_count(state: str, by_source: Mapping[str, float]) -> int:
    """Return how many tasks are in a state, of what each source says of it.

    What runs is told by the executors alone. Of what waits the owner tells all, and whoever has it after that tells
    where it is now, and takes it from where it was by a number below zero.
    """
    if state in RUNNING_STATES:
        return max(0, round(by_source.get("executor", 0.0)))
    return max(0, round(sum(by_source.values())))


def actor_count(_state: str, by_source: Mapping[str, float]) -> int:
    """Return how many actors are in a state: executors tell those that GCS knows once more."""
    return max(0, round(by_source.get("gcs", 0.0)))
