"""The links of the chain to a cluster, tried one after the other."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

import anyio
import httpx

from raymon_tui.backends.base import Backend, Connecting, Endpoint, KubernetesObjects, Relaying, Seeking, Stage
from raymon_tui.backends.errors import RaymonError, RouteMissingError, UnreachableError
from raymon_tui.backends.resolve import Candidate
from raymon_tui.cluster.model.node import Node
from raymon_tui.cluster.prometheus.options import PrometheusOptions
from raymon_tui.cluster.ray_api.client import RayApi
from raymon_tui.tui.cli.check import THEN, Chain, Check
from raymon_tui.tui.cli.check_services import services

T = TypeVar("T")

AGENT_S = 5.0
TARGET, FORWARDING = Stage("target", "target"), Stage("forwarding", "forwarding")
DASHBOARD, RAY, TOKEN, NODES, AGENTS, *_ = THEN
_PARTS_OF_HOP = ("tcp", "host_key", "login")


async def examine(candidate: Candidate, took_s: float, chain: Chain, prometheus: PrometheusOptions) -> None:
    """Try each link until one breaks without which the others cannot hold; `took_s` to understand the target."""
    began = time.monotonic()
    try:
        backend = candidate.open()
        http = backend.http(backend.dashboard)
    except RaymonError as error:
        chain.breaks(TARGET, error, took_s + time.monotonic() - began, whole=True)
        return
    try:
        chain.holds(Stage(TARGET.id, TARGET.name, candidate.title), took_s + time.monotonic() - began)
        async with http:
            if await _reached(backend, chain):
                await _ray(backend, RayApi(http), chain, prometheus)
    finally:
        await backend.aclose()


async def _reached(backend: Backend, chain: Chain) -> bool:
    """Try all that lies before the dashboard, and its port."""
    # Through the pod proxy of Kubernetes there is no port to dial, nor the right to.
    by_port = not isinstance(backend, KubernetesObjects)
    if not by_port:
        chain.expected = tuple(link for link in chain.expected if link != DASHBOARD)
    if isinstance(backend, Relaying):
        chain.expect_first((FORWARDING,))
    if isinstance(backend, Connecting):
        chain.expect_first(backend.way)
        if not await _connects(backend, chain):
            return False
    if isinstance(backend, Relaying):
        await _forwards(backend, chain)
    return not by_port or await _tried(DASHBOARD, chain, lambda: _dialled(backend)) is not None


async def _ray(backend: Backend, api: RayApi, chain: Chain, prometheus: PrometheusOptions) -> None:
    if await _tried(RAY, chain, lambda: _version(api)) is None:
        return
    if await _tried(TOKEN, chain, lambda: _token(api)) is None:
        return
    nodes = await _tried(NODES, chain, api.nodes, _counted)
    if nodes is not None:
        chain.tell(await _agents(backend, [node for node in nodes if node.alive]))
    async for check in services(backend, api, prometheus):
        chain.tell(check)


async def _connects(backend: Connecting, chain: Chain) -> bool:
    """Tell each part of the way that was behind us, and the one that was not."""
    began, failure = time.monotonic(), None
    try:
        await backend.connect()
    except RaymonError as error:
        failure = error
    before = 0.0
    for stage, at in backend.stages:
        chain.holds(stage, at - before)
        before = at
    if failure is not None:
        passed = [stage.id for stage, _ in backend.stages]
        link = Stage(_next([stage.id for stage in backend.way], passed), failure.tried)
        chain.breaks(link, failure, time.monotonic() - began - before)
    return failure is None


def _next(way: Sequence[str], passed: Sequence[str]) -> str:
    """Return the part of the way that comes after those that are behind us; of a jump too."""
    hop, _, part = passed[-1].partition("_") if passed else ("", "", "")
    if hop.startswith("jump") and part != _PARTS_OF_HOP[-1]:
        return f"{hop}_{_PARTS_OF_HOP[_PARTS_OF_HOP.index(part) + 1]}"
    return next((part for part in way if part not in passed), way[-1])


async def _tried(
    link: Stage, chain: Chain, ask: Callable[[], Awaitable[T]], words: Callable[[T], str] = str
) -> T | None:
    """Return what was asked, once it is told in `words`; None where the link is broken, which is told too."""
    began = time.monotonic()
    try:
        found = await ask()
    except RaymonError as error:
        chain.breaks(link, error, time.monotonic() - began)
        return None
    chain.holds(Stage(link.id, link.name, words(found)), time.monotonic() - began)
    return found


async def _forwards(backend: Backend, chain: Chain) -> None:
    """Tell whether the server forwards; where it forbids that, bytes take another way."""
    began = time.monotonic()
    try:
        async with await backend.dial(backend.dashboard):
            pass
    except RaymonError:
        # What this says of the port is the next link's.
        pass
    forbidden = isinstance(backend, Relaying) and backend.relays
    said = (
        "the server forbids it; one command on the head passes all bytes on, over one session"
        if forbidden
        else "allowed"
    )
    took_s = time.monotonic() - began
    holds = None if forbidden else True
    chain.tell(Check(id=FORWARDING.id, name=FORWARDING.name, holds=holds, said=said, took_s=took_s))


async def _dialled(backend: Backend) -> str:
    usual = backend.dashboard
    found = await backend.find_dashboard() if isinstance(backend, Seeking) else usual
    async with await backend.dial(found):
        pass
    return str(found) if found == usual else f"{found}, which is not the usual {usual.port}"


async def _version(api: RayApi) -> str:
    version = await api.version()
    return f"{version.ray_version}, {version.session_name}"


async def _token(api: RayApi) -> str:
    """Return whether a token is wanted; where it is, a question that wants it shows that ours is right."""
    try:
        mode = await api.authentication_mode()
    except RouteMissingError:
        return "not wanted: this version of Ray has none"
    if mode in ("", "disabled"):
        return "not wanted: whoever reaches the dashboard may use it"
    await api.jobs()
    return f"right ({mode})"


def _counted(nodes: Sequence[Node]) -> str:
    living = sum(node.alive for node in nodes)
    return f"{living} alive, {len(nodes) - living} dead"


async def _agents(backend: Backend, nodes: list[Node]) -> Check:
    """Ask the metrics agent of every node, all at once."""
    answered: list[str] = []
    silent: list[str] = []
    began = time.monotonic()
    limit = anyio.CapacityLimiter(16)

    async def ask(node: Node) -> None:
        try:
            if not node.metrics_export_port:
                raise UnreachableError("ask", "no port is told", "")
            async with limit, backend.http(Endpoint(node.ip, node.metrics_export_port)) as client:
                with anyio.fail_after(AGENT_S):
                    (await client.get("/metrics")).raise_for_status()
            answered.append(node.ip)
        except (RaymonError, httpx.HTTPError, OSError, TimeoutError):
            silent.append(node.ip)

    async with anyio.create_task_group() as tasks:
        for node in nodes:
            tasks.start_soon(ask, node)
    advice = f"No answer from {', '.join(silent[:5])}: is the port open from the head?" if silent else ""
    return Check(
        id=AGENTS.id,
        name=AGENTS.name,
        holds=not silent,
        said=f"{len(answered)} of {len(nodes)} answer",
        took_s=time.monotonic() - began,
        advice=advice,
        exit_code=UnreachableError.exit_code if silent else 0,
    )
