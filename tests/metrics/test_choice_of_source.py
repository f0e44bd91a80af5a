"""Who is asked for charts and counts: the exporters while they are few, a real Prometheus where they are many."""

from __future__ import annotations

import json
import math
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import NamedTuple

import anyio
import pytest
from aiohttp import web
from faults import Reply, faulty
from grafana_standin import serving
from prometheus import free_port, prometheus

from raymon_tui.backends.base import Endpoint
from raymon_tui.backends.errors import BadAnswerError
from raymon_tui.backends.http import HttpBackend
from raymon_tui.backends.targets import UrlTarget
from raymon_tui.cluster import counted
from raymon_tui.cluster.feeds.catalogue import ACTOR_COUNTS, NODES, TASK_COUNTS, VERSION
from raymon_tui.cluster.feeds.feed import Feed
from raymon_tui.cluster.metrics import reader
from raymon_tui.cluster.metrics.charts import CHARTS
from raymon_tui.cluster.metrics.lines import Line, Lines
from raymon_tui.cluster.metrics.measure import NODE, Measure
from raymon_tui.cluster.model.page import Counts
from raymon_tui.cluster.monitor import METRICS, Monitor
from raymon_tui.cluster.prometheus.options import PrometheusOptions
from raymon_tui.cluster.snapshot import Snapshot
from raymon_tui.tui.charts import served
from raymon_tui.tui.charts.best_source import BestSource
from raymon_tui.tui.charts.source import Answered
from raymon_tui.tui.charts.standing import source_parts
from raymon_tui.widgets.table.column import Moment

EXPORTERS = 3
SESSION = "session_of_many"
PATIENCE_S = 60.0
SAID = """\
ray_node_mem_total{{SessionName="{session}"}} 1000
ray_node_mem_used{{SessionName="{session}"}} {used}
ray_tasks{{State="RUNNING",Source="executor",SessionName="{session}"}} 40
ray_tasks{{State="PENDING_NODE_ASSIGNMENT",Source="owner",SessionName="{session}"}} 12000
ray_tasks{{State="PENDING_NODE_ASSIGNMENT",Source="dependency_manager",SessionName="{session}"}} -1000
ray_tasks{{State="PENDING_ARGS_FETCH",Source="dependency_manager",SessionName="{session}"}} 1000
ray_tasks{{State="FINISHED",Source="owner",SessionName="{session}"}} 7
ray_actors{{State="ALIVE",Source="gcs",SessionName="{session}"}} 5
ray_actors{{State="ALIVE_IDLE",Source="executor",SessionName="{session}"}} 5
"""
OF_OTHERS = 'ray_tasks{State="RUNNING",Source="executor",SessionName="session_of_others"} 900\n'
"""What a server may know beside."""
LIVE = {
    "RUNNING": 40 * EXPORTERS,
    "PENDING_NODE_ASSIGNMENT": 11_000 * EXPORTERS,
    "PENDING_ARGS_FETCH": 1000 * EXPORTERS,
    "FINISHED": 7 * EXPORTERS,
}
MEMORY = [one.measure for one in next(chart for chart in CHARTS if chart.id == "memory").drawn]


class Exporter:
    """One exporter, which tells who asked it; what it says may change."""

    def __init__(self, used: float) -> None:
        self.used = used
        self.asked_by_us = 0
        self.broken = False

    async def answer(self, request: web.Request) -> web.Response:
        is_prometheus = request.headers["User-Agent"].startswith("Prometheus/")
        self.asked_by_us += not is_prometheus
        if self.broken:
            return web.Response(status=500)
        text = SAID.format(session=SESSION, used=self.used)
        return web.Response(text=text + OF_OTHERS if is_prometheus else text)


class Watched(NamedTuple):
    """A monitor that runs, its exporters, and what answers for them."""

    monitor: Monitor
    charts: BestSource
    exporters: list[Exporter]
    config: str

    @property
    def scrapes(self) -> int:
        return sum(one.asked_by_us for one in self.exporters)


