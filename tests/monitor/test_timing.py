"""When a feed is asked again, and what becomes of times when the clock jumps."""

from __future__ import annotations

from random import Random

import anyio
import pytest
from faults import FaultyServer
from hypothesis import given
from hypothesis import strategies as st
from watching import asking, backend_of, until

from raymon_tui.cluster.feeds.answer import Answer, next_reading
from raymon_tui.cluster.feeds.board import KEEP_MOST, KEEP_S, Board
from raymon_tui.cluster.feeds.catalogue import OVERVIEW_FEEDS
from raymon_tui.cluster.feeds.feed import Feed, FeedError, Reading
from raymon_tui.cluster.feeds.pacing import (
    DEAR_REST,
    LONGEST_BACKOFF_S,
    MOST_LOAD,
    UNSUPPORTED_S,
    delay,
    interval,
    probe_delay,
    stretch,
)
from raymon_tui.cluster.feeds.poller import Poller
from raymon_tui.cluster.monitor import Monitor
from raymon_tui.cluster.ray_api.client import RayApi
from raymon_tui.cluster.wall_clock import WallClock

PING: Feed[bytes] = asking("/ping")


def failed(failures: int, *, unsupported: bool = False) -> FeedError:
    return FeedError(said="no", since=0.0, failures=failures, unsupported=unsupported)


@given(st.floats(0.1, 60), st.floats(0, 300))
def test_no_feed_takes_more_than_its_share_of_the_heads_time(refresh_s: float, took_s: float) -> None:
    for feed in OVERVIEW_FEEDS:
        rest = interval(feed, refresh_s, took_s)
        assert rest >= feed.pace * refresh_s
        assert took_s / (took_s + rest) <= 1 / (1 + feed.rest) + 1e-9


@given(st.lists(st.floats(0, 60), max_size=20))
def test_all_feeds_together_leave_the_head_half_of_its_time_at_least(costs: list[float]) -> None:
    planned = [(cost_s, interval(PING, 2.0, cost_s)) for cost_s in costs]
    factor = stretch(planned)
    assert factor >= 1
    assert sum(cost_s / (cost_s + factor * interval_s) for cost_s, interval_s in planned) <= 1.25 * MOST_LOAD


def test_feeds_that_cost_the_head_little_keep_their_intervals() -> None:
    assert stretch([(0.01, 2.0)] * 12) == 1.0


def test_what_was_asked_together_is_not_held_dear_for_having_waited_for_the_rest() -> None:
    alone = next_reading(Reading(), Answer(took_s=3.0, value=1), 0.0)
    crowded = next_reading(Reading(), Answer(took_s=3.0, value=1, crowd=10.0), 0.0)
    assert (alone.cost_s, crowded.cost_s) == (3.0, 0.3)
    assert alone.took_s == crowded.took_s == 3.0


async def test_dear_questions_let_the_cheap_ones_go_first(server: FaultyServer) -> None:
    asked: list[str] = []
    cheap_may_answer = anyio.Event()

    async def ask_cheap(_api: RayApi) -> str:
        asked.append("cheap")
        await cheap_may_answer.wait()
        asked.append("cheap answered")
        return ""

    async def ask_dear(_api: RayApi) -> str:
        asked.append("dear")
        dear_asked.set()
        return ""

    dear_asked = anyio.Event()
    monitor = Monitor(backend_of(server), refresh_s=3600.0)
    monitor.want("test", [Feed("dear", ask_dear, rest=DEAR_REST), Feed("cheap", ask_cheap)])
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(monitor.run)
        await until(monitor, lambda seen: seen.link.state == "live")
        assert asked == ["cheap"]
        cheap_may_answer.set()
        await dear_asked.wait()
        tasks.cancel_scope.cancel()
    await monitor.aclose()
    assert asked == ["cheap", "cheap answered", "dear"]


def test_what_blocks_the_heads_loop_gets_a_twentieth_of_its_time_at_most() -> None:
    dear = {feed.name: feed.rest for feed in OVERVIEW_FEEDS if "summary" in feed.name or feed.name == "failed tasks"}
    assert len(dear) == 3
    assert min(dear.values()) >= 20


@given(st.integers(1, 1000), st.floats(0.1, 10), st.integers())
def test_a_feed_that_fails_is_asked_ever_less_but_at_least_every_half_minute(
    failures: int, refresh_s: float, seed: int
) -> None:
    wait = delay(PING, failed(failures), 0.01, refresh_s, Random(seed))
    assert refresh_s <= wait <= max(LONGEST_BACKOFF_S, refresh_s)
    assert delay(PING, failed(failures + 2), 0.01, refresh_s, Random(seed)) >= wait


