"""Who is asked how many tasks and actors there are: Ray's State API, and what is exported where that is dear."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import replace
from time import monotonic
from typing import TYPE_CHECKING

from msgspec import structs

from raymon_tui.backends.errors import RaymonError
from raymon_tui.cluster.feeds.catalogue import ACTOR_COUNTS, TASK_COUNTS
from raymon_tui.cluster.feeds.feed import Feed
from raymon_tui.cluster.model.page import Counts
from raymon_tui.cluster.prometheus.counting import ask_counts, counts_of, exported
from raymon_tui.cluster.ray_api.counts import ACTORS, TASKS

if TYPE_CHECKING:
    from raymon_tui.cluster.metrics.reader import MetricsReader
    from raymon_tui.cluster.prometheus.watch import PrometheusWatch
    from raymon_tui.cluster.ray_api.client import RayApi

DEAR_S = 2.0
"""From so many seconds on a count by the State API is dear: the dashboard answers nothing else meanwhile."""
REST = 30.0
"""How many times its cost it then rests, while exporters tell what lives."""
FRESH_S = 40.0
_KINDS = {TASK_COUNTS.name: (TASKS, "ray_tasks"), ACTOR_COUNTS.name: (ACTORS, "ray_actors")}


def counted(watch: PrometheusWatch, metrics: MetricsReader, clock: Callable[[], float]) -> dict[str, Counted]:
    """Return the counts by the names of their feeds."""
    return {feed.name: Counted(feed, watch, metrics, clock) for feed in (TASK_COUNTS, ACTOR_COUNTS)}


class Counted:
    """One of the counts; its `feed` asks whoever is to be asked.

    Where Ray counts slowly, what lives is told by the exporters, and what has ended is as Ray last counted it.
    """

    def __init__(
        self, feed: Feed[Counts], watch: PrometheusWatch, metrics: MetricsReader, clock: Callable[[], float]
    ) -> None:
        self.feed = replace(feed, ask=self._ask)
        self._ask_ray = feed.ask
        self._kind, self._family = _KINDS[feed.name]
        self._watch = watch
        self._metrics = metrics
        self._clock = clock
        self._by_ray: Counts | None = None
        self._rests_until = 0.0

    def start_anew(self) -> None:
        """Forget what belongs to a session of Ray that is no more."""
        self._by_ray, self._rests_until = None, 0.0

    async def _ask(self, api: RayApi) -> Counts:
        if self._watch.stands_in_for(len(self._metrics.states)) and self._watch.server is not None:
            with contextlib.suppress(RaymonError):
                return await ask_counts(self._watch.server.api, self._family, self._watch.matchers, self._clock())
        if monotonic() < self._rests_until and (counts := self._scraped()) is not None:
            return counts
        began = monotonic()
        try:
            self._by_ray = await self._ask_ray(api)
        finally:
            # One that takes too long is called off, and was dear all the same.
            took_s = monotonic() - began
            self._rests_until = monotonic() + REST * took_s if took_s >= DEAR_S else 0.0
        return self._by_ray

    def _scraped(self) -> Counts | None:
        """Return what all exporters say together; None where one of them said nothing lately."""
        states, now = self._metrics.states.values(), self._clock()
        at_once, there = self._metrics.scraped_at_once
        fresh = all(one.state == "ok" and one.at is not None and now - one.at <= FRESH_S for one in states)
        if not fresh or at_once < there or not there:
            return None
        lines = self._metrics.store.latest(exported(self._family), now).lines
        counts = counts_of(self._family, ((one.labels, one.values[-1]) for one in lines), "metrics")
        live = {state: counts.of(state) for state in self._kind.live}
        ray = self._by_ray or Counts()
        ended = {state: count for state, count in ray.by_state.items() if state not in live}
        by_state = {**live, **ended}
        return structs.replace(counts, by_state=by_state, total=None if ray.total is None else sum(by_state.values()))
