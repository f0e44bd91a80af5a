"""Metrics that the user's own code defines: found, kept and drawn without anybody's having asked for them."""

from __future__ import annotations

import math

import anyio
import pytest

from raymon_tui.backends.base import ConnectOptions
from raymon_tui.backends.resolve import resolve
from raymon_tui.cluster.feeds.catalogue import BASE_FEEDS
from raymon_tui.cluster.metrics.exposition import Family
from raymon_tui.cluster.metrics.families import is_custom, worth_listing
from raymon_tui.cluster.metrics.measure import Measure
from raymon_tui.cluster.monitor import METRICS, Monitor
from raymon_tui.cluster.snapshot import Snapshot
from raymon_tui.tui.charts.family_chart import chart_of_family
from raymon_tui.tui.demo.cluster import RunningCluster

OURS = {"ray_sample_level": "gauge", "ray_sample_rounds_total": "counter", "ray_sample_seconds": "histogram"}


def test_what_says_but_since_when_another_metric_counts_is_not_listed() -> None:
    given = [
        Family("calls_created", "gauge"),
        Family("calls_total", "counter"),
        Family("jobs_created", "gauge"),
        Family("jobs_running", "gauge"),
        Family("seconds", "histogram"),
        Family("seconds_created", "gauge"),
    ]
    listed = [one.name for one in worth_listing(given)]
    assert listed == ["calls_total", "jobs_created", "jobs_running", "seconds"]


@pytest.mark.ray
async def test_each_kind_is_drawn_as_what_it_is(ray_cluster: RunningCluster) -> None:
    backend = resolve(ray_cluster.dashboard_url, ConnectOptions())[0].open()
    monitor, drawn = Monitor(backend, refresh_s=0.5), anyio.Event()
    store = monitor.metrics.store
    values: dict[str, list[float]] = {}

    def heard(_snapshot: Snapshot, changed: frozenset[str]) -> None:
        if METRICS not in changed:
            return
        found = {family.name: family for family in store.families() if is_custom(family.name)}
        for name in OURS.keys() & found.keys():
            for one in chart_of_family(found[name]).drawn:
                lines = store.latest(one.measure, monitor.metrics._clock()).lines
                known = [value for line in lines for value in line.values if not math.isnan(value)]
                if any(known):
                    values[f"{name} {one.name}".strip()] = known
        if len(values) == 5:
            assert {name: found[name].type for name in OURS} == OURS
            drawn.set()

    monitor.listen(heard)
    monitor.want("test", BASE_FEEDS)
    monitor.metrics.look(seen=True)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(monitor.run)
        with anyio.fail_after(120):
            await drawn.wait()
        tasks.cancel_scope.cancel()
    await monitor.aclose()
    assert sorted(family.name for family in store.families() if is_custom(family.name)) == sorted(OURS)
    assert values["ray_sample_level"] == [8.5]
    assert values["ray_sample_rounds_total"][0] > 0
    assert 0.1 < values["ray_sample_seconds 50%"][0] < 1
    by_tag = store.ask(Measure(family="ray_sample_level", by=("of",)), monitor.metrics._clock() - 30, 30, 1).lines
    assert [line.labels for line in by_tag] == [(("of", "runs"),)]
