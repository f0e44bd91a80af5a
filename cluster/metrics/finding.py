"""Where a cluster's exporters are, found again and again: for the monitor, and for a Prometheus of the user's own."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence

from raymon_tui.backends.base import Backend, Endpoint
from raymon_tui.backends.errors import BadAnswerError, RaymonError, RouteMissingError
from raymon_tui.cluster.metrics.discovery_file import read_discovery_file
from raymon_tui.cluster.metrics.targets import MetricsTarget, beside_agents, discovered, known_targets
from raymon_tui.cluster.model.node import Node
from raymon_tui.cluster.ray_api.client import RayApi


async def ask_discovery(api: RayApi, backend: Backend) -> bytes:
    """Return what Ray says of its exporters: by its route, else in its file; raises the `RaymonError` of that."""
    try:
        return await api.service_discovery()
    except RouteMissingError:
        return await read_discovery_file(backend)


class TargetFinder:
    """Brings together what the nodes, Ray's service discovery (`ask`) and the user (`named`) say.

    What the service discovery said last holds while it says nothing.
    """

    def __init__(self, ask: Callable[[], Awaitable[bytes]], named: Iterable[Endpoint] = ()) -> None:
        self._ask = ask
        self._named = tuple(named)
        self._addresses: tuple[Endpoint, ...] = ()

    async def look(self) -> RaymonError | None:
        """Ask the service discovery; return why that says nothing, where it does not."""
        try:
            addresses = discovered(await self._ask())
        except RaymonError as failure:
            return failure
        if addresses is None:
            return BadAnswerError(
                "ask where Ray's exporters are", "the answer is cut off, or no such list", "Try again."
            )
        self._addresses = addresses
        return None

    def forget(self) -> None:
        """Take nothing over from a session of Ray that is no more."""
        self._addresses = ()

    def targets(self, nodes: Sequence[Node]) -> tuple[MetricsTarget, ...]:
        """Return all exporters of a cluster with these nodes."""
        return known_targets(nodes, beside_agents(self._addresses, nodes), self._named)
