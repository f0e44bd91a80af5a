"""Requests through one SSH connection, ours and that of `ssh -L`, and over plain TCP, in turns, to one small server.

Ours also where the server forbids forwarding.
"""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from pathlib import Path
from statistics import median

import anyio
import httpx
from sshd import Sshd, free_port, running_sshd

from measure.figures import Figure, percentile
from raymon_tui.backends.base import Endpoint
from raymon_tui.backends.dialling import client_over
from raymon_tui.backends.direct import dial_directly
from raymon_tui.backends.ssh.backend import SshBackend
from raymon_tui.backends.ssh.description import SshDestination

BODY = b"x" * 100_000
BULK_MB = 64
BULK = b"x" * 1_000_000
ROUNDS, GETS, AT_ONCE = 5, 200, 50
OURS, RELAYED, THEIRS, PLAIN = "raymon-tui", "raymon-tui, forwarding forbidden", "ssh -L", "plain TCP"
Taken = dict[tuple[str, str], list[float]]
"""Seconds in each round, by the way and what was asked."""
Way = Callable[[], contextlib.AbstractAsyncContextManager[httpx.AsyncClient]]


def transport() -> list[Figure]:
    """Measure on loopback, with a real OpenSSH server."""
    return asyncio.run(_measured())


async def _measured() -> list[Figure]:
    async with contextlib.AsyncExitStack() as opened:
        folder = Path(opened.enter_context(tempfile.TemporaryDirectory()))
        strict_folder = Path(opened.enter_context(tempfile.TemporaryDirectory()))
        sshd = opened.enter_context(running_sshd(folder))
        strict = opened.enter_context(running_sshd(strict_folder, "AllowTcpForwarding no"))
        port = await opened.enter_async_context(_server())
        backend = await opened.enter_async_context(_ours(sshd))
        relaying = await opened.enter_async_context(_ours(strict))
        forwarded = await opened.enter_async_context(_forwarded(sshd, port))
        ways: dict[str, Way] = {
            PLAIN: lambda: client_over(dial_directly, f"http://127.0.0.1:{port}"),
            THEIRS: lambda: client_over(dial_directly, f"http://127.0.0.1:{forwarded}"),
            OURS: lambda: backend.http(Endpoint("127.0.0.1", port)),
            RELAYED: lambda: relaying.http(Endpoint("127.0.0.1", port)),
        }
        taken = await _in_turns(ways)
        healthy = [await _beside_hung(one, port) for one in (backend, relaying)]
    return [*_absolute(taken), *_compared(taken), *_beside(healthy)]


async def _in_turns(ways: dict[str, Way]) -> Taken:
    """Go each way once a round, so that whatever else the machine does falls upon all of them."""
    taken: Taken = {(name, what): [] for name in ways for what in ("one", "together", "bulk")}
    for _ in range(ROUNDS):
        for name, way in ways.items():
            async with way() as client:
                await _parallel(client)
                each = [await _timed(lambda: client.get("/small")) for _ in range(GETS)]
                taken[name, "one"].append(percentile(each, 50))
                taken[name, "together"].append(await _timed(lambda: _parallel(client)))
                taken[name, "bulk"].append(await _timed(lambda: _download(client)))
    return taken


def _absolute(taken: Taken) -> Iterator[Figure]:
    names = [name for name, what in taken if what == "one"]
    for name in names:
        yield Figure(f"one request, kept alive, {name}, p50", 1000 * median(taken[name, "one"]), "ms")
    for name in names:
        yield Figure(f"{AT_ONCE} × 100 kB at once, {name}", 1000 * median(taken[name, "together"]), "ms")
    for name in names:
        yield Figure(f"{BULK_MB} MB in one answer, {name}", median(taken[name, "bulk"]), "s")


def _compared(taken: Taken) -> Iterator[Figure]:
    """Return how a way stands against another: the median of what that was in each round."""

    def against(name: str, other: str, what: str) -> float:
        pairs = zip(taken[name, what], taken[other, what], strict=True)
        return median([ours / theirs for ours, theirs in pairs])

    over = [ours - plain for ours, plain in zip(taken[OURS, "one"], taken[PLAIN, "one"], strict=True)]
    yield Figure("one request against `ssh -L`", against(OURS, THEIRS, "one"), "×", goal=1.0)
    yield Figure("one request over plain TCP", 1000 * median(over), "ms more", goal=0.5)
    yield Figure("50 at once against `ssh -L`", against(OURS, THEIRS, "together"), "×", goal=1.0)
    yield Figure(f"{BULK_MB} MB against `ssh -L`", against(OURS, THEIRS, "bulk"), "×")
    yield Figure("one request, forwarding forbidden, against `ssh -L`", against(RELAYED, THEIRS, "one"), "×")


