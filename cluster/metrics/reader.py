"""The one who scrapes: finds the exporters, asks them in rounds, and keeps what they say."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from collections.abc import Set as AbstractSet
from random import Random

import anyio
from anyio.lowlevel import checkpoint

from raymon_tui.backends.base import Backend, Endpoint
from raymon_tui.cluster.metrics.exposition import Decoder
from raymon_tui.cluster.metrics.finding import TargetFinder
from raymon_tui.cluster.metrics.scraping import scrape
from raymon_tui.cluster.metrics.store import MANY_NODES, MOST_LEFT, MetricsStore
from raymon_tui.cluster.metrics.target_state import TargetState, after
from raymon_tui.cluster.metrics.targets import MetricsTarget
from raymon_tui.cluster.metrics.vocabulary import Vocabulary
from raymon_tui.cluster.model.node import Node

UNSEEN_S, SEEN_S = 15.0, 5.0
"""Seconds between two rounds: always, so that there is a past when somebody looks; and while somebody looks."""
AT_ONCE = 8
FOUND_ANEW_S = 30.0
SETTLED_S = 5.0
"""A round with many that do not answer may take minutes; so often the cluster's lines go on meanwhile."""
LONGEST_REST_S = 300.0
"""An exporter that does not answer is left alone ever longer, up to so many seconds."""


