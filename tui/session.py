"""What the panes and screens of one cluster share."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from msgspec import structs

from raymon_tui.backends.base import Backend, Inquiring, KubernetesObjects
from raymon_tui.backends.errors import (
    BadAnswerError,
    DeclinedError,
    RaymonError,
    RefusedError,
    TimedOutError,
    UnreachableError,
    UsageError,
)
from raymon_tui.cluster.feeds.catalogue import BASE_FEEDS
from raymon_tui.cluster.monitor import Monitor
from raymon_tui.cluster.snapshot import Snapshot
from raymon_tui.tui.charts.best_source import BestSource
from raymon_tui.tui.options import MonitorOptions


@dataclass
class Viewing:
    """How the user looks at the cluster just now.

    `refresh_s` seconds lie between two askings; `held` is the picture at which drawing was paused, None while it is
    not.
    """

    refresh_s: float
    held: Snapshot | None = None

    @property
    def paused(self) -> bool:
        """Whether what is read is not drawn."""
        return self.held is not None

    def picture(self, newest: Snapshot) -> Snapshot:
        """Return what to draw: while paused what was known then, and the first answer to what was asked only since."""
        if self.held is None:
            return newest
        self.held = structs.replace(self.held, readings={**newest.readings, **self.held.readings}, link=newest.link)
        return self.held

    def drawn(self, changed: frozenset[str]) -> frozenset[str]:
        """Return those of the `changed` feeds that are to be drawn: while paused those that were not known before."""
        return changed if self.held is None else changed - self.held.readings.keys()


@dataclass(frozen=True)
class Session:
    """One cluster that is being watched: how it is reached, what is known of it, what the user asked for.

    `clock` gives seconds since the epoch.
    """

    backend: Backend
    monitor: Monitor
    options: MonitorOptions
    viewing: Viewing
    charts: BestSource
    clock: Callable[[], float] = time.time

    @property
    def kubernetes(self) -> KubernetesObjects | None:
        """The objects of the Kubernetes cluster that Ray runs in; None where it runs elsewhere."""
        return self.backend if isinstance(self.backend, KubernetesObjects) else None

    def now(self) -> float:
        """Return the moment of the picture that is drawn: the present one, unless drawing is paused."""
        return self.clock() if self.viewing.held is None else self.viewing.held.at

    async def watch(self, *, insist: bool = False) -> RaymonError | None:
        """Keep the picture of the cluster fresh until cancelled.

        Returns early, with why, where the very first contact fails; with `insist` only where it is refused or is no
        Ray, and goes on trying where nothing is reached. Without it a user who would not answer a question may be asked
        again, and is not sent away.
        """
        try:
            failure = await self._first_failure()
            if isinstance(failure, (UnreachableError, BadAnswerError) if insist else DeclinedError):
                failure = None
            if failure is None:
                await self.monitor.run()
        finally:
            await self.monitor.aclose()
            await self.backend.aclose()
        return failure

    async def _first_failure(self) -> RaymonError | None:
        try:
            if isinstance(self.backend, Inquiring):
                # However long the user takes to answer, no cluster is lost over that.
                await self.backend.connect()
            await self.monitor.api.version()
        except TimedOutError:
            return None
        except RaymonError as failure:
            told = isinstance(failure, RefusedError | UsageError)
            return failure if told or not await self._is_known_otherwise() else None
        return None

    async def _is_known_otherwise(self) -> bool:
        """Whether something beside the dashboard knows the cluster: why its head is not there, for one."""
        return self.monitor.source is not None and await self.monitor.source.once()


@dataclass(frozen=True)
class Opened:
    """A cluster to be shown, and what ends when there is nothing more to be seen: with None, or with why."""

    session: Session
    watching: Awaitable[RaymonError | None]


def open_session(backend: Backend, options: MonitorOptions) -> Session:
    """Return a session on the cluster behind `backend`, whose monitor wants what every screen needs."""
    monitor = Monitor(
        backend,
        target=backend.describe(),
        refresh_s=options.refresh_s,
        metrics_targets=options.metrics_targets,
        prometheus=options.prometheus,
    )
    monitor.want("base", BASE_FEEDS)
    return Session(backend, monitor, options, Viewing(options.refresh_s), BestSource(monitor))