async def dashboard(target: str) -> Reply:
    """Answer as the dashboard of a cluster whose nodes are those that the user names."""
    path = target.partition("?")[0]
    known = {
        "/api/version": {"ray_version": "2.60.0", "session_name": SESSION},
        "/nodes": {"result": True, "data": {"summary": []}},
        "/api/prometheus/sd": [],
    }
    rows = {"result": {"total": 3, "num_after_truncation": 3, "num_filtered": 3, "result": [{"state": "RUNNING"}] * 3}}
    return Reply(body=json.dumps(known.get(path, {"result": True, "msg": "", "data": rows})).encode())


@asynccontextmanager
async def watched(server_at: int, many_nodes: int) -> AsyncIterator[Watched]:
    exporters = [Exporter(100.0 * place) for place in range(1, EXPORTERS + 1)]
    async with AsyncExitStack() as stack:
        urls = [await stack.enter_async_context(serving(one.answer)) for one in exporters]
        ray = await stack.enter_async_context(faulty(dashboard))
        backend = HttpBackend(UrlTarget("http", "127.0.0.1", ray.port), environ={})
        targets = [url.removeprefix("http://") for url in urls]
        endpoints = [Endpoint("127.0.0.1", int(one.rpartition(":")[2])) for one in targets]
        options = PrometheusOptions(url=f"http://127.0.0.1:{server_at}", many_nodes=many_nodes)
        monitor = Monitor(backend, refresh_s=0.1, metrics_targets=endpoints, prometheus=options)
        monitor.want("test", (VERSION, NODES, TASK_COUNTS, ACTOR_COUNTS))
        config = "global: {scrape_interval: 1s}\nscrape_configs:\n- job_name: ray\n  static_configs: [{targets: %s}]\n"
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(monitor.run)
            yield Watched(monitor, BestSource(monitor), exporters, config % json.dumps(targets))
            tasks.cancel_scope.cancel()
        await monitor.aclose()


async def until(watched: Watched, holds: Callable[[], bool]) -> None:
    """Wait until that is so; whenever the monitor tells something it is looked at."""
    seen = anyio.Event()

    def look(*_told: object) -> None:
        if holds():
            seen.set()

    unsubscribe = watched.monitor.listen(look)
    with anyio.fail_after(PATIENCE_S):
        look()
        await seen.wait()
    unsubscribe()


async def until_known(watched: Watched, nodes: int) -> None:
    """Wait until the server has scraped so many nodes; as long as it has not, it is asked again at once."""

    def known() -> bool:
        watched.monitor.prometheus.doubt()
        return watched.monitor.prometheus.nodes == nodes

    await until(watched, known)


async def rounds(watched: Watched, number: int) -> None:
    """Wait for so many rounds, in which exporters are scraped or spared."""
    left = number
    done = anyio.Event()

    def look(_snapshot: Snapshot, changed: frozenset[str]) -> None:
        nonlocal left
        left -= METRICS in changed
        if left <= 0:
            done.set()

    unsubscribe = watched.monitor.listen(look)
    with anyio.fail_after(PATIENCE_S):
        await done.wait()
    unsubscribe()


def live(watched: Watched, feed: Feed[Counts]) -> dict[str, int]:
    counts = watched.monitor.snapshot.value(feed)
    return {} if counts is None else {state: count for state, count in counts.by_state.items() if count}


def source_of(watched: Watched, feed: Feed[Counts]) -> str:
    counts = watched.monitor.snapshot.value(feed)
    return "" if counts is None else counts.source


def said_of(watched: Watched) -> list[str]:
    """Return what the pane says of where its values come from."""
    monitor = watched.monitor
    parts = source_parts(watched.charts, monitor.metrics, monitor.prometheus, Moment(now=monitor.snapshot.at))
    return [piece.text for part in parts for piece in part.content]


async def memory(watched: Watched) -> Answered:
    now = watched.monitor.snapshot.at
    return await watched.charts.ask(MEMORY, now - 300, now, 60)


def newest(answered: Answered) -> list[float]:
    known = [[value for value in line.values if not math.isnan(value)] for one in answered.lines for line in one.lines]
    return [values[-1] for values in known if values]


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "UNSEEN_S", 0.2)
    monkeypatch.setattr(reader, "SEEN_S", 0.2)


