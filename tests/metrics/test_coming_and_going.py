"""Nodes that come and go, and what stands still: those that are there are scraped, and what is over is let go."""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager

import anyio
import pytest
from anyio.lowlevel import checkpoint
from exporters import Answer, exporter, head, saying

from raymon_tui.backends.base import ConnectOptions, Endpoint
from raymon_tui.backends.resolve import resolve
from raymon_tui.cluster.metrics import reader as reader_module
from raymon_tui.cluster.metrics import scraping
from raymon_tui.cluster.metrics.measure import NODE, Measure
from raymon_tui.cluster.metrics.reader import MetricsReader
from raymon_tui.cluster.metrics.store import KEPT_S
from raymon_tui.cluster.model.node import Node

BACKEND = resolve("http://127.0.0.1:9", ConnectOptions())[0].open()
MINE = Measure(family="ray_mine", by=(NODE,))
GOOD = saying(head() + b"ray_mine 4\n")


class Cluster:
    """Nodes whose exporters run, a service discovery, and a clock that can be moved on."""

    def __init__(self) -> None:
        self.nodes: list[Node] = []
        self.discovered: list[Endpoint] = []
        self.hangs = False
        self.passed = 0.0
        self.told = 0
        self._stack = AsyncExitStack()
        self.reader = MetricsReader(BACKEND, lambda: tuple(self.nodes), self.ask, self.tell, clock=self.now)

    def now(self) -> float:
        return 1_795_456_400.0 + self.passed

    def tell(self) -> None:
        self.told += 1

    async def ask(self) -> bytes:
        if self.hangs:
            await anyio.sleep_forever()
        return json.dumps([{"targets": [str(one) for one in self.discovered]}]).encode()

    async def join(self, name: str, answer: Answer = GOOD) -> None:
        target = await self._stack.enter_async_context(exporter(answer))
        self.nodes.append(Node(node_id=name, ip="127.0.0.1", metrics_export_port=target.endpoint.port))

    def known(self) -> dict[str, float]:
        lines = self.reader.store.ask(MINE, self.now() - 2.0, 4.0, 1).lines
        return {line.labels[0][1]: line.values[0] for line in lines if not math.isnan(line.values[0])}

    async def until(self, holds: Callable[[], bool]) -> None:
        """Scrape round after round until that is so."""
        with anyio.fail_after(60):
            while not holds():
                self.reader._stirred.set()
                await checkpoint()


@asynccontextmanager
async def scraped() -> AsyncIterator[Cluster]:
    cluster = Cluster()
    async with cluster._stack:
        running = asyncio.ensure_future(cluster.reader.run())
        try:
            yield cluster
        finally:
            running.cancel()
            await asyncio.wait([running])


async def test_a_node_that_joins_is_scraped_and_one_that_leaves_is_not_and_its_line_ends_a_day_later() -> None:
    async with scraped() as cluster:
        await cluster.join("stays")
        await cluster.join("leaves")
        await cluster.until(lambda: cluster.known() == {"stays": 4.0, "leaves": 4.0})
        kept, left_at = cluster.reader.store.bytes_kept, cluster.now()
        cluster.nodes = [node for node in cluster.nodes if node.node_id == "stays"]
        await cluster.until(lambda: set(cluster.reader.states) == {"stays"})
        # Ray forgets where the agent of a dead node was, and its line has a name still.
        assert set(cluster.reader.left) == {"leaves"}
        cluster.passed = 600.0
        await cluster.until(lambda: cluster.known() == {"stays": 4.0})
        lines = cluster.reader.store.ask(MINE, left_at - 60.0, 660.0, 1).lines
        assert {line.labels[0][1] for line in lines} == {"stays", "leaves"}
        cluster.passed = 700.0 + KEPT_S
        await cluster.until(lambda: cluster.known() == {"stays": 4.0})
        assert set(cluster.reader.store._targets) == {"stays"}
        assert cluster.reader.store.bytes_kept < 3 * kept + 3 * 4 * 2610
        await cluster.join("comes")
        await cluster.until(lambda: cluster.known() == {"stays": 4.0, "comes": 4.0})


