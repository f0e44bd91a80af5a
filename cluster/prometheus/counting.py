"""Counts of tasks and actors asked of a Prometheus server, where the cluster is too large to be asked itself."""

from __future__ import annotations

import contextlib
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from raymon_tui.backends.errors import RaymonError
from raymon_tui.cluster.feeds.catalogue import ACTOR_COUNTS, TASK_COUNTS
from raymon_tui.cluster.feeds.feed import Feed
from raymon_tui.cluster.metrics.measure import Measure, promql
from raymon_tui.cluster.model.page import Counts
from raymon_tui.cluster.model.task import RUNNING_STATES
from raymon_tui.cluster.ray_api.counts import ACTORS, TASKS

if TYPE_CHECKING:
    from raymon_tui.cluster.prometheus.api import PrometheusApi
    from raymon_tui.cluster.prometheus.watch import PrometheusWatch
    from raymon_tui.cluster.ray_api.client import RayApi

_FAMILIES = {TASK_COUNTS.name: "ray_tasks", ACTOR_COUNTS.name: "ray_actors"}


def counted_feeds(watch: PrometheusWatch, exporters: Callable[[], int]) -> dict[str, Feed[Counts]]:
    """Return the feeds of counts by name: they ask Prometheus while that stands in for the exporters, else Ray."""
    return {feed.name: _counted(feed, watch, exporters) for feed in (TASK_COUNTS, ACTOR_COUNTS)}


def _counted(feed: Feed[Counts], watch: PrometheusWatch, exporters: Callable[[], int]) -> Feed[Counts]:
    async def ask(api: RayApi) -> Counts:
        if watch.stands_in_for(exporters()) and watch.server is not None:
            with contextlib.suppress(RaymonError):
                return await ask_counts(watch.server.api, _FAMILIES[feed.name], watch.matchers, time.time())
        return await feed.ask(api)

    return replace(feed, ask=ask)


async def ask_counts(api: PrometheusApi, family: str, matchers: Mapping[str, str], at: float) -> Counts:
    """Return what `ray_tasks` or `ray_actors` come to; raises the `RaymonError` of asking.

    There is no total: what belonged to a driver is exported no more once that has ended.
    """
    found = await api.query(promql(Measure(family=family, by=("State", "Source")), 60, matchers), at)
    told: dict[str, dict[str, float]] = {}
    for one in found.samples:
        labels = dict(one.labels)
        if math.isfinite(one.value):
            told.setdefault(labels.get("State", ""), {})[labels.get("Source", "")] = one.value
    pick, live = (task_count, TASKS.live) if family == "ray_tasks" else (actor_count, ACTORS.live)
    counts = {state: pick(state, by_source) for state, by_source in told.items()}
    ended = {state: count for state, count in counts.items() if state not in live and count}
    return Counts(
        by_state={**{state: counts.get(state, 0) for state in live}, **ended}, source="prometheus", at_least=True
    )


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
