"""However an answer is mangled, it is read or refused in words: nothing else is ever raised, and types hold."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from recorded_ray import ANSWERS, HEAD, ROUTES, recorded, recorded_ray

from raymon_tui.backends.errors import RaymonError
from raymon_tui.cluster.model.actor import Actor, ActorSummary
from raymon_tui.cluster.model.autoscaler import AutoscalerStatus
from raymon_tui.cluster.model.event import Event
from raymon_tui.cluster.model.job import Job
from raymon_tui.cluster.model.log_file import LogFile
from raymon_tui.cluster.model.node import Node, NodeDetail
from raymon_tui.cluster.model.page import Page
from raymon_tui.cluster.model.placement_group import PlacementGroup
from raymon_tui.cluster.model.serve import ServeInstance
from raymon_tui.cluster.model.stored_object import StoredObject
from raymon_tui.cluster.model.task import Task, TaskSummary
from raymon_tui.cluster.model.version import Version
from raymon_tui.cluster.model.worker import Worker
from raymon_tui.cluster.ray_api.client import RayApi

Question = tuple[Any, Callable[[RayApi], Awaitable[Any]]]

QUESTIONS: dict[str, Question] = {
    "/api/version": (Version, lambda api: api.version()),
    "/nodes": (tuple[Node, ...], lambda api: api.nodes()),
    "/api/v0/nodes": (tuple[Node, ...], lambda api: api.nodes()),
    f"/nodes/{HEAD}": (NodeDetail, lambda api: api.node_detail(HEAD)),
    "/api/cluster_status": (AutoscalerStatus, lambda api: api.autoscaler()),
    "/api/cluster_status?format=1": (AutoscalerStatus, lambda api: api.autoscaler()),
    "/api/jobs/": (tuple[Job, ...], lambda api: api.jobs()),
    "/api/v0/tasks": (Page[Task], lambda api: api.tasks(detail=True)),
    "/api/v0/actors": (Page[Actor], lambda api: api.actors(detail=True)),
    "/logical/actors": (Page[Actor], lambda api: api.actors(detail=True)),
    "/api/v0/placement_groups": (Page[PlacementGroup], lambda api: api.placement_groups()),
    "/api/v0/workers": (Page[Worker], lambda api: api.workers()),
    "/api/v0/objects": (Page[StoredObject], lambda api: api.objects()),
    "/api/v0/tasks/summarize": (TaskSummary, lambda api: api.task_summary()),
    "/api/v0/actors/summarize": (ActorSummary, lambda api: api.actor_summary()),
    "/api/serve/applications/": (ServeInstance, lambda api: api.serve()),
    "/events": (tuple[Event, ...], lambda api: api.events()),
    "/api/v0/logs": (tuple[LogFile, ...], lambda api: api.log_files(HEAD)),
}

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.just(2**64 - 1)
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["nan", "inf", "-1", "1e400", "\x1b[31m", "\ud800", "9" * 5000])
)
JUNK = SCALARS | st.lists(SCALARS, max_size=3) | st.dictionaries(st.text(max_size=3), SCALARS, max_size=3)
ROUTE = st.sampled_from(sorted(QUESTIONS))
PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the path of each value inside `value`, and of itself."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, item in items for place in places(item, (*path, key)))]


def with_junk(value: Any, path: tuple[Any, ...], junk: Any, *, drop: bool) -> Any:
    """Return `value` with what lies at `path` replaced, or left out."""
    if not path:
        return junk
    holder = value
    for key in path[:-1]:
        holder = holder[key]
    if drop:
        del holder[path[-1]]
    else:
        holder[path[-1]] = junk
    return value


async def ask(route: str, body: bytes) -> None:
    """Ask the question of `route` when it answers `body`; what comes back must be of its type."""
    type_, question = QUESTIONS[route]
    answer, refusal = None, None
    try:
        answer = await question(recorded_ray({route: body}))
    except RaymonError as error:
        refusal = error
    if refusal is None:
        assert msgspec.convert(msgspec.to_builtins(answer), type_) == answer
    else:
        assert refusal.tried
        assert refusal.said


@PATIENT
@given(route=ROUTE, data=st.data())
async def test_any_field_may_be_missing_null_or_of_another_type(route: str, data: st.DataObject) -> None:
    answer = recorded(ROUTES[route])
    for _ in range(data.draw(st.integers(1, 4))):
        path = data.draw(st.sampled_from(places(answer)))
        answer = with_junk(answer, path, data.draw(JUNK), drop=data.draw(st.booleans()))
    await ask(route, json.dumps(answer).encode())


@PATIENT
@given(route=ROUTE, share=st.floats(0, 1))
async def test_an_answer_may_be_cut_off_anywhere(route: str, share: float) -> None:
    body = (ANSWERS / ROUTES[route]).read_bytes()
    await ask(route, body[: int(len(body) * share)])


@PATIENT
@given(route=ROUTE, body=st.binary(max_size=200))
async def test_an_answer_may_be_any_bytes(route: str, body: bytes) -> None:
    await ask(route, body)


@PATIENT
@given(route=ROUTE, share=st.floats(0, 1), byte=st.integers(0, 255))
async def test_any_byte_of_an_answer_may_be_another(route: str, share: float, byte: int) -> None:
    body = bytearray((ANSWERS / ROUTES[route]).read_bytes())
    body[int((len(body) - 1) * share)] = byte
    await ask(route, bytes(body))


@PATIENT
@given(text=st.text() | st.lists(st.text(alphabet="{}'()*+:, 0123456789.acdegnip\n"), max_size=6).map("\n ".join))
async def test_a_printed_status_may_read_anything(text: str) -> None:
    body = json.dumps({"result": True, "data": {"clusterStatus": f"Active:\n {text}\nPending Demands:\n {text}"}})
    nothing = json.dumps({"result": True, "data": {}}).encode()
    status = await recorded_ray(
        {"/api/cluster_status": nothing, "/api/cluster_status?format=1": body.encode()}
    ).autoscaler()
    assert isinstance(status, AutoscalerStatus)


@pytest.mark.parametrize("route", sorted(QUESTIONS))
async def test_a_deeply_nested_answer_is_refused_or_read(route: str) -> None:
    await ask(route, b"[" * 100_000)
    await ask(route, b'{"data":' * 50_000 + b"1" + b"}" * 50_000)


@pytest.mark.parametrize("word", ["nan", "Infinity", "-inf"])
@pytest.mark.parametrize("route", sorted(QUESTIONS))
async def test_a_word_for_no_number_is_none_either(route: str, word: str) -> None:
    def without_numbers(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: without_numbers(item) for key, item in value.items()}
        if isinstance(value, list):
            return [without_numbers(item) for item in value]
        return word if isinstance(value, (int, float)) and not isinstance(value, bool) else value

    await ask(route, json.dumps(without_numbers(recorded(ROUTES[route]))).encode())


@pytest.mark.parametrize("route", sorted(QUESTIONS))
async def test_a_number_that_is_none_is_unknown_and_the_rest_is_read(route: str) -> None:
    body = (ANSWERS / ROUTES[route]).read_bytes()
    with_nan = body.replace(b": 100.0", b": NaN").replace(b": 0.4", b": -Infinity").replace(b": 2.0", b": Infinity")
    await ask(route, with_nan)


async def test_a_node_whose_processor_share_is_not_a_number_is_still_shown() -> None:
    body = (ANSWERS / "nodes.json").read_bytes().replace(b'"cpu": 100.0', b'"cpu": NaN', 1)
    head, other = await recorded_ray({"/nodes": body}).nodes()
    assert head.cpu_percent is None
    assert head.mem_total is not None
    assert other.cpu_percent == 100.0


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"<!doctype html><html><body>Sign in</body></html>", "an HTML page instead of JSON: Sign in"),
        (b'{"result": tr', 'JSON that is broken or cut off after 13 bytes: {"result": tr'),
        (b"", "an empty answer"),
        (b"upstream \x1b[31mgone\x00", "no JSON: upstream gone"),
        (b"[1]", "JSON, but not of the shape that Ray answers with: [1]"),
    ],
)
async def test_what_came_instead_is_quoted(body: bytes, said: str) -> None:
    with pytest.raises(RaymonError) as caught:
        await recorded_ray({"/events": body}).events()
    assert caught.value.said == said
