"""What the monitor asks, how often, and what it does with the answers."""

from __future__ import annotations

import anyio
import pytest
from faults import Fault, FaultyServer
from watching import asking, monitor_of, until, watching

from raymon_tui.cluster.feeds.catalogue import VERSION
from raymon_tui.cluster.feeds.feed import Feed
from raymon_tui.cluster.ray_api.client import RayApi
from raymon_tui.cluster.snapshot import Snapshot

A, B = asking("/one"), asking("/two")


async def test_a_wanted_feed_is_asked_again_and_again(server: FaultyServer) -> None:
    async with watching(server, A) as monitor:
        await server.until(lambda: server.asked["/one"] >= 3)
        snapshot = await until(monitor, lambda snapshot: snapshot.value(A) == b"{}")
    assert snapshot.link.state == "live"


async def test_a_feed_never_has_two_requests_in_flight(server: FaultyServer) -> None:
    server.fail(Fault.HANG, "/one")
    async with watching(server, A, B) as monitor:
        await server.until(lambda: server.in_flight["/one"] == 1)
        for refresh_s in (0.05, 0.1, 0.05):
            monitor.refresh_now()
            monitor.set_refresh(refresh_s)
        await server.until(lambda: server.asked["/two"] >= 5)
        assert server.asked["/one"] == 1


async def test_a_feed_that_two_want_is_asked_once(server: FaultyServer) -> None:
    server.fail(Fault.HANG, "/one")
    async with watching(server, A, B) as monitor:
        monitor.want("somebody else", (asking("/one"),))
        await server.until(lambda: server.asked["/two"] >= 3)
        monitor.want("test", (B,))
        await server.until(lambda: server.asked["/two"] >= 6)
        assert server.asked["/one"] == 1
        assert server.in_flight["/one"] == 1


async def test_a_feed_that_nobody_wants_any_more_is_dropped_in_flight(server: FaultyServer) -> None:
    server.fail(Fault.HANG, "/one")
    async with watching(server, A, B) as monitor:
        await server.until(lambda: server.in_flight["/one"] == 1)
        monitor.want("test", (B,))
        await server.until(lambda: server.dropped["/one"] == 1)
        before = server.asked["/two"]
        await server.until(lambda: server.asked["/two"] >= before + 3)
        assert server.asked["/one"] == 1


async def test_the_last_answer_of_a_feed_waits_for_who_comes_back(server: FaultyServer) -> None:
    async with watching(server, A) as monitor:
        await until(monitor, lambda snapshot: snapshot.reading(A).known)
        monitor.want("test", (B,))
        snapshot = await until(monitor, lambda snapshot: snapshot.reading(B).known)
    assert snapshot.value(A) == b"{}"


async def test_an_answer_that_takes_too_long_is_an_error_beside_the_last_value(server: FaultyServer) -> None:
    hasty = asking("/one", timeout_s=0.3)
    async with watching(server, hasty, B) as monitor:
        await until(monitor, lambda snapshot: snapshot.reading(hasty).known)
        server.fail(Fault.HANG, "/one")
        snapshot = await until(monitor, lambda snapshot: snapshot.reading(hasty).error is not None)
    reading = snapshot.reading(hasty)
    assert reading.value == b"{}"
    assert reading.error is not None
    assert "no answer within 0.3 s" in reading.error.said
    assert snapshot.link.state == "live"


async def test_a_feed_fails_alone_and_recovers_alone(server: FaultyServer) -> None:
    server.fail(Fault.BROKEN, "/one")
    async with watching(server, A, B) as monitor:
        snapshot = await until(
            monitor, lambda snapshot: (error := snapshot.reading(A).error) is not None and error.failures >= 2
        )
        assert snapshot.link.state == "live"
        assert [finding.id for finding in snapshot.findings] == ["feed-failing:one"]
        server.heal()
        await until(monitor, lambda snapshot: snapshot.reading(A).known and snapshot.reading(A).error is None)


