"""How the monitor fares when the link to the cluster does not."""

from __future__ import annotations

import anyio
import pytest
from faults import Fault, FaultyServer
from watching import Session, asking, monitor_of, until, watching

from raymon_tui.backends.errors import BadAnswerError, NotRayError, UnauthorizedError, UnreachableError
from raymon_tui.cluster import series

A, B = asking("/one"), asking("/two")


async def test_a_lost_link_leaves_the_last_picture_in_place(server: FaultyServer) -> None:
    async with watching(server, A) as monitor:
        before = await until(monitor, lambda snapshot: snapshot.reading(A).known)
        await server.refuse()
        after = await until(monitor, lambda snapshot: snapshot.link.state == "lost")
    reading = after.reading(A)
    assert reading.value == b"{}"
    assert (reading.read_at or 0.0) >= (before.reading(A).read_at or 0.0)
    assert reading.error is not None
    assert after.link.said
    assert after.link.advice
    assert after.findings[0].id == "link-lost"


async def test_a_lost_link_is_found_again_and_everything_asked_at_once(server: FaultyServer) -> None:
    patient = asking("/slowly", pace=36000.0)
    async with watching(server, A, patient) as monitor:
        await until(monitor, lambda snapshot: snapshot.reading(patient).known)
        await server.refuse()
        await until(monitor, lambda snapshot: snapshot.link.state == "lost")
        await server.listen()
        with anyio.fail_after(20):
            await server.until(lambda: server.asked["/slowly"] == 2)
            await until(monitor, lambda snapshot: snapshot.link.state == "live" and snapshot.reading(A).error is None)


async def test_a_lost_link_is_probed_and_nothing_else_asked(server: FaultyServer) -> None:
    async with watching(server, A) as monitor:
        await until(monitor, lambda snapshot: snapshot.reading(A).known)
        server.fail(Fault.UNAUTHORIZED)
        await until(monitor, lambda snapshot: snapshot.link.state == "refused")
        asked, probed = server.asked["/one"], server.asked["/api/version"]
        await server.until(lambda: server.asked["/api/version"] >= probed + 2)
        assert server.asked["/one"] == asked


async def test_a_refusal_says_what_to_do_and_ends_by_itself(server: FaultyServer) -> None:
    server.fail(Fault.UNAUTHORIZED)
    async with watching(server, A) as monitor:
        snapshot = await until(monitor, lambda snapshot: snapshot.link.state == "refused")
        assert "401" in snapshot.link.said
        assert "token" in snapshot.link.advice
        server.heal()
        await until(monitor, lambda snapshot: snapshot.link.state == "live" and snapshot.reading(A).known)


async def test_what_is_wanted_while_the_link_is_lost_says_why_it_is_not_there(server: FaultyServer) -> None:
    await server.refuse()
    async with watching(server, A) as monitor:
        await until(monitor, lambda snapshot: snapshot.link.state == "lost")
        monitor.want("test", (A, B))
        snapshot = await until(monitor, lambda snapshot: snapshot.reading(B).error is not None)
        error = snapshot.reading(B).error
        assert error is not None
        assert error.said == snapshot.link.said
        await server.listen()
        await until(monitor, lambda snapshot: snapshot.reading(B).known)


@pytest.mark.slow
async def test_a_link_that_hangs_is_lost_and_requests_in_flight_with_it(server: FaultyServer) -> None:
    patient = asking("/one", timeout_s=300.0)
    async with watching(server, patient) as monitor:
        await until(monitor, lambda snapshot: snapshot.reading(patient).known)
        server.fail(Fault.HANG)
        await until(monitor, lambda snapshot: snapshot.link.state == "lost")
        await server.until(lambda: server.dropped["/one"] == 1)
        server.heal()
        with anyio.fail_after(20):
            await until(
                monitor,
                lambda snapshot: snapshot.link.state == "live" and snapshot.reading(patient).error is None,
            )


