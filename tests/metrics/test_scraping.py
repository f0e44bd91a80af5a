"""Exporters that are none, or not well: each is told as what it is, within bounds of time and memory."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import anyio
import pytest
from exporters import Answer, exporter, head, saying

from raymon_tui.backends.base import ConnectOptions, Endpoint
from raymon_tui.backends.resolve import resolve
from raymon_tui.cluster.metrics import reader, scraping
from raymon_tui.cluster.metrics.measure import Measure
from raymon_tui.cluster.metrics.reader import MetricsReader
from raymon_tui.cluster.metrics.scraping import scrape
from raymon_tui.cluster.metrics.targets import MetricsTarget

BACKEND = resolve("http://127.0.0.1:9", ConnectOptions())[0].open()


async def endless(writing: asyncio.StreamWriter) -> None:
    writing.write(head())
    while True:
        writing.write(b"# " + b"x" * (1 << 20) + b"\n")
        await writing.drain()


async def never(_writing: asyncio.StreamWriter) -> None:
    await asyncio.Event().wait()


BOMB = gzip.compress(b"\n" * (200 << 20))


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (saying(head() + b"ray_x 1\n"), "ok"),
        (saying(head(more="Content-Encoding: gzip\r\n") + gzip.compress(b"ray_x 1\n")), "ok"),
        (saying(head("text/html") + b"<html>log in</html>"), "no metrics"),
        (saying(head() + b"\x00\x01\x02" * 100), "no metrics"),
        (saying(head(status="500 Oops") + b"sorry"), "no metrics"),
        (saying(head(status="401 No")), "refused"),
        (saying(head(more="Content-Encoding: gzip\r\n") + b"no gzip at all"), "no metrics"),
        (saying(b""), "no metrics"),
        (saying(b"SSH-2.0-OpenSSH_9.2\r\n"), "no metrics"),
        (endless, "too large"),
        (saying(head(more="Content-Encoding: gzip\r\n") + BOMB), "too large"),
    ],
)
async def test_what_an_exporter_says_is_told_as_what_it_is(answer: Answer, state: str) -> None:
    async with exporter(answer) as target:
        found = await scrape(BACKEND, target)
    assert found.state == state, found.said
    assert bool(found.body) == (state == "ok")
    assert bool(found.said) == (state != "ok")


async def test_one_that_never_answers_is_given_up_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scraping, "SCRAPE_S", 0.3)
    async with exporter(never) as target:
        assert (await scrape(BACKEND, target)).state == "timed out"


async def test_a_port_on_which_nobody_listens_is_unreachable() -> None:
    target = MetricsTarget("x", Endpoint("127.0.0.1", 9), "x", "nodes")
    assert (await scrape(BACKEND, target)).state == "unreachable"


@asynccontextmanager
async def reading(
    *named: Endpoint, discovery: Callable[[], bytes] = lambda: b"[]"
) -> AsyncIterator[tuple[MetricsReader, Any]]:
    """Run a reader on these exporters; `next_round()` returns when one more round is through."""
    through = asyncio.Event()

    async def ask() -> bytes:
        return discovery()

    metrics = MetricsReader(BACKEND, tuple, ask, through.set, named=named)

    async def next_round() -> None:
        through.clear()
        metrics.look(seen=False)
        metrics._stirred.set()
        with anyio.fail_after(60):
            await through.wait()

    task = asyncio.ensure_future(metrics.run())
    try:
        yield metrics, next_round
    finally:
        task.cancel()
        await asyncio.wait([task])


async def test_the_broken_ones_do_not_keep_the_others_from_being_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scraping, "SCRAPE_S", 0.5)
    good, html = saying(head() + b"ray_mine 4\n"), saying(head("text/html") + b"<html/>")
    async with exporter(good) as one, exporter(never) as two, exporter(html) as three:
        endpoints = (one.endpoint, two.endpoint, three.endpoint, Endpoint("127.0.0.1", 9))
        async with reading(*endpoints) as (metrics, next_round):
            await next_round()
            states = {str(state.target.endpoint): state.state for state in metrics.states.values()}
            assert [states[str(endpoint)] for endpoint in endpoints] == ["ok", "timed out", "no metrics", "unreachable"]
            (line,) = metrics.store.latest(Measure(family="ray_mine"), metrics._clock()).lines
            assert line.values == (4.0,)


async def test_a_malformed_discovery_leaves_the_last_good_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "FOUND_ANEW_S", 0.0)
    async with exporter(saying(head() + b"ray_mine 1\n")) as one:
        text = [f'[{{"targets": ["{one.endpoint}"]}}]'.encode()]
        async with reading(discovery=lambda: text[0]) as (metrics, next_round):
            await next_round()
            text[0] = text[0][:-5]
            await next_round()
            assert [state.state for state in metrics.states.values()] == ["ok"]


async def test_of_many_exporters_a_part_has_its_turn_each_round(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "MANY_NODES", 2)
    async with exporter(saying(head() + b"ray_mine 1\n")) as one:
        endpoints = [Endpoint(f"127.0.0.{number}", one.endpoint.port) for number in range(1, 6)]
        async with reading(*endpoints) as (metrics, next_round):
            await next_round()
            asked = [sum(state.at is not None for state in metrics.states.values())]
            for _ in range(2):
                await next_round()
                asked.append(sum(state.at is not None for state in metrics.states.values()))
            assert asked == [2, 4, 5]
            assert metrics.scraped_at_once == (2, 5)
