"""The pollers of all feeds that are wanted: one each."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import anyio
from anyio.abc import TaskGroup

from raymon_tui.cluster.feeds.feed import Feed
from raymon_tui.cluster.feeds.poller import Host, Poller


class Pollers:
    """Starts and stops pollers, and passes word to them. Before `run` it only takes note of what is wanted."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._wanted: Mapping[str, Feed[Any]] = {}
        self._running: dict[str, Poller] = {}
        self._tasks: TaskGroup | None = None

    @property
    def wanted(self) -> Mapping[str, Feed[Any]]:
        """The feeds that are polled, by name."""
        return self._wanted

    def match(self, wanted: Mapping[str, Feed[Any]]) -> None:
        """Poll these feeds and no others."""
        self._wanted = wanted
        if self._tasks is None:
            return
        for name in self._running.keys() - wanted.keys():
            self._running[name].stop()
        for name, feed in wanted.items():
            before = self._running.get(name)
            if before is None or before.stopped:
                self._running[name] = poller = Poller(feed, self._host, before)
                self._tasks.start_soon(poller.run)
        self._running = {name: one for name, one in self._running.items() if name in wanted or not one.ended.is_set()}

    def hurry(self, names: Collection[str] | None = None) -> None:
        """Have these feeds (all, by default) asked at once."""
        for name, poller in self._running.items():
            if names is None or name in names:
                poller.hurry()

    def replan(self) -> None:
        """Have all pollers look again at how long to rest."""
        for poller in self._running.values():
            poller.replan()

    def interrupt(self, *, but: str = "") -> None:
        """Drop all requests in flight, except that of the feed named `but`."""
        for name, poller in self._running.items():
            if name != but:
                poller.interrupt()

    @property
    def in_flight(self) -> int:
        """How many feeds are being asked now."""
        return sum(one.asking_since is not None for one in self._running.values())

    def asking(self, since: float) -> tuple[Feed[Any], ...]:
        """Return the feeds with a request in flight that began before `since`, by the event loop's clock."""
        pollers = self._running.values()
        return tuple(one.feed for one in pollers if one.asking_since is not None and one.asking_since < since)

    async def run(self) -> None:
        """Poll until cancelled."""
        try:
            async with anyio.create_task_group() as self._tasks:
                self.match(self._wanted)
                await anyio.sleep_forever()
        finally:
            self._tasks = None
            self._running.clear()
