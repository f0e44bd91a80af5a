"""Requests through one SSH connection: ours, `ssh -L` and plain TCP, in turns, to the same small server."""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

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
ROUNDS, GETS, AT_ONCE = 3, 200, 50
Way = Callable[[], contextlib.AbstractAsyncContextManager[httpx.AsyncClient]]


def transport() -> list[Figure]:
    """Measure on loopback, with a real OpenSSH server."""
    return asyncio.run(_measured())


async def _measured() -> list[Figure]:
    with tempfile.TemporaryDirectory() as folder, running_sshd(Path(folder)) as sshd:
        async with _server() as port, _ours(sshd) as backend, _forwarded(sshd, port) as forwarded:
            ways: dict[str, Way] = {
                "plain TCP": lambda: client_over(dial_directly, f"http://127.0.0.1:{port}"),
                "ssh -L": lambda: client_over(dial_directly, f"http://127.0.0.1:{forwarded}"),
                "raymon-tui": lambda: backend.http(Endpoint("127.0.0.1", port)),
            }
            one = {name: [] for name in ways}
            together = {name: [] for name in ways}
            bulk = {name: [] for name in ways}
            for _ in range(ROUNDS):
                for name, way in ways.items():
                    async with way() as client:
                        await _parallel(client)
                        one[name] += [await _timed(lambda: client.get("/small")) for _ in range(GETS)]
                        together[name].append(await _timed(lambda: _parallel(client)))
                        bulk[name].append(await _timed(lambda: _download(client)))
            healthy = await _beside_hung(backend, port)
    figures = [Figure(f"one request, kept alive, {name}, p50", 1000 * percentile(one[name], 50), "ms") for name in ways]
    figures += [Figure(f"{AT_ONCE} × 100 kB at once, {name}", 1000 * min(together[name]), "ms") for name in ways]
    figures += [Figure(f"{BULK_MB} MB in one answer, {name}", min(bulk[name]), "s") for name in ways]
    ours, theirs = percentile(one["raymon-tui"], 50), percentile(one["ssh -L"], 50)
    return [
        *figures,
        Figure("one request against `ssh -L`", ours / theirs, "×", goal=1.0),
        Figure("one request over plain TCP", 1000 * (ours - percentile(one["plain TCP"], 50)), "ms more", goal=0.5),
        Figure("50 at once against `ssh -L`", min(together["raymon-tui"]) / min(together["ssh -L"]), "×", goal=1.0),
        Figure(f"{BULK_MB} MB against `ssh -L`", min(bulk["raymon-tui"]) / min(bulk["ssh -L"]), "×"),
        Figure("a healthy request beside 20 hung ones, p50", 1000 * healthy, "ms", goal=10),
    ]


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
    silent = await asyncio.start_server(lambda _reader, _writer: asyncio.sleep(60), "127.0.0.1", 0)
    where = Endpoint("127.0.0.1", silent.sockets[0].getsockname()[1])
    async with anyio.create_task_group() as tasks, backend.http(Endpoint("127.0.0.1", port)) as client:
        hung = [await backend.dial(where) for _ in range(20)]
        for stream in hung:
            tasks.start_soon(_hear, stream)
        await client.get("/small")
        taken = [await _timed(lambda: client.get("/small")) for _ in range(GETS)]
        tasks.cancel_scope.cancel()
    silent.close()
    return percentile(taken, 50)


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

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    yield server.sockets[0].getsockname()[1]
    server.close()


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