async def test_a_node_that_comes_back_at_another_port_goes_on_in_its_line() -> None:
    async with scraped() as cluster:
        await cluster.join("a")
        await cluster.until(lambda: cluster.known() == {"a": 4.0})
        cluster.nodes.clear()
        await cluster.until(lambda: not cluster.reader.states)
        await cluster.join("a", saying(head() + b"ray_mine 5\n"))
        cluster.passed = 20.0
        await cluster.until(lambda: cluster.known() == {"a": 5.0})
        assert not cluster.reader.left
        (line,) = cluster.reader.store.ask(MINE, cluster.now() - 20.0, 10.0, 3).lines
        assert line.values[0] == 4.0
        assert line.values[2] == 5.0


async def test_an_agent_that_the_service_discovery_names_before_or_after_its_node_is_there_has_one_line(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reader_module, "FOUND_ANEW_S", 0.01)
    async with scraped() as cluster:
        await cluster.join("a")
        (node,) = cluster.nodes
        cluster.discovered.append(Endpoint("127.0.0.1", node.metrics_export_port or 0))
        cluster.nodes.clear()
        await cluster.until(lambda: list(cluster.known()) == [str(cluster.discovered[0])])
        cluster.nodes.append(node)
        await cluster.until(lambda: cluster.known() == {"a": 4.0})
        cluster.nodes.clear()
        await cluster.until(lambda: not cluster.reader.states)
        cluster.passed = 100.0
        await cluster.join("b")
        await cluster.until(lambda: cluster.known() == {"b": 4.0})
        lines = cluster.reader.store.ask(MINE, cluster.now() - 200.0, 300.0, 1).lines
        assert {line.labels[0][1] for line in lines} == {"a", "b"}


async def test_nodes_are_scraped_while_the_service_discovery_hangs() -> None:
    async with scraped() as cluster:
        cluster.hangs = True
        await cluster.join("a")
        await cluster.until(lambda: cluster.known() == {"a": 4.0})


async def test_what_the_service_discovery_tells_is_scraped_as_soon_as_it_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader_module, "FOUND_ANEW_S", 0.01)
    async with scraped() as cluster:
        await cluster.join("a")
        await cluster.until(lambda: cluster.known() == {"a": 4.0})
        async with exporter(GOOD) as autoscaler:
            cluster.discovered = [autoscaler.endpoint]
            with anyio.fail_after(60):
                while autoscaler.name not in cluster.known():
                    await checkpoint()
            cluster.discovered = []
            await cluster.until(lambda: set(cluster.reader.states) == {"a"})


async def test_another_session_takes_no_exporter_over_that_it_does_not_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader_module, "FOUND_ANEW_S", 0.01)
    async with scraped() as cluster, exporter(GOOD) as old:
        await cluster.join("a")
        cluster.discovered = [old.endpoint]
        await cluster.until(lambda: set(cluster.reader.states) == {"a", old.name})
        cluster.hangs = True
        cluster.reader.start_anew()
        await cluster.until(lambda: set(cluster.reader.states) == {"a"})


async def test_values_are_there_before_the_last_exporter_has_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scraping, "SCRAPE_S", 60.0)
    monkeypatch.setattr(reader_module, "SETTLED_S", 0.05)

    async def never(_writing: asyncio.StreamWriter) -> None:
        await asyncio.Event().wait()

    async with scraped() as cluster:
        await cluster.join("hangs", never)
        await cluster.join("answers")
        with anyio.fail_after(30):
            while not cluster.told:
                await checkpoint()
        assert cluster.reader.rounds == 0
        assert cluster.known() == {"answers": 4.0}
        (line,) = cluster.reader.store.ask(Measure(family="ray_mine"), cluster.now() - 2.0, 4.0, 1).lines
        assert line.values == (4.0,)
