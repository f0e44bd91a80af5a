"""How many tasks and actors are in each state, counted by the State API without fetching them."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from time import monotonic

from msgspec import Struct

from raymon_tui.backends.errors import BadAnswerError
from raymon_tui.cluster.model.page import Counts, Filter, Page
from raymon_tui.cluster.model.task import LIVE_STATES
from raymon_tui.cluster.ray_api.asking import Get
from raymon_tui.cluster.ray_api.state_list import ask_list, matching

_FEW = 100
"""So many rows are fetched and counted here rather than asked for state by state."""
_MANY = 1000
"""From so many live rows on, counting them all at once first costs more than it can save."""
_REST = 30.0
"""How many times its own cost a dear count rests."""


@dataclass(frozen=True)
class Kind:
    """A kind of thing that is counted: its live states, the likeliest first, and those that things end in.

    `rest` is the final state that most end in, so it is not asked for: it is what remains of the total.
    """

    name: str
    live: tuple[str, ...]
    rest: str
    final: tuple[str, ...] = ()


TASKS = Kind(
    "tasks",
    tuple(dict.fromkeys(("RUNNING", "PENDING_NODE_ASSIGNMENT", *LIVE_STATES))),
    rest="FINISHED",
    final=("FAILED",),
)
ACTORS = Kind("actors", ("ALIVE", "PENDING_CREATION", "DEPENDENCIES_UNREADY", "RESTARTING"), rest="DEAD")


class _Row(Struct, frozen=True):
    state: str = ""


@dataclass(frozen=True)
class _Kept:
    count: int
    until: float


class Tallies:
    """The counts of one cluster, with what was dear to count kept until its cost has been rested off."""

    def __init__(self, get: Get) -> None:
        self._get = get
        self._tallies: dict[tuple[str, str | None], Tally] = {}

    async def tasks(self, job_id: str | None = None, *, whole_within_s: float = math.inf) -> Counts:
        """Count task attempts, of one job or of all."""
        return await self._tally(TASKS, job_id).count(whole_within_s=whole_within_s)

    @property
    def has_counted_tasks(self) -> bool:
        """Whether all tasks were counted before, wholly or not."""
        return self._tally(TASKS, None).has_counted

    async def actors(self) -> Counts:
        """Count actors."""
        return await self._tally(ACTORS, None).count()

    def _tally(self, kind: Kind, job_id: str | None) -> Tally:
        return self._tallies.setdefault((kind.name, job_id), Tally(self._get, kind, job_id))


class Tally:
    """The count of one kind, in one job or in all."""

    def __init__(self, get: Get, kind: Kind, job_id: str | None = None) -> None:
        self._get = get
        self._kind = kind
        self._of_job = () if job_id is None else (Filter("job_id", "=", job_id),)
        self.has_counted = False
        self._kept: dict[str, _Kept] = {}
        self._last_live = 0
        self._last_rest = 0

    async def count(self, *, whole_within_s: float = math.inf) -> Counts:
        """Return the counts: live states as of now, the others as of when they were last asked for.

        Where the live ones take longer than `whole_within_s` to count, the state that most end in is not counted, and
        the total is None; what was counted is then in `by_state` even where there are none.
        """
        began = monotonic()
        live = await self._live()
        self.has_counted = True
        if monotonic() - began >= whole_within_s:
            final = {state: (await self._rested(state))[0] for state in self._kind.final}
            return Counts(by_state={**dict.fromkeys(self._kind.live, 0), **live, **final})
        total, fresh = await self._rested()
        # Against a new total an old count of what failed would pass for finished what has failed since.
        final = {state: (await self._rested(state, at_once=fresh))[0] for state in self._kind.final}
        remains = total - sum(live.values()) - sum(final.values())
        # Both are known at least: what had ended stays so, and the total only grows until it is asked for again.
        rest = max(remains, 0 if fresh else self._last_rest)
        self._last_rest = rest
        by_state = {state: count for state, count in {**live, **final, self._kind.rest: rest}.items() if count}
        return Counts(by_state=by_state, total=sum(by_state.values()), at_least=not fresh)

    async def _live(self) -> dict[str, int]:
        at_most = None
        if self._last_live < _MANY:
            ended = (self._kind.rest, *self._kind.final)
            page = await self._ask([Filter("state", "!=", state) for state in ended], limit=_FEW)
            at_most = _total(page)
            if at_most <= len(page.rows):
                self._last_live = at_most
                return dict(Counter(row.state for row in page.rows))
        counts = await self._live_by_state(at_most)
        self._last_live = sum(counts.values())
        return counts

    async def _live_by_state(self, at_most: int | None) -> dict[str, int]:
        """Ask state by state, until as many are found as there are."""
        counts: dict[str, int] = {}
        for state in self._kind.live:
            counts[state] = _total(await self._ask([Filter("state", "=", state)]))
            if at_most is not None and sum(counts.values()) >= at_most:
                break
        return counts

    async def _rested(self, state: str | None = None, *, at_once: bool = False) -> tuple[int, bool]:
        """Return how many are in `state`, or are there at all, and whether that was asked for just now."""
        kept = self._kept.get(state or "")
        began = monotonic()
        if kept is not None and began < kept.until and not at_once:
            return kept.count, False
        count = _total(await self._ask([] if state is None else [Filter("state", "=", state)]))
        ended = monotonic()
        self._kept[state or ""] = _Kept(count, ended + _REST * (ended - began))
        return count, True

    async def _ask(self, filters: Sequence[Filter], limit: int = 1) -> Page[_Row]:
        return await ask_list(self._get, self._kind.name, _Row, (*self._of_job, *filters), limit=limit)


def _total(page: Page[_Row]) -> int:
    total = matching(page)
    if total is None:
        raise BadAnswerError("counting by the State API", "an answer that does not say how many there are", "")
    return total