async def test_many_exporters_are_not_scraped_while_a_server_knows_them(tmp_path: Path) -> None:
    port = free_port()
    async with watched(port, many_nodes=EXPORTERS - 1) as one:
        await until(one, lambda: one.scrapes >= EXPORTERS)
        assert (await memory(one)).told_by.startswith("scraped since")
        with prometheus(tmp_path, one.config, port):
            await until_known(one, EXPORTERS)
            await until(one, lambda: one.charts.is_large and one.monitor.metrics.rounds > 0)
            before = one.scrapes
            answered = await memory(one)
            assert answered.told_by.startswith("Prometheus 2")
            assert answered.told_by.endswith(f" at 127.0.0.1:{port}")
            with anyio.fail_after(PATIENCE_S):
                while newest(await memory(one)) != [600.0, 3000.0]:
                    await rounds(one, 1)
            await rounds(one, 5)
            assert one.scrapes <= before + EXPORTERS, "a round that had begun may end, and no other begins"
        one.monitor.prometheus.doubt()
        await until(one, lambda: one.monitor.prometheus.server is None)
        assert "Prometheus 2" in one.monitor.prometheus.lost
        assert "refused" in one.monitor.prometheus.said
        await until(one, lambda: one.scrapes > before + EXPORTERS)
        assert (await memory(one)).told_by.startswith("scraped since")
        with prometheus(tmp_path, one.config, port):
            await until_known(one, EXPORTERS)
            assert one.charts.is_large
            assert one.monitor.prometheus.lost == ""


async def test_few_exporters_are_scraped_though_a_server_knows_them(tmp_path: Path) -> None:
    port = free_port()
    async with watched(port, many_nodes=EXPORTERS) as one:
        with prometheus(tmp_path, one.config, port):
            one.monitor.prometheus.want()
            await until_known(one, EXPORTERS)
            before = one.scrapes
            await until(one, lambda: one.scrapes > before + EXPORTERS)
            assert not one.charts.is_large


async def test_a_server_that_knows_another_session_alone_stands_in_for_nobody(tmp_path: Path) -> None:
    port = free_port()
    async with watched(port, many_nodes=0) as one:
        with prometheus(tmp_path, "global: {scrape_interval: 1s}\n", port):
            await until(one, lambda: one.monitor.prometheus.server is not None)
            before = one.scrapes
            await until(one, lambda: one.scrapes > before + EXPORTERS)
            assert one.monitor.prometheus.nodes == 0


async def test_counts_of_many_nodes_come_from_the_server_and_go_back_to_ray(tmp_path: Path) -> None:
    port = free_port()
    async with watched(port, many_nodes=0) as one:

        def told_by(source: str) -> bool:
            tasks, actors = one.monitor.snapshot.value(TASK_COUNTS), one.monitor.snapshot.value(ACTOR_COUNTS)
            return tasks is not None and actors is not None and {tasks.source, actors.source} == {source}

        await until(one, lambda: told_by("state_api"))
        with prometheus(tmp_path, one.config, port):
            await until_known(one, EXPORTERS)
            await until(one, lambda: told_by("prometheus"))
            await until(one, lambda: live(one, TASK_COUNTS) == LIVE)
            await until(one, lambda: live(one, ACTOR_COUNTS) == {"ALIVE": 5 * EXPORTERS})
            tasks = one.monitor.snapshot.value(TASK_COUNTS)
            assert tasks is not None
            assert tasks.total is None
        one.monitor.prometheus.doubt()
        await until(one, lambda: told_by("state_api"))


