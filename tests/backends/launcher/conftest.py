"""Launcher files, and those who know where their clusters' heads are, as processes and servers of their own."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest
from listening import recording

from raymon_tui.backends.documents import documents_in
from raymon_tui.backends.launcher.cluster_file import cluster_file_of
from raymon_tui.backends.launcher.finding import HeadFinder

PATIENCE_S = 60.0

MakeFinder = Callable[..., HeadFinder]
Start = Callable[..., str]
Serve = Callable[[str], Awaitable[str]]


@pytest.fixture
def finder() -> MakeFinder:
    """Return the finder for a launcher's file with this `provider`, and more of the file where it is given."""

    def make(provider: str, more: str = "", *, name: str = "one", head_ip: str | None = None) -> HeadFinder:
        data = f"cluster_name: {name}\nprovider: {{{provider}}}\n{more}\n".encode()
        (document,) = documents_in(data, "cluster.yaml")
        return HeadFinder(cluster_file_of(document, "cluster.yaml"), data, head_ip)

    return make


@pytest.fixture(scope="session")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Start]:
    """Start `python …` with a free port in place of PORT, in a folder of its own; give its address."""
    with contextlib.ExitStack() as running:

        def start(*words: str) -> str:
            with socket.create_server(("127.0.0.1", 0)) as free:
                port = free.getsockname()[1]
            log = tmp_path_factory.mktemp("server") / "log"
            process = running.enter_context(
                subprocess.Popen(
                    (sys.executable, *(word.replace("PORT", str(port)) for word in words)),
                    stdout=running.enter_context(log.open("wb")),
                    stderr=subprocess.STDOUT,
                    cwd=log.parent,
                )
            )
            running.callback(process.kill)
            _await_listener(port, process, log)
            return f"127.0.0.1:{port}"

        yield start


def _await_listener(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    """Wait until a process takes connections, which nothing but a connection tells."""
    until = time.monotonic() + PATIENCE_S
    while process.poll() is None and time.monotonic() < until:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    pytest.fail(f"it does not listen: {log.read_text(errors='replace')}")


@pytest.fixture
def closed() -> str:
    """Return an address at which nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    return f"127.0.0.1:{port}"


@pytest.fixture
async def serving() -> AsyncIterator[Serve]:
    """Start a server that gives one answer to every question, and return its address."""
    async with contextlib.AsyncExitStack() as opened:

        async def serve(answer: str) -> str:
            reply = f"HTTP/1.1 200 OK\r\nContent-Length: {len(answer)}\r\n\r\n{answer}".encode()
            endpoint, _ = await opened.enter_async_context(recording(reply))
            return str(endpoint)

        yield serve
