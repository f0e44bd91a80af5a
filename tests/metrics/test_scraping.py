"""Exporters that are none, or not well: each is told as what it is, within bounds of time and memory."""

from __future__ import annotations

import asyncio
import gzip
import tracemalloc
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import anyio
import pytest
from anyio.lowlevel import checkpoint
from exporters import Answer, exporter, head, saying

from raymon_tui.backends.base import ConnectOptions, Endpoint
from raymon_tui.backends.resolve import resolve
from raymon_tui.cluster.metrics import reader, scraping
from raymon_tui.cluster.metrics.exposition import Decoder, Decoding
from raymon_tui.cluster.metrics.measure import Measure
from raymon_tui.cluster.metrics.reader import MetricsReader
from raymon_tui.cluster.metrics.scraping import scrape
from raymon_tui.cluster.metrics.targets import MetricsTarget
from raymon_tui.cluster.metrics.vocabulary import Vocabulary

BACKEND = resolve("http://127.0.0.1:9", ConnectOptions())[0].open()


async def endless(writing: asyncio.StreamWriter) -> None:
    writing.write(head())
    while True:
        writing.write(b"# " + b"x" * (1 << 20) + b"\n")
        await writing.drain()


async def never(_writing: asyncio.StreamWriter) -> None:
    await asyncio.Event().wait()


GZIP = "Content-Encoding: gzip\r\n"
TEXT = b'# TYPE ray_x gauge\nray_x{a="b"} 1\n'
GIGABYTE = gzip.compress(b"# " + b"x" * (64 << 20) + b"\n", 1) * 16
TWICE = gzip.compress(GIGABYTE, 1)
HTML = b"<!doctype html>\n<html>\n<body>\nPlease log in\n</body>\n</html>\n"


def begin() -> Decoding:
    return Decoder(Vocabulary(lambda _family: True)).begin()


@pytest.mark.parametrize(
    ("answer", "state", "said"),
    [
        (saying(head() + TEXT), "ok", ""),
        (saying(head(more=GZIP) + gzip.compress(TEXT)), "ok", ""),
        (saying(head(more=GZIP) + gzip.compress(TEXT) + gzip.compress(b"ray_y 2\n")), "ok", ""),
        (saying(head("text/html") + HTML), "no metrics", "it answers with text/html"),
        (saying(head() + HTML), "no metrics", "another kind of text"),
        (saying(head("application/json") + b"{}"), "no metrics", "it answers with application/json"),
        (saying(head() + b"\x00\x01\x02" * 100), "no metrics", "no text"),
        (saying(head() + b"\xf1\xf2\xf3\n" * 100), "no metrics", "another kind of text"),
        (saying(head(status="500 Oops") + b"sorry"), "no metrics", "HTTP 500"),
        (
            saying(head(status="302 Found", more="Location: /login\r\n")),
            "no metrics",
            "HTTP 302: it leads on to /login",
        ),
        (saying(head(status="401 No")), "refused", "HTTP 401"),
        (saying(head(more=GZIP) + b"no gzip at all"), "no metrics", "not packed as it says"),
        (saying(head(more="Content-Encoding: br\r\n") + TEXT), "no metrics", "packed as br"),
        (saying(head(more="Content-Encoding: gzip, gzip\r\n") + TWICE), "no metrics", "packed as gzip, gzip"),
        (saying(head(more="Content-Length: 500\r\n") + TEXT), "no metrics", "peer closed connection"),
        (saying(head(more=GZIP) + gzip.compress(TEXT)[:-9]), "no metrics", "cut off"),
        (saying(head() + TEXT + b"ray_y 12"), "no metrics", "cut off"),
        (saying(b""), "no metrics", "disconnected"),
        (saying(b"SSH-2.0-OpenSSH_9.2\r\n"), "no metrics", "disconnected"),
        (endless, "too large", "more than 32 MiB"),
        (saying(head(more=GZIP) + GIGABYTE), "too large", "more than 32 MiB"),
    ],
)
async def test_what_an_exporter_says_is_told_as_what_it_is(
    answer: Answer, state: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scraping, "SCRAPE_S", 60.0)
    async with exporter(answer) as target:
        found = await scrape(BACKEND, target, begin())
    assert found.state == state, found.said
    assert said in found.said
    assert bool(found.said) == (state != "ok")
    assert (found.scrape is not None) == (state == "ok")