def test_a_route_that_is_not_there_is_tried_again_after_minutes() -> None:
    assert delay(PING, failed(1, unsupported=True), 0.01, 2.0, Random(0)) == UNSUPPORTED_S


@given(st.floats(0.1, 3600))
def test_a_lost_link_is_probed_often_however_slow_the_refresh(refresh_s: float) -> None:
    assert 0.5 <= probe_delay(refresh_s) <= 2.0


class Crowd:
    """A host that counts how many ask it at once, and whose answers never come."""

    def __init__(self) -> None:
        self.now = self.most = self.asked = 0
        self.somebody = anyio.Event()

    async def turn(self, feed: Feed[bytes]) -> None:
        return

    async def ask(self, feed: Feed[bytes]) -> Answer:
        self.now += 1
        self.asked += 1
        self.most = max(self.most, self.now)
        self.somebody.set()
        try:
            await anyio.sleep_forever()
        finally:
            with anyio.CancelScope(shield=True):
                await anyio.lowlevel.checkpoint()
            self.now -= 1
        raise AssertionError

    def take(self, feed: Feed[bytes], answer: Answer) -> None:
        raise AssertionError

    def rest_s(self, feed: Feed[bytes]) -> float:
        return 0.0


async def test_a_feed_wanted_again_waits_for_its_dropped_request_to_end() -> None:
    crowd = Crowd()
    async with anyio.create_task_group() as tasks:
        before = Poller(PING, crowd)
        tasks.start_soon(before.run)
        await crowd.somebody.wait()
        crowd.somebody = anyio.Event()
        before.stop()
        tasks.start_soon(Poller(PING, crowd, before).run)
        await crowd.somebody.wait()
        tasks.cancel_scope.cancel()
    assert (crowd.asked, crowd.most) == (2, 1)


def test_readings_that_nobody_wants_are_kept_a_while_and_in_bounds() -> None:
    board = Board()
    names = [f"task {number}" for number in range(KEEP_MOST + 30)]
    for moment, name in enumerate(names):
        board.put(name, Reading(value=name, read_at=0.0))
        board.keep({name}, float(moment) / 100)
    board.keep((), 1.0)
    assert list(board.all()) == names[-KEEP_MOST:]
    board.keep((), 1.0 + KEEP_S)
    assert board.all() == {}


def test_a_clock_that_runs_evenly_does_not_jump() -> None:
    moments = iter([1000.0, 10.0, 1060.0, 70.0, 1120.0, 130.0])
    clock = WallClock(lambda: next(moments), lambda: next(moments))
    assert (clock.jumped(), clock.jumped()) == (0.0, 0.0)


@pytest.mark.parametrize("jump_s", [3600.0, -3600.0])
def test_a_jump_of_the_clock_is_told_once(jump_s: float) -> None:
    moments = iter([1000.0, 10.0, 1010.0 + jump_s, 20.0, 1020.0 + jump_s, 30.0])
    clock = WallClock(lambda: next(moments), lambda: next(moments))
    assert (clock.jumped(), clock.jumped()) == (jump_s, 0.0)


async def test_a_clock_that_is_set_back_leaves_no_reading_in_the_future(server: FaultyServer) -> None:
    wall = {"ahead": 0.0}
    monitor = Monitor(backend_of(server), refresh_s=3600.0, clock=lambda: anyio.current_time() + wall["ahead"])
    monitor.want("test", (PING,))
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(monitor.run)
        await until(monitor, lambda snapshot: snapshot.reading(PING).known)
        wall["ahead"] = -5000.0
        snapshot = await until(monitor, lambda snapshot: snapshot.at < anyio.current_time() - 4000)
        tasks.cancel_scope.cancel()
    await monitor.aclose()
    age_s = snapshot.at - (snapshot.reading(PING).read_at or 0.0)
    assert 0.0 <= age_s < 60
    assert snapshot.link.since <= snapshot.at


async def test_a_machine_that_slept_asks_everything_at_once(server: FaultyServer) -> None:
    wall = {"ahead": 0.0}
    monitor = Monitor(backend_of(server), refresh_s=3600.0, clock=lambda: anyio.current_time() + wall["ahead"])
    monitor.want("test", (PING,))
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(monitor.run)
        await until(monitor, lambda snapshot: snapshot.reading(PING).known)
        wall["ahead"] = 5000.0
        await server.until(lambda: server.asked["/ping"] == 2)
        tasks.cancel_scope.cancel()
    await monitor.aclose()