@pytest.mark.slow
@pytest.mark.parametrize("fault", [Fault.BROKEN, Fault.HTML, Fault.TRUNCATED])
async def test_a_dashboard_that_answers_only_nonsense_is_lost_until_it_does_better(
    server: FaultyServer, fault: Fault
) -> None:
    async with watching(server, A) as monitor:
        await until(monitor, lambda snapshot: snapshot.reading(A).known)
        # Only the version can tell nonsense from an answer, for `/one` is bytes that nobody reads.
        server.fail(fault, "/api/version")
        server.fail(Fault.BROKEN, "/one")
        snapshot = await until(monitor, lambda snapshot: snapshot.link.state == "lost")
        assert snapshot.value(A) == b"{}"
        server.heal()
        await until(monitor, lambda snapshot: snapshot.link.state == "live" and snapshot.reading(A).error is None)


async def test_a_broken_version_route_alone_is_no_lost_link(server: FaultyServer) -> None:
    server.fail(Fault.BROKEN, "/api/version")
    async with watching(server, A) as monitor:
        await until(monitor, lambda snapshot: snapshot.reading(A).known and snapshot.link.state == "live")
        states = set()
        monitor.listen(lambda snapshot, _changed: states.add(snapshot.link.state))
        probed = server.asked["/api/version"]
        await server.until(lambda: server.asked["/api/version"] >= probed + 2)
    assert states <= {"live"}


@pytest.mark.slow
async def test_a_head_that_counts_for_long_is_slow_but_not_lost(server: FaultyServer, session: Session) -> None:
    dear = asking("/count", timeout_s=60.0)
    states = []
    async with watching(server, A) as monitor:
        await until(monitor, lambda snapshot: snapshot.reading(A).known)
        session.free = anyio.Event()
        monitor.want("test", (A, dear))
        monitor.listen(lambda snapshot, _changed: states.append(snapshot.link.state))
        slow = await until(monitor, lambda snapshot: snapshot.link.state == "slow")
        assert "no answer" in slow.link.said
        session.free.set()
        await until(monitor, lambda snapshot: snapshot.reading(dear).known and snapshot.link.state == "live")
        await until(monitor, lambda snapshot: (snapshot.reading(A).read_at or 0.0) > slow.at)
    assert server.asked["/count"] == 1
    assert set(states) == {"live", "slow"}


@pytest.mark.slow
async def test_a_link_whose_answers_take_over_a_second_is_slow(server: FaultyServer, session: Session) -> None:
    async with watching(server, A) as monitor:
        await until(monitor, lambda snapshot: snapshot.link.state == "live")
        probed = server.asked["/api/version"]
        session.free = anyio.Event()
        await server.until(lambda: server.asked["/api/version"] > probed)
        await anyio.sleep(1.1)
        session.free.set()
        await until(monitor, lambda snapshot: snapshot.link.state == "slow")
        await until(monitor, lambda snapshot: snapshot.link.state == "live")


async def test_a_cluster_started_anew_takes_nothing_over_from_the_old_one(
    server: FaultyServer, session: Session
) -> None:
    async with watching(server, A) as monitor:
        await until(monitor, lambda snapshot: snapshot.reading(A).known)
        monitor.history.add(series.TASKS_RUNNING, 1.0, 5.0)
        server.fail(Fault.HANG, "/one")
        session.name = "session_two"
        snapshot = await until(monitor, lambda snapshot: snapshot.restarted_at is not None)
        assert not snapshot.reading(A).known
        assert monitor.history.resample(series.TASKS_RUNNING, 1, 2.0, 2.0) == (None,)
        assert [(one.id, one.cause) for one in snapshot.findings] == [("cluster-restarted", "this is session_two")]


async def test_one_look_at_nothing_says_that_nothing_is_there(server: FaultyServer) -> None:
    await server.refuse()
    monitor = monitor_of(server)
    with pytest.raises(UnreachableError):
        await monitor.once((A,))
    await monitor.aclose()


@pytest.mark.parametrize(
    ("fault", "error"),
    [(Fault.HTML, NotRayError), (Fault.UNAUTHORIZED, UnauthorizedError), (Fault.BROKEN, BadAnswerError)],
)
async def test_one_look_at_what_is_no_open_cluster_raises_why(
    server: FaultyServer, fault: Fault, error: type[Exception]
) -> None:
    server.fail(fault)
    monitor = monitor_of(server)
    with pytest.raises(error):
        await monitor.once((A,))
    await monitor.aclose()
