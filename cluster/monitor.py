"""The one who asks: keeps every wanted feed fresh, and the picture of the cluster with it."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from functools import partial
from random import Random
from typing import Any

import anyio
from msgspec import structs

from raymon_tui.backends.base import Backend, Endpoint
from raymon_tui.backends.errors import NotRayError, RefusedError, TimedOutError, UnreachableError
from raymon_tui.cluster.announcer import Announcer, Listener
from raymon_tui.cluster.counted import counted
from raymon_tui.cluster.feeds.answer import Answer
from raymon_tui.cluster.feeds.catalogue import AUTOSCALER, NODES, VERSION
from raymon_tui.cluster.feeds.feed import Feed, Reading
from raymon_tui.cluster.findings.find import Finder
from raymon_tui.cluster.findings.first_seen import FirstSeen
from raymon_tui.cluster.history import History
from raymon_tui.cluster.metrics.finding import ask_discovery
from raymon_tui.cluster.metrics.reader import MetricsReader
from raymon_tui.cluster.model.autoscaler import AutoscalerStatus
from raymon_tui.cluster.node_type_limits import Completion, limits_feed
from raymon_tui.cluster.prometheus.options import PrometheusOptions
from raymon_tui.cluster.prometheus.watch import PrometheusWatch
from raymon_tui.cluster.ray_api.client import RayApi
from raymon_tui.cluster.reader import Reader
from raymon_tui.cluster.record import record
from raymon_tui.cluster.snapshot import Snapshot
from raymon_tui.cluster.source import source_of
from raymon_tui.cluster.wall_clock import WallClock

METRICS = "metrics"
"""Stands among the names of what changed for a round of scrapes."""
TEND_S = 2.0
"""How often the clock is looked at, and what nobody wants any more dropped."""


class Monitor:
    """Runs the feeds that somebody wants, and makes a `Snapshot` of their answers, a `History` and the findings.

    It belongs to one event loop: every method is called from there. Failures of the cluster are data in the
    snapshot; none is raised by `run`.
    """

    def __init__(
        self,
        backend: Backend,
        *,
        target: str = "",
        refresh_s: float = 2.0,
        metrics_targets: Sequence[Endpoint] = (),
        prometheus: PrometheusOptions | None = None,
        clock: Callable[[], float] = time.time,
        rng: Random | None = None,
    ) -> None:
        self._backend = backend
        self._http = backend.http(backend.dashboard)
        self.api = RayApi(self._http)
        self._clock = WallClock(clock)
        self.source = source_of(backend, self._clock.now)
        self._wants: dict[str, tuple[Feed[Any], ...]] = {}
        self._announcer = Announcer(self._picture)
        self._finder = Finder()
        self._first_seen = FirstSeen()
        self._limits = limits_feed(backend)
        self._complete = Completion()
        rng = rng or Random()  # noqa: S311 - it spreads retries, it guards nothing
        self.prometheus = PrometheusWatch(
            backend,
            self.api,
            prometheus or PrometheusOptions(),
            lambda: version.session_name if (version := self.snapshot.value(VERSION)) is not None else "",
            lambda: self._changed((METRICS,)),
            clock=self._clock.now,
        )
        self.metrics = MetricsReader(
            backend,
            lambda: self.snapshot.value(NODES),
            partial(ask_discovery, self.api, backend),
            lambda: self._changed((METRICS,)),
            named=metrics_targets,
            spared=self.prometheus.stands_in_for,
            clock=self._clock.now,
            rng=rng,
        )
        self._counted = counted(self.prometheus, self.metrics, self._clock.now)
        self.history = History(self.metrics.store)
        self._reader = Reader(self.api, self._clock, rng, refresh_s, self._changed, self._start_anew)
        self.snapshot = Snapshot(
            at=self._clock.now(),
            target=target,
            reached_by=backend.describe(),
            dashboard_host=backend.dashboard.host,
            link=self._reader.link,
        )

    @property
    def refresh_s(self) -> float:
        """Seconds between two askings of a feed of pace 1 that costs little."""
        return self._reader.refresh_s

    def want(self, owner: str, feeds: Iterable[Feed[Any]]) -> None:
        """Keep these feeds fresh for `owner`, in place of those it wanted before.

        A feed that nobody wants any more is not asked again, and its request in flight is dropped; its last reading
        stays for a while.
        """
        own = self._counted
        self._wants[owner] = tuple(
            own[feed.name].feed if feed.name in own else feed for feed in self._with_limits(feeds)
        )
        self._reader.want(feed for wanted in self._wants.values() for feed in wanted if not feed.pushed)

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Call `listener` with each new snapshot and the names of the feeds that changed; returns what ends that."""
        return self._announcer.listen(listener)

    def refresh_now(self, feed_names: Collection[str] | None = None) -> None:
        """Ask these feeds (all that are wanted, by default) at once, however long they were to rest."""
        self._reader.pollers.hurry(feed_names)

    def set_refresh(self, seconds: float) -> None:
        """Ask feeds of pace 1 every so many seconds from now on."""
        self._reader.set_refresh(seconds)

    async def run(self) -> None:
        """Ask and announce until cancelled."""
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self._reader.pollers.run)
            tasks.start_soon(self._announcer.run)
            tasks.start_soon(self.metrics.run)
            tasks.start_soon(self.prometheus.run)
            if self.source is not None:
                tasks.start_soon(self.source.run, self._changed)
            while True:
                await anyio.sleep(TEND_S)
                self._reader.tend()

    async def once(self, feeds: Iterable[Feed[Any]], timeout_s: float = 30.0) -> Snapshot:
        """Ask the version and then each of `feeds` once, in at most `timeout_s` seconds, and return what came of it.

        A feed that failed, or had no time to answer, is so in the snapshot. Raises the RaymonError of the version
        where the cluster cannot be reached, refuses, is no Ray cluster, or answers nothing at all.
        """
        deadline = anyio.current_time() + timeout_s
        probe = await self._reader.ask(replace(VERSION, timeout_s=min(timeout_s, VERSION.timeout_s)))
        self._reader.take(VERSION, probe)
        if isinstance(probe.failure, UnreachableError | RefusedError | NotRayError):
            raise probe.failure
        await self._ask_each(feeds, timeout_s, deadline, with_source=True)
        if probe.failure is not None and not any(reading.known for reading in self.snapshot.readings.values()):
            raise probe.failure
        return self.snapshot

    async def more(self, feeds: Iterable[Feed[Any]], timeout_s: float) -> Snapshot:
        """Ask each of `feeds` beside what was asked `once`, in at most so many seconds, and return all of it."""
        await self._ask_each(feeds, timeout_s, anyio.current_time() + timeout_s)
        return self.snapshot

    async def _ask_each(
        self, feeds: Iterable[Feed[Any]], within_s: float, deadline: float, *, with_source: bool = False
    ) -> None:
        """Ask each feed once, until the `deadline` that ends the `within_s` seconds which are told."""
        waiting = {feed.name: feed for feed in self._with_limits(feeds) if feed.name != VERSION.name}

        async def ask_and_take(feed: Feed[Any]) -> None:
            self._reader.take(feed, await self._reader.ask(feed))
            del waiting[feed.name]

        with anyio.CancelScope(deadline=deadline):
            async with anyio.create_task_group() as tasks:
                for feed in tuple(waiting.values()):
                    tasks.start_soon(ask_and_take, feed)
                if with_source and self.source is not None:
                    tasks.start_soon(self.source.once)
        for feed in waiting.values():
            late = TimedOutError(f"asking for {feed.name}", f"no answer within {within_s:g} s", "Allow more time.")
            self._reader.take(feed, Answer(took_s=within_s, failure=late))
        self._announcer.announce()

    async def aclose(self) -> None:
        """Give back the connections to the dashboard; `run` must have ended. The backend stays its owner's."""
        await self.prometheus.aclose()
        await self._http.aclose()

    def _with_limits(self, feeds: Iterable[Feed[Any]]) -> tuple[Feed[Any], ...]:
        """Return the feeds, and what completes the autoscaler's status where that is among them.

        In Kubernetes no file of the head holds limits: worker groups have them, which are watched.
        """
        wanted = tuple(feeds)
        has_limits = self.source is None and AUTOSCALER.name in {feed.name for feed in wanted}
        return (*wanted, self._limits) if has_limits else wanted

    def _changed(self, names: Iterable[str]) -> None:
        """Take note of readings that changed; new limits change what is known of the autoscaler."""
        changed = set(names)
        self._announcer.mark(changed | {AUTOSCALER.name} if self._limits.name in changed else changed)

    def _start_anew(self) -> None:
        """Forget what belongs to a session that is no more."""
        self.api.start_anew()
        self.history.clear()
        self.metrics.start_anew()
        self.prometheus.doubt()
        for one in self._counted.values():
            one.start_anew()
        self._first_seen.clear()
        self.snapshot = structs.replace(self.snapshot, restarted_at=self._clock.now())

    def _picture(self, changed: frozenset[str]) -> Snapshot:
        """Make the snapshot that follows the last one."""
        now = self._clock.now()
        bare = structs.replace(
            self.snapshot,
            at=now,
            reached_by=self._backend.describe(),
            link=self._reader.link,
            readings=self._readings(),
            findings=(),
        )
        record(self.history, bare, changed)
        self.snapshot = structs.replace(bare, findings=self._first_seen.stamp(self._finder.find(bare, now), now))
        return self.snapshot

    def _readings(self) -> dict[str, Reading[Any]]:
        """Return what was read, the autoscaler's status with the limits that the dashboard does not know."""
        readings = dict(self._reader.board.all())
        if self.source is not None:
            readings.update(self.source.readings())
        status, limits = readings.get(AUTOSCALER.name), readings.get(self._limits.name)
        if status is not None and isinstance(status.value, AutoscalerStatus) and limits is not None:
            value = self._complete(status.value, limits.value)
            readings[AUTOSCALER.name] = structs.replace(status, value=value)
        return readings