def _beside(healthy: Sequence[float]) -> Iterator[Figure]:
    for name, taken_s in zip((OURS, RELAYED), healthy, strict=True):
        words = "a healthy request beside 20 hung ones" + ("" if name == OURS else ", forwarding forbidden")
        yield Figure(f"{words}, p50", 1000 * taken_s, "ms", goal=10)


async def _timed(work: Callable[[], Awaitable[object]]) -> float:
    began = time.perf_counter()
    await work()
    return time.perf_counter() - began


async def _parallel(client: httpx.AsyncClient) -> None:
    await asyncio.gather(*(client.get("/large") for _ in range(AT_ONCE)))


async def _download(client: httpx.AsyncClient) -> None:
    async with client.stream("GET", "/bulk") as answer:
        read = sum([len(part) async for part in answer.aiter_raw()])
    if read != BULK_MB * len(BULK):
        raise ValueError(f"{read} bytes came")


async def _beside_hung(backend: SshBackend, port: int) -> float:
    async with (
        _listening(_say_nothing) as silent,
        anyio.create_task_group() as tasks,
        backend.http(Endpoint("127.0.0.1", port)) as client,
    ):
        hung = [await backend.dial(Endpoint("127.0.0.1", silent)) for _ in range(20)]
        for stream in hung:
            tasks.start_soon(_hear, stream)
        await client.get("/small")
        taken = [await _timed(lambda: client.get("/small")) for _ in range(GETS)]
        tasks.cancel_scope.cancel()
    return percentile(taken, 50)


async def _say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read()
    writer.close()


async def _hear(stream: anyio.abc.ByteStream) -> None:
    with contextlib.suppress(anyio.EndOfStream, anyio.BrokenResourceError):
        await stream.receive()


@contextlib.asynccontextmanager
async def _server() -> AsyncIterator[int]:
    parts = {b"/large": BODY, b"/bulk": BULK}

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, OSError):
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                part = next((part for path, part in parts.items() if head.startswith(b"GET " + path)), b"{}")
                times = BULK_MB if part is BULK else 1
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % (times * len(part)))
                for _ in range(times):
                    writer.write(part)
                    await writer.drain()

        writer.close()

    async with _listening(answer) as port:
        yield port


Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@contextlib.asynccontextmanager
async def _listening(serve: Serve) -> AsyncIterator[int]:
    """Serve at a port; whoever is connected at the end has a moment to go."""
    serving: set[asyncio.Task[None]] = set()

    def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        serving.add(asyncio.ensure_future(serve(reader, writer)))

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    yield server.sockets[0].getsockname()[1]
    server.close()
    if serving:
        await asyncio.wait(serving, timeout=5)


@contextlib.asynccontextmanager
async def _ours(sshd: Sshd) -> AsyncIterator[SshBackend]:
    keys = (sshd.key,)
    backend = SshBackend(
        SshDestination("127.0.0.1", sshd.port, sshd.user, keys=keys, accept_new_host_key=True), environ={}
    )
    await backend.connect()
    yield backend
    await backend.aclose()


@contextlib.asynccontextmanager
async def _forwarded(sshd: Sshd, port: int) -> AsyncIterator[int]:
    local = free_port()
    with _ssh(sshd, f"127.0.0.1:{local}:127.0.0.1:{port}"):
        for _ in range(200):
            with contextlib.suppress(OSError):
                _, writer = await asyncio.open_connection("127.0.0.1", local)
                writer.close()
                break
            await asyncio.sleep(0.05)
        yield local


@contextlib.contextmanager
def _ssh(sshd: Sshd, forward: str) -> Iterator[None]:
    known = ("-o", f"UserKnownHostsFile={sshd.known_hosts}", "-F", "none", "-i", str(sshd.key), "-p", str(sshd.port))
    with subprocess.Popen(["ssh", "-N", *known, "-L", forward, f"{sshd.user}@127.0.0.1"]) as process:
        yield
        process.terminate()