async def test_a_route_that_this_ray_has_not_is_let_be(server: FaultyServer) -> None:
    server.fail(Fault.MISSING, "/one")
    async with watching(server, A, B) as monitor:
        await server.until(lambda: server.asked["/two"] >= 5)
        snapshot = await until(monitor, lambda snapshot: snapshot.reading(A).error is not None)
        assert server.asked["/one"] == 1
    error = snapshot.reading(A).error
    assert error is not None
    assert error.unsupported
    assert snapshot.findings == ()


async def test_a_fault_of_our_own_shows_as_an_error_and_stops_nothing_else(
    server: FaultyServer, caplog: pytest.LogCaptureFixture
) -> None:
    async def stumble(api: RayApi) -> bytes:
        raise KeyError("secret")

    broken: Feed[bytes] = Feed("broken", stumble)
    async with watching(server, broken, B) as monitor:
        snapshot = await until(monitor, lambda snapshot: snapshot.reading(broken).error is not None)
        await server.until(lambda: server.asked["/two"] >= 3)
    error = snapshot.reading(broken).error
    assert error is not None
    assert "KeyError" in error.said
    assert "feed broken" in caplog.text


async def test_a_listener_that_fails_keeps_nobody_from_hearing(
    server: FaultyServer, caplog: pytest.LogCaptureFixture
) -> None:
    def stumble(_snapshot: Snapshot, _changed: frozenset[str]) -> None:
        raise ZeroDivisionError

    async with watching(server, A) as monitor:
        monitor.listen(stumble)
        await until(monitor, lambda snapshot: snapshot.reading(A).known)
    assert "a listener failed" in caplog.text


async def test_listeners_hear_of_changes_at_most_ten_times_a_second(server: FaultyServer) -> None:
    feeds = [asking(f"/many/{number}") for number in range(20)]
    heard: list[frozenset[str]] = []
    async with watching(server, *feeds, refresh_s=0.02) as monitor:
        monitor.listen(lambda _snapshot, changed: heard.append(changed))
        began = anyio.current_time()
        await server.until(lambda: server.asked.total() >= 100)
        took_s = anyio.current_time() - began
    assert len(heard) <= took_s / 0.1 + 2
    assert max(map(len, heard)) > 1


async def test_refreshing_now_does_not_wait_for_the_interval(server: FaultyServer) -> None:
    async with watching(server, A, B, refresh_s=3600.0) as monitor:
        await server.until(lambda: server.asked["/one"] == 1 and server.asked["/two"] == 1)
        await until(monitor, lambda snapshot: snapshot.reading(A).known and snapshot.reading(B).known)
        monitor.refresh_now({"one"})
        await server.until(lambda: server.asked["/one"] == 2)
        assert server.asked["/two"] == 1


async def test_a_shorter_interval_counts_from_now_on(server: FaultyServer) -> None:
    async with watching(server, A, refresh_s=3600.0) as monitor:
        await until(monitor, lambda snapshot: snapshot.reading(A).known)
        monitor.set_refresh(0.05)
        await server.until(lambda: server.asked["/one"] >= 3)


async def test_one_look_asks_each_feed_once(server: FaultyServer) -> None:
    monitor = monitor_of(server)
    snapshot = await monitor.once((A, B, VERSION))
    await monitor.aclose()
    assert (server.asked["/one"], server.asked["/two"], server.asked["/api/version"]) == (1, 1, 1)
    assert snapshot.value(A) == b"{}"
    assert snapshot.link.state == "live"


async def test_one_look_leaves_out_what_takes_too_long(server: FaultyServer) -> None:
    server.fail(Fault.HANG, "/one")
    monitor = monitor_of(server)
    snapshot = await monitor.once((A, B), timeout_s=0.5)
    await monitor.aclose()
    error = snapshot.reading(A).error
    assert error is not None
    assert error.said == "no answer within 0.5 s"
    assert snapshot.value(B) == b"{}"
