"""Serve's applications, driven by keys: from an answer of a real one, and where there is none."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from msgspec import structs
from still import NOW, StillApp, comes, failing, known, line_with, text

from raymon_tui.backends.errors import RouteMissingError
from raymon_tui.cluster.feeds.catalogue import NODES, SERVE
from raymon_tui.cluster.feeds.feed import FeedError, Reading
from raymon_tui.cluster.findings.find import find
from raymon_tui.cluster.findings.finding import Finding
from raymon_tui.cluster.model.node import Node
from raymon_tui.cluster.model.serve import ServeActor, ServeInstance
from raymon_tui.cluster.ray_api.client import RayApi
from raymon_tui.cluster.snapshot import Snapshot

ANSWER = Path(__file__).parent.parent / "answers" / "serve.json"
WIDE, NARROW = (140, 45), (80, 24)
SECRET = "hunter2"
HEAD = Node(node_id="f" * 51 + "00000", ip="192.0.2.2", is_head=True)


def api(body: bytes, status: int = 200) -> RayApi:
    transport = httpx.MockTransport(lambda _request: httpx.Response(status, content=body))
    return RayApi(httpx.AsyncClient(base_url="http://head:8265", transport=transport))


async def serving(**changes: Any) -> ServeInstance:
    found = json.loads(ANSWER.read_bytes())
    found.update(changes)
    return await api(json.dumps(found).encode()).serve()


def found(serve: ServeInstance) -> list[Finding]:
    return [one for one in find(known((SERVE, serve)), NOW) if one.id.startswith("serve")]


async def open_serve(pilot: Any) -> None:
    await comes(pilot, "Placement groups")
    await pilot.press("]", "]")


@pytest.mark.parametrize("size", [WIDE, (120, 34), NARROW])
async def test_applications_that_fail_come_first_with_why(size: tuple[int, int]) -> None:
    async with (app := StillApp("more", known((SERVE, await serving())))).run_test(size=size) as pilot:
        await open_serve(pilot)
        await comes(pilot, "✕ sick")
        shown = text(app)
        assert shown.index("✕ sick") < shown.index("✕ broken") < shown.index("● hello")
        assert "DEPLOY_FAILED" in line_with(app, "✕ CannotStart")
        assert "0/1" in line_with(app, "✕ CannotStart")
        assert "2/2" in line_with(app, "● Greets")
        assert all(len(line) <= size[0] for line in shown.splitlines())


async def test_a_wide_page_tells_routes_replicas_by_state_and_proxies() -> None:
    async with (app := StillApp("more", known((SERVE, await serving())))).run_test(size=WIDE) as pilot:
        await open_serve(pilot)
        await comes(pilot, "2/2 proxies take requests, port 18777")
        assert "RuntimeError: no module named vllm" in line_with(app, "✕ CannotStart")
        assert "A replica's health check failed" in line_with(app, "✕ Sick")
        assert "/hello" in line_with(app, "● hello")
        assert "1–3" in line_with(app, "● Front")
        assert "HEALTHY" in line_with(app, "● proxy")


async def test_an_application_is_opened_with_its_replicas_and_its_config_without_secrets() -> None:
    serve = await serving()
    config = {"name": "hello", "runtime_env": {"env_vars": {"X": SECRET}}, "args": {"hf_token": SECRET, "layers": 2}}
    hello = structs.replace(serve.applications["hello"], deployed_app_config=config)
    serve = structs.replace(serve, applications={"hello": hello})
    async with (app := StillApp("more", known((SERVE, serve)))).run_test(size=WIDE) as pilot:
        await open_serve(pilot)
        await comes(pilot, "● hello")
        await pilot.press("enter")
        await comes(pilot, "3 of 3 serve")
        await comes(pilot, "/hello, port 18777 of each proxy")
        await comes(pilot, "hf_token: <hidden>")
        assert "layers: 2" in text(app)
        assert SECRET not in text(app)
        assert "Greets" in line_with(app, "ksb9k9d3")
        assert "30666" in line_with(app, "ksb9k9d3")
        await pilot.press("enter")
        await comes(pilot, "Actor SERVE_REPLICA::hello#")


async def test_l_opens_the_log_of_the_replica_that_is_worst() -> None:
    snapshot = known((SERVE, await serving()), nodes=(HEAD,))
    async with StillApp("more", snapshot).run_test(size=WIDE) as pilot:
        await open_serve(pilot)
        await comes(pilot, "✕ sick")
        await pilot.press("l")
        await comes(pilot, "serve/replica_sick_Sick_f6elt17e.log")
        await pilot.press("escape", "G", "l")
        await comes(pilot, "serve/controller_")


async def test_a_proxy_and_the_controller_are_opened_too() -> None:
    async with StillApp("more", known((SERVE, await serving()))).run_test(size=WIDE) as pilot:
        await open_serve(pilot)
        await comes(pilot, "controller")
        await pilot.press("G", "enter")
        await comes(pilot, "SERVE_CONTROLLER_ACTOR")
        await pilot.press("escape", "k", "enter")
        await comes(pilot, "SERVE_PROXY_ACTOR")


async def test_a_ray_without_serve_says_how_to_get_it() -> None:
    with pytest.raises(RouteMissingError) as caught:
        await api(b"Serve dependencies are not installed.", 501).serve()
    error = FeedError(said=caught.value.said, advice=caught.value.advice, since=NOW, unsupported=True)
    async with StillApp("more", Snapshot(at=NOW, readings={SERVE.name: Reading(error=error)})).run_test(
        size=WIDE
    ) as pilot:
        await open_serve(pilot)
        await comes(pilot, 'Ray Serve is not installed on the head node: pip install "ray[serve]" there brings it.')


async def test_a_cluster_on_which_serve_does_not_run_says_what_would_start_it() -> None:
    async with StillApp("more", known((SERVE, ServeInstance()))).run_test(size=WIDE) as pilot:
        await open_serve(pilot)
        await comes(pilot, "Serve does not run here. serve.run(app) starts it")
    idle = ServeInstance(controller_info=ServeActor(actor_id=""), proxies={"a": msgspec.convert({}, _PROXY)})
    async with StillApp("more", known((SERVE, idle))).run_test(size=WIDE) as pilot:
        await open_serve(pilot)
        await comes(pilot, "proxy")


async def test_a_failure_is_told_in_its_own_words() -> None:
    async with StillApp("more", failing(SERVE, "the head is busy")).run_test(size=WIDE) as pilot:
        await open_serve(pilot)
        await comes(pilot, "the head is busy")


async def test_applications_that_fail_are_findings_with_the_words_of_their_deployment() -> None:
    broken, sick = sorted(found(await serving()), key=lambda one: one.id)
    assert (broken.title, broken.cause) == (
        "Serve application broken failed to deploy",
        "RuntimeError: no module named vllm",
    )
    assert sick.title == "Serve application sick is unhealthy"
    assert sick.cause.startswith("A replica's health check failed")
    assert (broken.where, broken.subject) == ("more", "serve:broken")


async def test_an_application_on_its_way_is_no_finding() -> None:
    serve = await serving()
    hello = structs.replace(serve.applications["hello"], status="DEPLOYING")
    assert found(structs.replace(serve, applications={"hello": hello})) == []


async def test_a_finding_leads_to_its_application() -> None:
    snapshot = known((SERVE, await serving()), (NODES, (HEAD,)))
    snapshot = structs.replace(
        snapshot, findings=tuple(one for one in find(snapshot, NOW) if one.id.endswith("broken"))
    )
    async with StillApp("overview", snapshot).run_test(size=WIDE) as pilot:
        await comes(pilot, "Serve application broken failed to deploy")
        await pilot.press("enter")
        await comes(pilot, "proxies take requests")
        await pilot.press("enter")
        await comes(pilot, "Serve application broken")


_PROXY = type(next(iter(msgspec.json.decode(ANSWER.read_bytes(), type=ServeInstance).proxies.values())))