@pytest.mark.parametrize("answer", [endless, saying(head(more=GZIP) + GIGABYTE)], ids=["plain", "packed"])
async def test_a_gigabyte_is_never_in_memory(answer: Answer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scraping, "SCRAPE_S", 60.0)
    async with exporter(answer) as target:
        tracemalloc.start()
        found = await scrape(BACKEND, target, begin())
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert found.state == "too large"
    # Among it what this test itself holds to send.
    assert most < 8 << 20


async def test_one_that_never_answers_is_given_up_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scraping, "SCRAPE_S", 0.3)
    async with exporter(never) as target:
        assert (await scrape(BACKEND, target, begin())).state == "timed out"


async def test_one_that_stops_in_the_middle_is_given_up_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scraping, "SCRAPE_S", 0.3)

    async def half(writing: asyncio.StreamWriter) -> None:
        writing.write(head() + TEXT)
        await never(writing)

    async with exporter(half) as target:
        found = await scrape(BACKEND, target, begin())
    assert (found.state, found.scrape) == ("timed out", None)


async def test_a_port_on_which_nobody_listens_refuses() -> None:
    target = MetricsTarget("x", Endpoint("127.0.0.1", 9), "x", "nodes")
    found = await scrape(BACKEND, target, begin())
    assert (found.state, found.said) == ("refused", "Connection refused")


async def test_a_node_in_another_network_is_not_reachable() -> None:
    target = MetricsTarget("x", Endpoint("node.invalid", 8080), "x", "nodes")
    assert (await scrape(BACKEND, target, begin())).state == "not reachable"


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
    monkeypatch.setattr(scraping, "SCRAPE_S", 3.0)
    monkeypatch.setattr(scraping, "LARGEST", 1 << 20)
    answers = {
        saying(head() + b"ray_mine 4\n"): "ok",
        never: "timed out",
        saying(head("text/html") + HTML): "no metrics",
        saying(head(more=GZIP) + GIGABYTE): "too large",
        saying(head() + TEXT[:-5]): "no metrics",
    }
    async with AsyncExitStack() as stack:
        endpoints = [(await stack.enter_async_context(exporter(answer))).endpoint for answer in answers]
        endpoints.append(Endpoint("127.0.0.1", 9))
        metrics, next_round = await stack.enter_async_context(reading(*endpoints))
        await next_round()
        states = {str(state.target.endpoint): state.state for state in metrics.states.values()}
        assert [states[str(endpoint)] for endpoint in endpoints] == [*answers.values(), "refused"]
        (line,) = metrics.store.latest(Measure(family="ray_mine"), metrics._clock()).lines
        assert line.values == (4.0,)


async def test_one_that_fails_again_and_again_is_asked_ever_less_often_until_it_answers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reader, "UNSEEN_S", 1e4)
    asked, answer = 0, saying(head(status="500 Oops"))

    async def count(writing: asyncio.StreamWriter) -> None:
        nonlocal asked
        asked += 1
        await answer(writing)

    async with exporter(count) as one, reading(one.endpoint) as (metrics, next_round):
        for _ in range(5):
            await next_round()
        assert (asked, metrics.states[one.name].failures) == (2, 2)
        answer = saying(head() + TEXT)
        through = metrics.rounds
        metrics.look(seen=True)
        with anyio.fail_after(60):
            while metrics.rounds == through:
                await checkpoint()
        assert (metrics.states[one.name].state, metrics.states[one.name].failures) == ("ok", 0)


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