async def test_of_very_many_nodes_those_with_the_highest_values_have_a_line_each(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(served, "FEW_NODES", 2)
    monkeypatch.setattr(served, "TOP", 2)
    port = free_port()
    by_node = Measure(family="ray_node_mem_used", by=(NODE,))
    async with watched(port, many_nodes=0) as one:
        with prometheus(tmp_path, one.config, port):
            await until_known(one, EXPORTERS)
            with anyio.fail_after(PATIENCE_S):
                while True:
                    now = one.monitor.snapshot.at
                    answered = await one.charts.ask([by_node], now - 300, now, 60)
                    if sorted(newest(answered)) == [200.0, 300.0]:
                        break
                    await rounds(one, 1)
            assert answered.left_out == EXPORTERS - 2


async def test_while_ray_counts_slowly_exporters_tell_what_lives(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counted, "DEAR_S", 0.0)
    monkeypatch.setattr(counted, "REST", 1e6)
    async with watched(free_port(), many_nodes=EXPORTERS) as one:
        await until(one, lambda: source_of(one, TASK_COUNTS) == "metrics")
        tasks = one.monitor.snapshot.value(TASK_COUNTS)
        assert tasks is not None
        assert [tasks.of(state) for state in LIVE] == [*tuple(LIVE.values())[:-1], 0]
        assert (tasks.of("FAILED"), tasks.total) == (3, sum(tasks.by_state.values())), "as Ray counted what has ended"
        await until(one, lambda: live(one, ACTOR_COUNTS).get("ALIVE") == 5 * EXPORTERS)


async def test_ray_is_asked_while_an_exporter_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counted, "DEAR_S", 0.0)
    monkeypatch.setattr(counted, "REST", 1e6)
    async with watched(free_port(), many_nodes=EXPORTERS) as one:
        await until(one, lambda: source_of(one, TASK_COUNTS) == "metrics")
        one.exporters[0].broken = True
        await until(one, lambda: source_of(one, TASK_COUNTS) == "state_api")


async def test_without_a_server_a_part_of_many_is_scraped_in_turn_and_that_is_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reader, "MANY_NODES", 2)
    async with watched(free_port(), many_nodes=0) as one:
        await until(one, lambda: one.monitor.metrics.rounds >= 3)
        asked = [exporter.asked_by_us for exporter in one.exporters]
        assert min(asked) >= 2
        assert max(asked) - min(asked) <= 1
        await until(one, lambda: "refused" in one.monitor.prometheus.said)
        assert "2 of 3 a round; a Prometheus server would know all" in said_of(one)
        assert f"none at {one.monitor.prometheus.options.url}: Connection refused" in said_of(one)


BUSY = "query timed out in expression evaluation"
KNOWN = {"resultType": "vector", "result": [{"metric": {}, "value": [0, "3"]}]}


async def failing(request: web.Request) -> web.Response:
    """Answer as a server that is well, but has no time for what takes longer."""
    if request.path.endswith("/query_range"):
        return web.json_response({"status": "error", "errorType": "timeout", "error": BUSY}, status=503)
    version = request.path.endswith("buildinfo")
    return web.json_response({"status": "success", "data": {"version": "2.42.0"} if version else KNOWN})


async def test_a_server_without_time_for_charts_says_so_and_what_was_scraped_here_is_drawn() -> None:
    async with serving(failing) as url, watched(int(url.rpartition(":")[2]), many_nodes=EXPORTERS) as one:
        await until(one, lambda: one.monitor.metrics.rounds > 0)
        await one.monitor.prometheus.look()
        assert one.monitor.prometheus.nodes == 3
        answered = await memory(one)
        assert newest(answered) == [600.0, 3000.0]
        assert answered.told_by.startswith("scraped since")
        assert f"▲ Prometheus: {BUSY}" in said_of(one)


async def test_a_chart_of_which_nothing_is_known_here_holds_the_servers_words() -> None:
    async with serving(failing) as url, watched(int(url.rpartition(":")[2]), many_nodes=EXPORTERS) as one:
        await one.monitor.prometheus.look()
        with pytest.raises(BadAnswerError, match=BUSY):
            await one.charts.ask(
                [Measure(family="ray_nothing")], one.monitor.snapshot.at - 300, one.monitor.snapshot.at, 60
            )


@pytest.mark.parametrize(("known", "told_by"), [((True, True), "Prometheus"), ((False, True), "scraped since")])
async def test_a_server_that_scrapes_but_a_part_does_not_take_the_place_of_all(
    monkeypatch: pytest.MonkeyPatch, known: tuple[bool, bool], told_by: str
) -> None:
    async def long_since(*_given: object) -> Answered:
        lines = tuple(Lines(0.0, 1.0, (Line((), (1.0,)),) if one else ()) for one in known)
        return Answered("Prometheus 2.42.0", 0.0, 1.0, 1, lines)

    monkeypatch.setattr(served.Served, "ask", long_since)
    async with serving(failing) as url, watched(int(url.rpartition(":")[2]), many_nodes=EXPORTERS) as one:
        await until(one, lambda: one.monitor.metrics.rounds > 0)
        await one.monitor.prometheus.look()
        assert (await memory(one)).told_by.startswith(told_by)
