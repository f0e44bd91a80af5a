"""What Ray exports of tasks and actors comes to what its State API counts, where nothing changes."""

from __future__ import annotations

import anyio
import pytest

from raymon_tui.backends.base import ConnectOptions
from raymon_tui.backends.resolve import resolve
from raymon_tui.cluster.feeds.catalogue import BASE_FEEDS
from raymon_tui.cluster.monitor import METRICS, Monitor
from raymon_tui.cluster.prometheus.counting import counts_of, exported
from raymon_tui.cluster.ray_api.counts import ACTORS, TASKS
from raymon_tui.cluster.snapshot import Snapshot
from raymon_tui.tui.demo.cluster import RunningCluster


@pytest.mark.ray
async def test_live_tasks_and_actors_are_as_many_as_ray_counts(ray_cluster: RunningCluster) -> None:
    backend = resolve(ray_cluster.dashboard_url, ConnectOptions())[0].open()
    monitor, told = Monitor(backend, refresh_s=0.5), anyio.Event()

    def heard(_snapshot: Snapshot, changed: frozenset[str]) -> None:
        if METRICS in changed:
            told.set()

    def live(family: str) -> dict[str, int]:
        lines = monitor.metrics.store.latest(exported(family), monitor.snapshot.at).lines
        return counts_of(family, ((one.labels, one.values[-1]) for one in lines), "metrics").by_state

    monitor.listen(heard)
    monitor.want("test", BASE_FEEDS)
    monitor.metrics.look(seen=True)
    found: list[tuple[str, dict[str, int], dict[str, int]]] = []
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(monitor.run)
        with anyio.move_on_after(90):
            while not found or any(theirs != ours for _, theirs, ours in found):
                told = anyio.Event()
                await told.wait()
                counted = ((TASKS, await monitor.api.task_counts()), (ACTORS, await monitor.api.actor_counts()))
                found = [
                    (
                        kind.name,
                        {state: counts.of(state) for state in kind.live},
                        {state: live(f"ray_{kind.name}").get(state, -1) for state in kind.live},
                    )
                    for kind, counts in counted
                ]
        tasks.cancel_scope.cancel()
    await monitor.aclose()
    for name, theirs, ours in found:
        assert ours == theirs, name
