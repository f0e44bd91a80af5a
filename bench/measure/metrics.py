"""Metrics: decoding beside Prometheus' own parser, what is kept in memory, and what scraping a large cluster costs."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import multiprocessing
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median, quantiles

import psutil
from aiohttp import web
from prometheus_client.parser import text_string_to_metric_families

from measure.figures import Figure
from raymon_tui.backends.base import ConnectOptions, Endpoint
from raymon_tui.backends.resolve import resolve
from raymon_tui.cluster.metrics.exposition import Decoder
from raymon_tui.cluster.metrics.reader import MetricsReader
from raymon_tui.cluster.metrics.store import MANY_NODES, MetricsStore
from raymon_tui.cluster.metrics.vocabulary import Vocabulary

SCRAPE = Path(__file__).parents[2] / "tests" / "answers" / "agent_metrics.txt"
"""What the agent of a worker node of a real cluster once said."""
AGENTS, WATCHED_S = 1000, 60.0
KEY_S, DAY_S = 0.02, 86_400.0


def metrics() -> Iterator[Figure]:
    """Measure everything about metrics."""
    yield from _decoding()
    for nodes, goal in ((10, None), (64, None), (100, None), (1000, 60.0)):
        yield Figure(f"a day of metrics of {nodes:,} nodes, in memory", _in_child(_kept_mb, nodes), "MB", goal=goal)
    with _agents() as port:
        cpu, late, memory = asyncio.run(_scraping(port))
    yield Figure(f"scraping {AGENTS:,} agents in turns, CPU", cpu, "% of a core", goal=10)
    yield Figure("a key meanwhile waits, p99", 1000 * quantiles(late, n=100)[98], "ms", goal=33)
    yield Figure("a key meanwhile waits at most", 1000 * max(late), "ms", goal=33)
    yield Figure("the process then, all of it", memory, "MB")


def _decoding() -> Iterator[Figure]:
    body = SCRAPE.read_bytes()
    text = body.decode()
    theirs = _best(lambda: [family.samples for family in text_string_to_metric_families(text)])
    first = _best(lambda: Decoder(Vocabulary(lambda _family: True)).decode(body))
    decoder = Decoder(Vocabulary(MetricsStore().wanted))
    decoder.decode(body)
    again = _best(lambda: decoder.decode(body))
    yield Figure(f"decoding {len(body) // 1000} kB, prometheus_client", 1000 * theirs, "ms")
    yield Figure("decoding it on first sight", 1000 * first, "ms")
    yield Figure("decoding it again", 1000 * again, "ms")
    yield Figure("first sight against prometheus_client", first / theirs, "×", goal=1 / 4)
    yield Figure("again against prometheus_client", again / theirs, "×", goal=1 / 50)


def _best(work: Callable[[], object], runs: int = 15) -> float:
    taken = []
    for _ in range(runs):
        began = time.perf_counter()
        work()
        taken.append(time.perf_counter() - began)
    return median(taken)


def _kept_mb(nodes: int) -> float:
    """Return how much a process grows by a day of the metrics of so many nodes, each of which says something else."""
    said, store = SCRAPE.read_bytes().split(b"10.0.0.1"), MetricsStore()
    vocabulary, many = Vocabulary(store.wanted), nodes > MANY_NODES
    before = psutil.Process().memory_info().rss
    decoders = [Decoder(vocabulary) for _ in range(nodes)]
    store.expect(nodes)
    # No further apart than the finest arrays reach: whether values or gaps fill them, they are full after a day.
    round_s = 3000.0 if many else 800.0
    for round_ in range(1 + int(DAY_S / round_s)):
        at = 1e9 + round_ * round_s
        for node, decoder in enumerate(decoders):
            body = f"10.{node // 62_500}.{node // 250 % 250}.{node % 250}".encode().join(said)
            store.take(f"node-{node}", at, decoder.decode(body))
            if many:
                decoder.forget()
        store.settle(at)
        store.tend(at)
    return (psutil.Process().memory_info().rss - before) / 1e6


def _in_child(work: Callable[[int], float], given: int) -> float:
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(work, (given,))


async def _scraping(port: int) -> tuple[float, list[float], float]:
    """Scrape so many agents for a while.

    Returns the CPU that takes, in percent of a core; how late the event loop was each time that something was due, in
    seconds, as a key would be; and how much memory the process has, in MB.
    """
    named = [Endpoint(f"127.0.{1 + number // 250}.{1 + number % 250}", port) for number in range(AGENTS)]
    backend = resolve("http://127.0.0.1:9", ConnectOptions())[0].open()

    async def nothing() -> bytes:
        return b"[]"

    reader = MetricsReader(backend, tuple, nothing, lambda: None, named=named)
    task = asyncio.ensure_future(reader.run())
    await asyncio.sleep(5.0)
    began, cpu, late = time.monotonic(), time.process_time(), []
    while (due := time.monotonic() + KEY_S) < began + WATCHED_S:
        await asyncio.sleep(KEY_S)
        late.append(time.monotonic() - due)
    spent = (time.process_time() - cpu) / (time.monotonic() - began)
    task.cancel()
    await asyncio.wait([task])
    assert reader.rounds >= 3
    return 100 * spent, late, psutil.Process().memory_info().rss / 1e6


@contextlib.contextmanager
def _agents() -> Iterator[int]:
    """Serve the recorded scrape on every address of the loopback, in a process of its own."""
    with socket.create_server(("", 0)) as server:
        port = server.getsockname()[1]
    process = multiprocessing.get_context("spawn").Process(target=_serve, args=(port,), daemon=True)
    process.start()
    for _ in range(200):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
            break
        time.sleep(0.05)
    yield port
    process.terminate()
    process.join()


def _serve(port: int) -> None:
    body = gzip.compress(SCRAPE.read_bytes())

    async def answer(_request: web.Request) -> web.Response:
        return web.Response(body=body, headers={"Content-Type": "text/plain", "Content-Encoding": "gzip"})

    app = web.Application()
    app.router.add_get("/metrics", answer)
    web.run_app(app, host="0.0.0.0", port=port, print=None)
