"""Charts as a Prometheus server tells them: in which steps, of which nodes, and what was asked a moment ago."""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable, Sequence
from functools import partial

import anyio
from anyio.lowlevel import checkpoint
from msgspec import structs

from raymon_tui.backends.base import Endpoint
from raymon_tui.backends.errors import RaymonError
from raymon_tui.cluster.feeds.catalogue import NODES
from raymon_tui.cluster.metrics.measure import Measure, promql
from raymon_tui.cluster.monitor import Monitor
from raymon_tui.cluster.prometheus.api import Found, step_for
from raymon_tui.cluster.prometheus.finding import Server
from raymon_tui.tui.charts.source import Answered

RATE_OVER_S = 60.0
"""Rates are taken over four scrapes of the usual 15 s, as Grafana does."""
HELD_S = 10.0
"""An answer holds so long, or a hundredth of a chart, or an eighth of a step: nobody sees what that leaves out."""
MOST_HELD = 200
TOP = 24
"""So many nodes have a line each, those with the highest values now, where there are more than `FEW_NODES`."""
FEW_NODES = 100

_Question = tuple[str, float, float, float]
"""What is asked of a server: an expression, from when, until when, in which steps."""


class Served:
    """Asks a server what charts show."""

    def __init__(self, monitor: Monitor) -> None:
        self._monitor = monitor
        self._watch = monitor.prometheus
        self._held: dict[tuple[str, str, float, float, float], Found] = {}

    async def ask(
        self, server: Server, measures: Sequence[Measure], start: float, end: float, count: int, target: str | None
    ) -> Answered:
        """Return at most `count` values of each line, in steps that people know; raises the `RaymonError` of asking."""
        step_s = step_for(end - start, count)
        held_s = max(step_s / 8, min(HELD_S, (end - start) / 100))
        last = math.floor(end / held_s) * held_s
        number = math.floor((end - start) / step_s) + 1
        first = last - (number - 1) * step_s
        over_s = max(RATE_OVER_S, step_s)
        instance = None if target is None else self._instance(target)
        if target is not None and instance is None:
            return Answered(server.title, first, step_s, number)

        async def one(measure: Measure) -> Found:
            of = measure if instance is None else structs.replace(measure, where=(*measure.where, instance))
            left_out = 0
            if measure.by_node and instance is None and self._watch.nodes > FEW_NODES:
                of, left_out = await self._highest(server, of, over_s, last)
            found = await self._question(server, (promql(of, over_s, self._watch.matchers), first, last, step_s))
            return structs.replace(found, left_out=found.left_out + left_out)

        answers = await _together([partial(one, measure) for measure in measures])
        left_out = sum(found.left_out for found in answers)
        return Answered(server.title, first, step_s, number, tuple(answers), left_out)

    async def _highest(self, server: Server, measure: Measure, over_s: float, at: float) -> tuple[Measure, int]:
        """Return a measure of those nodes alone whose values are the highest now, and how many others there are."""
        question = f"topk({TOP}, {promql(measure, over_s, self._watch.matchers)})"
        found = await self._question(server, (question, at, at, 1.0))
        instances = tuple(dict.fromkeys(dict(line.labels).get("instance", "") for line in found.lines))
        of = structs.replace(measure, where=(*measure.where, ("instance", instances)))
        return (of, max(0, self._watch.nodes - len(instances))) if instances else (measure, 0)

    async def _question(self, server: Server, question: _Question) -> Found:
        """Ask, unless that was asked a moment ago."""
        key = (server.title, *question)
        held = self._held.get(key)
        if held is None:
            held = await server.api.query_range(*question)
            self._held[key] = held
            while len(self._held) > MOST_HELD:
                self._held.pop(next(iter(self._held)))
        else:
            await checkpoint()
        return held

    def _instance(self, target: str) -> tuple[str, tuple[str, ...]] | None:
        """Return what the server calls one node, also one that is dead; None where nothing tells its address."""
        nodes = self._monitor.snapshot.value(NODES) or ()
        known = {
            node.node_id: Endpoint(node.ip, node.metrics_export_port) for node in nodes if node.metrics_export_port
        }
        known |= {name: one.endpoint for name, one in self._monitor.metrics.left.items()}
        known |= {name: state.target.endpoint for name, state in self._monitor.metrics.states.items()}
        return ("instance", (str(known[target]),)) if target in known else None


async def _together(asked: Sequence[Callable[[], Awaitable[Found]]]) -> list[Found]:
    """Ask all at once, as the questions of one chart; raises the failure of the first that fails."""
    answers: dict[int, Found] = {}
    failures: list[RaymonError] = []

    async def put(place: int) -> None:
        try:
            answers[place] = await asked[place]()
        except RaymonError as failure:
            failures.append(failure)
            tasks.cancel_scope.cancel()

    async with anyio.create_task_group() as tasks:
        for place in range(len(asked)):
            tasks.start_soon(put, place)
    if failures:
        raise failures[0]
    return [answers[place] for place in range(len(asked))]
