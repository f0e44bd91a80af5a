"""The links of the chain to a cluster, and what became of each."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

import anyio
import httpx

from raymon_tui.backends.base import Backend, Connecting, Endpoint, KubernetesObjects, Seeking
from raymon_tui.backends.errors import RaymonError, RouteMissingError, UnreachableError
from raymon_tui.backends.resolve import Candidate
from raymon_tui.cluster.model.node import Node
from raymon_tui.cluster.ray_api.client import RayApi
from raymon_tui.tui.cli.check import Check
from raymon_tui.tui.cli.check_services import services
from raymon_tui.tui.options import PrometheusOptions

T = TypeVar("T")

AGENT_S = 5.0


Tell = Callable[[Check], None]


async def examine(candidate: Candidate, tell: Tell, prometheus: PrometheusOptions) -> None:
    """Try each link until one breaks without which the others cannot hold."""
    backend = candidate.open()
    try:
        if isinstance(backend, Connecting) and not await _connects(backend, tell):
            return
        # Through the pod proxy of Kubernetes there is no port to dial, nor the right to.
        by_port = not isinstance(backend, KubernetesObjects)
        if by_port and await _tried("dashboard's port", tell, lambda: _dialled(backend)) is None:
            return
        async with backend.http(backend.dashboard) as client:
            api = RayApi(client)
            if await _tried("Ray", tell, lambda: _version(api)) is None:
                return
            if await _tried("token", tell, lambda: _token(api)) is None:
                return
            nodes = await _tried("nodes", tell, api.nodes, _counted)
            if nodes is not None:
                tell(await _agents(backend, [node for node in nodes if node.alive]))
            async for check in services(backend, api, prometheus):
                tell(check)
    finally:
        await backend.aclose()


async def _connects(backend: Connecting, tell: Tell) -> bool:
    """Tell each part of the way that was behind us, and the one that was not."""
    began, failure = time.monotonic(), None
    try:
        await backend.connect()
    except RaymonError as error:
        failure = error
    before = 0.0
    for stage, at in backend.stages:
        name, _, said = stage.partition(": ")
        tell(Check(name=name, holds=True, said=said or "it holds", took_s=at - before))
        before = at
    if failure is not None:
        tell(broken(failure.tried, failure, time.monotonic() - began - before))
    return failure is None


async def _tried(name: str, tell: Tell, ask: Callable[[], Awaitable[T]], words: Callable[[T], str] = str) -> T | None:
    """Return what was asked, once it is told in `words`; None where the link is broken, which is told too."""
    began = time.monotonic()
    try:
        found = await ask()
    except RaymonError as error:
        tell(broken(name, error, time.monotonic() - began))
        return None
    tell(Check(name=name, holds=True, said=words(found), took_s=time.monotonic() - began))
    return found


def broken(name: str, error: RaymonError, took_s: float) -> Check:
    """Return what is told of a link that breaks with `error`."""
    return Check(name=name, holds=False, said=error.said, took_s=took_s, advice=error.advice, exit_code=error.exit_code)


async def _dialled(backend: Backend) -> str:
    usual = backend.dashboard
    found = await backend.find_dashboard() if isinstance(backend, Seeking) else usual
    async with await backend.dial(found):
        pass
    said = str(found) if found == usual else f"{found}, which is not the usual {usual.port}"
    return f"{said}, relayed by a command: the server forbids forwarding" if getattr(backend, "relays", False) else said


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
    said = f"{len(answered)} of {len(nodes)} answer"
    advice = f"No answer from {', '.join(silent[:5])}: is the port open from the head?" if silent else ""
    return Check(
        name="metrics agents",
        holds=not silent,
        said=said,
        took_s=time.monotonic() - began,
        advice=advice,
        exit_code=UnreachableError.exit_code if silent else 0,
    )
