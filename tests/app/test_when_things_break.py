"""What the user sees while the link or the cluster fails, through the whole program and in front of a real cluster."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from faults import Fault, FaultyServer, Reply, Upstream, in_front_of
from live import shows, watching
from still import text
from textual.pilot import Pilot

from raymon_tui.tui.demo.cluster import RunningCluster

pytestmark = [pytest.mark.ray, pytest.mark.slow]

OLD = re.compile(r"\ds old")
"""How an age is told of what is no longer fresh."""


@asynccontextmanager
async def broken_into(cluster: RunningCluster) -> AsyncIterator[tuple[Pilot[int], FaultyServer]]:
    """Run the program on a real cluster behind a server that can fail, with its first whole picture drawn."""
    async with in_front_of(cluster.dashboard_url) as server, watching(server.url) as pilot:
        await shows(pilot, is_whole)
        yield pilot, server


def is_whole(screen: str) -> bool:
    return bool(re.search(r"● live", screen)) and "function" in screen and "class" in screen and "–m" not in screen


def panels(screen: str) -> list[str]:
    """Return the lines that name what there is, without the values and ages that change."""
    return [line for line in screen.splitlines() if any(word in line for word in ("Resources", "Tasks", "objects"))]


@pytest.mark.parametrize(
    ("fault", "state"),
    [
        (Fault.BROKEN, "lost"),
        (Fault.HTML, "lost"),
        (Fault.TRUNCATED, "lost"),
        (Fault.MISSING, "lost"),
        (Fault.UNAUTHORIZED, "refused"),
        (Fault.FORBIDDEN, "refused"),
    ],
)
async def test_a_dashboard_that_answers_badly_leaves_the_last_picture_with_its_age(
    ray_cluster: RunningCluster, fault: Fault, state: str
) -> None:
    async with broken_into(ray_cluster) as (pilot, server):
        before = text(pilot.app)
        server.fail(fault)
        screen = await shows(pilot, lambda seen: f"✕ {state}" in seen and OLD.search(seen) is not None)
        assert "trying again" in screen, screen
        assert len(panels(screen)) == len(panels(before))
        assert is_whole(screen.replace(f"✕ {state}", "● live"))
        server.heal()
        await shows(pilot, lambda seen: is_whole(seen) and "trying again" not in seen)


async def test_a_dashboard_that_is_away_is_waited_for(ray_cluster: RunningCluster) -> None:
    async with broken_into(ray_cluster) as (pilot, server):
        await server.refuse()
        screen = await shows(pilot, lambda seen: "✕ lost" in seen and OLD.search(seen) is not None)
        assert is_whole(screen.replace("✕ lost", "● live"))
        await server.listen()
        await shows(pilot, is_whole)


async def test_keys_are_answered_while_no_request_is(ray_cluster: RunningCluster) -> None:
    async with broken_into(ray_cluster) as (pilot, server):
        server.fail(Fault.HANG)
        await server.until(lambda: server.in_flight.total() > 0)
        await pilot.press("2")
        await pilot.pause()
        assert "cpu, 15m" in text(pilot.app)
        await pilot.press("question_mark")
        await pilot.pause()
        assert "Everywhere" in text(pilot.app)
        assert server.in_flight.total() > 0, "the answers came after all"
        await pilot.press("escape", "1")
        await shows(pilot, lambda seen: "✕ lost" in seen or "▲ slow" in seen)
        server.heal()
        await shows(pilot, is_whole)


async def test_one_question_that_fails_leaves_the_others_alone(ray_cluster: RunningCluster) -> None:
    async with broken_into(ray_cluster) as (pilot, server):
        server.fail(Fault.BROKEN, "/api/jobs/")
        screen = await shows(pilot, lambda seen: OLD.search(seen) is not None)
        assert "● live" in screen
        assert "trying again" not in screen
        server.heal()
        await shows(pilot, lambda seen: OLD.search(seen) is None)


def _without_nodes(upstream: Upstream, gone: Callable[[], str]) -> Upstream:
    """Return an upstream that knows nothing of the node `gone()`, as GCS after it forgot it."""

    async def answer(target: str) -> Reply:
        reply = await upstream(target)
        node_id = gone()
        if not node_id or node_id not in reply.body.decode(errors="replace"):
            return reply
        if target.startswith(f"/nodes/{node_id}"):
            return Reply(body=json.dumps({"result": True, "msg": "", "data": {"detail": {}}}).encode())
        told = json.loads(reply.body)
        return reply._replace(body=json.dumps(_pruned(told, node_id)).encode())

    return answer


def _pruned(value: object, node_id: str) -> object:
    """Return an answer without the rows, and without the keys, that are about a node."""
    if isinstance(value, dict):
        return {key: _pruned(inner, node_id) for key, inner in value.items() if key != node_id}
    if isinstance(value, list):
        return [_pruned(inner, node_id) for inner in value if node_id not in json.dumps(inner)]
    return value


async def test_a_node_that_vanishes_while_it_is_open_leaves_its_page(ray_cluster: RunningCluster) -> None:
    async with broken_into(ray_cluster) as (pilot, server):
        gone = ""
        server.upstream = _without_nodes(server.upstream, lambda: gone)
        await pilot.press("2")
        await shows(pilot, "cpu, 15m")
        await pilot.press("enter")
        screen = await shows(pilot, "Machine")
        found = re.search(r"[0-9a-f]{56}", screen)
        assert found, screen
        gone = found.group()
        screen = await shows(pilot, "does not know the node any more")
        assert gone in screen
        await pilot.press("escape")
        await shows(pilot, lambda seen: "cpu, 15m" in seen and "● live" in seen)


async def test_a_cluster_that_was_started_anew_is_named_and_watched_on(ray_cluster: RunningCluster) -> None:
    async with broken_into(ray_cluster) as (pilot, server):
        upstream = server.upstream

        async def restarted(target: str) -> Reply:
            reply = await upstream(target)
            if target != "/api/version":
                return reply
            told = json.loads(reply.body) | {"session_name": "session_two"}
            return reply._replace(body=json.dumps(told).encode())

        await server.refuse()
        await shows(pilot, "✕ lost")
        server.upstream = restarted
        await server.listen()
        screen = await shows(pilot, lambda seen: "started anew" in seen and is_whole(seen))
        assert "session_two" in screen
