"""What charts show is what a Prometheus server that scrapes the same exporters says."""

from __future__ import annotations

import math
import time
from contextlib import aclosing
from pathlib import Path

import anyio
import anyio.lowlevel
import pytest
from prometheus import prometheus

from raymon_tui.backends.base import ConnectOptions, Endpoint
from raymon_tui.backends.resolve import resolve
from raymon_tui.cluster.metrics.charts import CHARTS
from raymon_tui.cluster.metrics.lines import Lines
from raymon_tui.cluster.metrics.measure import Measure, promql
from raymon_tui.cluster.metrics.written import as_prometheus
from raymon_tui.cluster.monitor import METRICS, Monitor
from raymon_tui.cluster.prometheus.finding import answering
from raymon_tui.cluster.snapshot import Snapshot
from raymon_tui.tui.demo.cluster import RunningCluster

pytestmark = pytest.mark.ray

STEADY = {"memory", "cpus", "actors", "nodes", "demand"}
"""Charts whose values do not change from one second to the next while the cluster does nothing new."""
MAY_BE_EMPTY = {"gpu", "gpu-memory", "gpus"}
"""What a machine without a GPU has no values for."""


def newest(lines: Lines) -> dict[tuple[tuple[str, str], ...], float]:
    known = {line.labels: [value for value in line.values if not math.isnan(value)] for line in lines.lines}
    return {labels: values[-1] for labels, values in known.items() if values}


async def test_every_chart_asks_prometheus_what_it_shows_itself(ray_cluster: RunningCluster, tmp_path: Path) -> None:
    backend = resolve(ray_cluster.dashboard_url, ConnectOptions())[0].open()
    monitor, rounds = Monitor(backend, refresh_s=0.5), anyio.Event()

    def heard(_snapshot: Snapshot, changed: frozenset[str]) -> None:
        if METRICS in changed and monitor.metrics.rounds >= 3:
            rounds.set()

    monitor.listen(heard)
    from raymon_tui.cluster.feeds.catalogue import BASE_FEEDS

    monitor.want("test", BASE_FEEDS)
    monitor.metrics.look(seen=True)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(monitor.run)
        with anyio.fail_after(120):
            await rounds.wait()
            targets = [state.target for state in monitor.metrics.states.values()]
            with prometheus(tmp_path, as_prometheus(targets, "test").replace("15s", "1s")) as url:
                server = await answering(backend, url, (), from_here=True)
                async with aclosing(server.http):
                    while not (await server.api.query("count(ray_node_mem_total) >= 2", time.time() - 2)).samples:
                        await anyio.lowlevel.checkpoint()
                    now = time.time()
                    filled: set[str] = set()
                    for chart in CHARTS:
                        for drawn in chart.drawn:
                            expression = promql(drawn.measure, 60, {})
                            theirs = newest(await server.api.query_range(expression, now - 5, now, 1))
                            ours = newest(monitor.metrics.store.ask(drawn.measure, now - 30, 5, 6))
                            filled |= {chart.id} if ours else set()
                            if chart.id in STEADY and "used" not in drawn.name:
                                assert ours == pytest.approx(theirs, rel=1e-5), (chart.id, drawn.name)
                    assert {chart.id for chart in CHARTS} - filled <= MAY_BE_EMPTY
        tasks.cancel_scope.cancel()
    await monitor.aclose()


async def test_a_server_that_is_none_is_told_in_words() -> None:
    backend = resolve("http://127.0.0.1:9", ConnectOptions())[0].open()
    for url, words in (("http://127.0.0.1:9", "refused"), ("ftp://", "no http(s) URL")):
        with pytest.raises(Exception, match=words.replace("(", "\\(").replace(")", "\\)")):
            await answering(backend, url, (), from_here=True)


async def test_what_prometheus_says_of_a_wrong_question_is_told(tmp_path: Path) -> None:
    backend = resolve("http://127.0.0.1:9", ConnectOptions())[0].open()
    with prometheus(tmp_path, "global: {}\n") as url:
        server = await answering(backend, url, (), from_here=True)
        async with aclosing(server.http):
            with pytest.raises(Exception, match="parse error"):
                await server.api.query("sum(", time.time())
            assert (await server.api.query(promql(Measure(family="nothing"), 60, {}), time.time())).samples == ()
            assert await server.api.label_values("instance") == ()
            assert server.title.startswith("Prometheus 2")
    assert Endpoint("127.0.0.1", 9) == backend.dashboard
