"""A monitor on a server that can fail, and a way to wait for what it is to see."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import anyio
from faults import FaultyServer, Reply

from raymon_tui.backends.http import HttpBackend
from raymon_tui.backends.targets import UrlTarget
from raymon_tui.cluster.feeds.feed import Feed
from raymon_tui.cluster.monitor import Monitor
from raymon_tui.cluster.snapshot import Snapshot

PATIENCE_S = 60.0
"""Long, because the machine may be busy; nothing here waits for so long when all is well."""


class Session:
    """A small upstream that says which Ray session it is, and answers `{}` to all else, as long as it is `free`."""

    def __init__(self) -> None:
        self.name = "session_one"
        self.free = anyio.Event()
        self.free.set()

    async def __call__(self, target: str) -> Reply:
        await self.free.wait()
        if target == "/api/version":
            return Reply(body=json.dumps({"ray_version": "2.60.0", "session_name": self.name}).encode())
        return Reply()


def asking(path: str, *, pace: float = 1.0, timeout_s: float = 10.0) -> Feed[bytes]:
    """Return a feed whose one question is this path."""
    return Feed(path.strip("/"), lambda api: api.get(path), pace=pace, timeout_s=timeout_s)


def backend_of(server: FaultyServer) -> HttpBackend:
    return HttpBackend(UrlTarget("http", "127.0.0.1", server.port), environ={})


def monitor_of(server: FaultyServer, refresh_s: float = 0.1) -> Monitor:
    return Monitor(backend_of(server), target="test", refresh_s=refresh_s)


@asynccontextmanager
async def watching(server: FaultyServer, *feeds: Feed[bytes], refresh_s: float = 0.1) -> AsyncIterator[Monitor]:
    """Run a monitor that wants `feeds` for as long as the block lasts."""
    monitor = monitor_of(server, refresh_s)
    monitor.want("test", feeds)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(monitor.run)
        yield monitor
        tasks.cancel_scope.cancel()
    await monitor.aclose()


async def until(monitor: Monitor, holds: Callable[[Snapshot], bool]) -> Snapshot:
    """Wait for a snapshot of which `holds` is true, and return it."""
    seen = anyio.Event()
    found = monitor.snapshot

    def look(snapshot: Snapshot, _changed: frozenset[str]) -> None:
        nonlocal found
        if not seen.is_set() and holds(snapshot):
            found = snapshot
            seen.set()

    if holds(found):
        return found
    unsubscribe = monitor.listen(look)
    try:
        with anyio.fail_after(PATIENCE_S):
            await seen.wait()
    finally:
        unsubscribe()
    return found
