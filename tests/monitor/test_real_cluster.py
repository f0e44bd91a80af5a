"""The monitor on a real Ray cluster, with a link that fails in between."""

from __future__ import annotations

import json
from typing import Any

import anyio
import pytest
from faults import Fault, in_front_of
from watching import monitor_of, until, watching

from raymon_tui.cluster import series
from raymon_tui.cluster.feeds.catalogue import AUTOSCALER, JOBS, NODES, OVERVIEW_FEEDS, TASK_COUNTS, VERSION
from raymon_tui.cluster.feeds.feed import Feed
from raymon_tui.cluster.report import document
from raymon_tui.cluster.snapshot import Snapshot
from raymon_tui.tui.demo.cluster import RunningCluster

pytestmark = [pytest.mark.ray, pytest.mark.slow]

RECOVERY_S = 30.0
"""What is promised is some seconds; the machine may be busy."""


def all_answered(snapshot: Snapshot) -> bool:
    return all(snapshot.reading(feed).known for feed in OVERVIEW_FEEDS)


async def test_a_real_cluster_answers_everything_that_the_overview_asks(ray_cluster: RunningCluster) -> None:
    async with in_front_of(ray_cluster.dashboard_url) as server:
        monitor = monitor_of(server)
        snapshot = await monitor.once(OVERVIEW_FEEDS, timeout_s=60.0)
        await monitor.aclose()
    assert {name: reading.error for name, reading in snapshot.readings.items() if reading.error} == {}
    assert all_answered(snapshot)
    nodes, version = snapshot.value(NODES), snapshot.value(VERSION)
    assert nodes
    assert version
    assert any(node.is_head and node.alive for node in nodes)
    told = json.loads(json.dumps(document(snapshot), allow_nan=False))
    assert told["session"] == version.session_name
    assert told["resources"]["CPU"]["total"] > 0


async def test_a_real_cluster_is_watched_through_a_link_that_fails(ray_cluster: RunningCluster) -> None:
    async with in_front_of(ray_cluster.dashboard_url) as server, watching(server, refresh_s=0.5) as monitor:
        monitor.want("overview", OVERVIEW_FEEDS)
        await until(monitor, all_answered)
        await server.refuse()
        lost = await until(monitor, lambda snapshot: snapshot.link.state == "lost")
        assert lost.value(NODES)
        assert all_answered(lost)
        await server.listen()
        with anyio.fail_after(RECOVERY_S):
            await until(monitor, lambda snapshot: _is_fresh(snapshot, lost.at))
        now = monitor.snapshot.at
        assert monitor.history.resample(series.CPU_PERCENT, 1, 120.0, now) != (None,)
        head = monitor.snapshot.value(NODES)[0].node_id
        assert monitor.history.resample(series.NODE_CPU, 1, 120.0, now, node_id=head) != (None,)


@pytest.mark.parametrize("fault", [Fault.BROKEN, Fault.HTML, Fault.TRUNCATED])
async def test_a_real_route_that_answers_nonsense_fails_alone(ray_cluster: RunningCluster, fault: Fault) -> None:
    async with in_front_of(ray_cluster.dashboard_url) as server, watching(server, refresh_s=0.5) as monitor:
        monitor.want("overview", (NODES, JOBS, AUTOSCALER, TASK_COUNTS))
        before = await until(monitor, lambda snapshot: snapshot.reading(NODES).known and snapshot.reading(JOBS).known)
        server.fail(fault, "/nodes")
        after = await until(monitor, lambda snapshot: snapshot.reading(NODES).error is not None)
        assert after.value(NODES)
        assert after.link.state in ("live", "slow")
        assert before.reading(JOBS).error is after.reading(JOBS).error is None
        server.heal()
        with anyio.fail_after(RECOVERY_S):
            await until(monitor, lambda snapshot: snapshot.reading(NODES).error is None)


def _is_fresh(snapshot: Snapshot, since: float) -> bool:
    cheap: tuple[Feed[Any], ...] = (VERSION, NODES, AUTOSCALER, JOBS)
    return snapshot.link.state in ("live", "slow") and all(
        (snapshot.reading(feed).read_at or 0.0) > since and snapshot.reading(feed).error is None for feed in cheap
    )