class MetricsReader:
    """Scrapes for as long as it runs.

    `nodes` gives the nodes that are known, `ask_discovery` what Ray says of exporters, `spared` whether somebody else
    is asked in place of so many. Failures are in `states`; none is raised by `run`. `left` are exporters that are no
    more, whose lines may still be drawn: Ray forgets the address of a node that died. `rounds` counts those that are
    through; each is told to `told`, and of one that takes long what is known so far.
    """

    def __init__(
        self,
        backend: Backend,
        nodes: Callable[[], Sequence[Node] | None],
        ask_discovery: Callable[[], Awaitable[bytes]],
        told: Callable[[], None],
        *,
        named: Sequence[Endpoint] = (),
        spared: Callable[[int], bool] = lambda _exporters: False,
        clock: Callable[[], float] = time.time,
        rng: Random | None = None,
    ) -> None:
        self.store = MetricsStore()
        self.states: dict[str, TargetState] = {}
        self.left: dict[str, MetricsTarget] = {}
        self.rounds = 0
        self._backend = backend
        self._nodes = nodes
        self._finder = TargetFinder(ask_discovery, named)
        self._told = told
        self._spared = spared
        self._clock = clock
        self._rng = rng or Random()  # noqa: S311 - it spreads requests, it guards nothing
        self._vocabulary = Vocabulary(self.store.wanted)
        self._decoders: dict[str, Decoder] = {}
        self._turns: deque[str] = deque()
        self._begun_anew = anyio.Event()
        self._rests: dict[str, float] = {}
        self._interval_s = UNSEEN_S
        self._stirred = anyio.Event()

    @property
    def scraped_at_once(self) -> tuple[int, int]:
        """How many exporters a round scrapes, of how many there are."""
        return min(len(self.states), MANY_NODES), len(self.states)

    def look(self, *, seen: bool) -> None:
        """Scrape more often while somebody looks; the first time at once."""
        interval_s = SEEN_S if seen else UNSEEN_S
        if interval_s < self._interval_s:
            self._rests.clear()
            self._stirred.set()
        self._interval_s = interval_s

    def want(self, family: str) -> None:
        """Keep a family too that is not kept as a matter of course."""
        if not self.store.wanted(family):
            self.store.want((family,))
            self._vocabulary.want_anew()

    def start_anew(self) -> None:
        """Forget what belongs to a session of Ray that is no more."""
        self.store.clear()
        self.states.clear()
        self.left.clear()
        self._vocabulary = Vocabulary(self.store.wanted)
        self._decoders.clear()
        self._rests.clear()
        self._finder.forget()
        self._begun_anew.set()

    async def run(self) -> None:
        """Scrape round after round until cancelled."""
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self._keep_looking)
            while True:
                self._stirred = anyio.Event()
                self._find()
                for _ in self.store.tending(self._clock()):
                    await checkpoint()
                if self._spared(len(self.states)):
                    self._told()
                elif self.states:
                    await self._round()
                with anyio.move_on_after(self._interval_s * self._rng.uniform(0.95, 1.0) if self.states else 1.0):
                    await self._stirred.wait()

    async def _keep_looking(self) -> None:
        """Ask where exporters are, again and again; however long that takes, those that are known are scraped."""
        while True:
            self._begun_anew = anyio.Event()
            known = self._nodes() is not None
            if known:
                before = self._finder.targets(())
                await self._finder.look()
                if self._finder.targets(()) != before:
                    self._stirred.set()
            with anyio.move_on_after(FOUND_ANEW_S if known else 1.0):
                await self._begun_anew.wait()

    def _find(self) -> None:
        """Take up exporters that are new; those that are no more are asked no more, and their lines are kept."""
        nodes = self._nodes()
        if nodes is None:
            return
        found = self._finder.targets(nodes)
        self._let_go(self.states.keys() - {one.name for one in found}, {one.endpoint for one in found if one.node_id})
        # For a while the service discovery still names the agent of a node that died, of which Ray tells no port more.
        gone = {one.endpoint for one in self.left.values() if one.node_id}
        here = {one.name: one for one in found if one.source != "service discovery" or one.endpoint not in gone}
        for name, target in here.items():
            self.left.pop(name, None)
            if name not in self.states or self.states[name].target != target:
                self.states[name] = TargetState(target=target, since=self._clock())
                self._decoders[name] = Decoder(self._vocabulary)
                self._rests.pop(name, None)
        self.store.expect(len(here))
        self._turns = deque(name for name in dict.fromkeys((*self._turns, *here)) if name in here)

    def _let_go(self, names: AbstractSet[str], agents: AbstractSet[Endpoint]) -> None:
        """Ask these no more. What is at the address of one of the `agents` of nodes was that agent all the time."""
        for name in names:
            target = self.states.pop(name).target
            self._decoders.pop(name, None)
            self._rests.pop(name, None)
            if target.node_id is None and target.endpoint in agents:
                self.store.forget(name)
            else:
                self.store.drop(name, self._clock())
                self.left[name] = target
        while len(self.left) > MOST_LEFT:
            self.left.pop(next(iter(self.left)))

    async def _round(self) -> None:
        """Scrape those whose turn it is: all, or where there are many a part that is another one each time."""
        now = anyio.current_time()
        turn = [name for name in self._turns if self._rests.get(name, now) <= now][:MANY_NODES]
        asked = set(turn)
        self._turns = deque([*(name for name in self._turns if name not in asked), *turn])
        limit = anyio.CapacityLimiter(AT_ONCE)
        self._rng.shuffle(turn)
        # Those that failed come last: whoever waits for them shall not be one that answers.
        turn.sort(key=lambda name: self.states[name].failures > 0)

        async def ask(name: str) -> None:
            async with limit:
                await self._scrape(name)

        async with anyio.create_task_group() as meanwhile:
            meanwhile.start_soon(self._settle_now_and_then)
            async with anyio.create_task_group() as tasks:
                for name in turn:
                    tasks.start_soon(ask, name)
            meanwhile.cancel_scope.cancel()
        await self._settle()
        self.rounds += 1
        self._told()

    async def _settle_now_and_then(self) -> None:
        while True:
            await anyio.sleep(SETTLED_S)
            await self._settle()
            self._told()

    async def _settle(self) -> None:
        for _ in self.store.settling(self._clock()):
            await checkpoint()

    async def _scrape(self, name: str) -> None:
        before = self.states.get(name)
        if before is None:
            return
        answer = await scrape(self._backend, before.target, self._decoders[name].begin())
        if self.states.get(name) is not before:
            # It left, or another session of Ray began, while it was being asked.
            return
        # An exporter answers with what it knew when it was asked.
        at = self._clock() - answer.took_s
        if answer.scrape is None:
            self.store.gap(name)
        else:
            self.store.take(name, at, answer.scrape)
        if len(self.states) > MANY_NODES:
            self._decoders[name].forget()
        self.states[name] = after(before, answer, at)
        self._let_rest(self.states[name])

    def _let_rest(self, state: TargetState) -> None:
        """Leave an exporter alone that failed again and again, for a while that differs from those of others."""
        if state.failures < 2:
            self._rests.pop(state.target.name, None)
            return
        rest_s = min(LONGEST_REST_S, UNSEEN_S * 2.0 ** min(state.failures - 1, 10))
        self._rests[state.target.name] = anyio.current_time() + rest_s * self._rng.uniform(0.8, 1.0)
