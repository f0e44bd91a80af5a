"""States are counted exactly, whatever their number, and cheaply while little changes."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from itertools import islice

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from raymon_tui.backends.errors import BadAnswerError
from raymon_tui.cluster.feeds.counting import ask_task_counts
from raymon_tui.cluster.model.task import LIVE_STATES
from raymon_tui.cluster.ray_api.asking import ORDINARY_TIMEOUT_S, Params
from raymon_tui.cluster.ray_api.client import RayApi
from raymon_tui.cluster.ray_api.counts import ACTORS, TASKS, Kind, Tally

LOOKED_AT = 10_000
COUNTS = st.dictionaries(st.sampled_from((*LIVE_STATES, "FINISHED", "FAILED")), st.integers(0, 15_000))


class Ledger:
    """What the State API says of things that have nothing but a state, and what it was asked.

    `filters_late`: the filter is applied by the dashboard, after the cut, as with actors and `!=`.
    """

    def __init__(self, states: dict[str, int], *, filters_late: bool = False) -> None:
        self.states = Counter(states)
        self.filters_late = filters_late
        self.asked: list[str] = []

    async def get(self, path: str, params: Params = (), *, timeout_s: float = ORDINARY_TIMEOUT_S) -> bytes:
        assert isinstance(params, Sequence)
        limit = int(dict(params)["limit"])
        conditions = [
            (predicate, value)
            for (_, predicate), (_, value) in zip(
                [pair for pair in params if pair[0] == "filter_predicates"],
                [pair for pair in params if pair[0] == "filter_values"],
                strict=True,
            )
        ]
        self.asked.append(" ".join(predicate + value for predicate, value in conditions))
        passing = {
            state: count
            for state, count in self.states.items()
            if all((state == value) == (predicate == "=") for predicate, value in conditions)
        }
        all_passing, everything = sum(passing.values()), self.states.total()
        total = everything if self.filters_late else all_passing
        rows = ({"state": state} for state, count in passing.items() for _ in range(count))
        result = {
            "total": total,
            "num_after_truncation": min(total, LOOKED_AT),
            "num_filtered": min(all_passing, LOOKED_AT),
            "result": list(islice(rows, limit)),
        }
        return json.dumps({"result": True, "msg": "", "data": {"result": result}}).encode()

    async def answer(self, request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, content=await self.get(request.url.path, request.url.params.multi_items()))

    def tally(self, kind: Kind = TASKS) -> Tally:
        return Tally(self.get, kind)


@given(COUNTS)
async def test_tasks_are_counted_exactly_past_ten_thousand(states: dict[str, int]) -> None:
    counts = await Ledger(states).tally().count()
    assert counts.by_state == {state: count for state, count in states.items() if count}
    assert counts.total == sum(states.values())
    assert not counts.at_least


async def test_actors_are_counted_although_the_dashboard_filters_them_late() -> None:
    states = {"ALIVE": 150, "PENDING_CREATION": 2, "DEAD": 400}
    counts = await Ledger(states, filters_late=True).tally(ACTORS).count()
    assert counts.by_state == states


async def test_whoever_has_just_come_does_not_wait_for_what_is_dear_to_count() -> None:
    ledger = Ledger({"RUNNING": 3, "FINISHED": 9000, "FAILED": 2})
    api = RayApi(httpx.AsyncClient(transport=httpx.MockTransport(ledger.answer), base_url="http://ray"))
    first, second = await ask_task_counts(api), await ask_task_counts(api)
    assert (first.of("RUNNING"), first.of("FAILED"), first.total) == (3, 2, None)
    assert (second.of("FINISHED"), second.total) == (9000, 9005)


async def test_a_quiet_cluster_is_counted_with_three_requests_and_then_with_one() -> None:
    ledger = Ledger({"RUNNING": 3, "PENDING_NODE_ASSIGNMENT": 2, "FINISHED": 9000})
    tally = ledger.tally()
    await tally.count()
    assert ledger.asked == ["!=FINISHED !=FAILED", "", "=FAILED"]
    ledger.asked.clear()
    await tally.count()
    assert ledger.asked[0] == "!=FINISHED !=FAILED"


async def test_states_are_asked_for_one_by_one_only_until_all_are_found() -> None:
    ledger = Ledger({"RUNNING": 200, "PENDING_NODE_ASSIGNMENT": 300, "FINISHED": 1})
    await ledger.tally().count()
    assert ledger.asked[:3] == ["!=FINISHED !=FAILED", "=RUNNING", "=PENDING_NODE_ASSIGNMENT"]
    assert ledger.asked[3:] == ["", "=FAILED"]


async def test_what_has_finished_never_becomes_less_while_the_total_rests(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("raymon_tui.cluster.ray_api.counts._REST", 1e9)
    ledger = Ledger({"RUNNING": 50, "FINISHED": 100})
    tally = ledger.tally()
    await tally.count()
    ledger.states = Counter({"RUNNING": 40, "PENDING_NODE_ASSIGNMENT": 30, "FINISHED": 110})
    ledger.asked.clear()
    later = await tally.count()
    assert later.at_least
    assert later.by_state == {"RUNNING": 40, "PENDING_NODE_ASSIGNMENT": 30, "FINISHED": 100}
    ledger.states = Counter({"RUNNING": 20, "FINISHED": 160})
    assert (await tally.count()).by_state == {"RUNNING": 20, "FINISHED": 130}
    assert ledger.asked == ["!=FINISHED !=FAILED"] * 2


async def test_tasks_that_ray_forgot_are_no_negative_number() -> None:
    ledger = Ledger({"RUNNING": 5, "FAILED": 5, "FINISHED": 100})
    tally = ledger.tally()
    await tally.count()
    ledger.states = Counter({"RUNNING": 1})
    assert min((await tally.count()).by_state.values()) > 0


async def test_what_failed_meanwhile_is_never_said_to_have_finished(monkeypatch: pytest.MonkeyPatch) -> None:
    ledger = Ledger({"RUNNING": 5, "FAILED": 5, "FINISHED": 100})
    tally = ledger.tally()
    monkeypatch.setattr("raymon_tui.cluster.ray_api.counts._REST", 1e9)
    await tally.count(whole_within_s=0.0)
    monkeypatch.setattr("raymon_tui.cluster.ray_api.counts._REST", 0.0)
    ledger.states = Counter({"RUNNING": 1, "FAILED": 9, "FINISHED": 100})
    assert (await tally.count()).by_state == {"RUNNING": 1, "FAILED": 9, "FINISHED": 100}


async def test_an_answer_without_a_total_is_no_zero() -> None:
    async def get(path: str, params: Params = (), *, timeout_s: float = ORDINARY_TIMEOUT_S) -> bytes:
        return b'{"result": true, "data": {"result": {"result": []}}}'

    with pytest.raises(BadAnswerError, match="how many there are"):
        await Tally(get, TASKS).count()
