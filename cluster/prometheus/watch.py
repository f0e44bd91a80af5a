"""Which Prometheus server answers just now: looked for once somebody wants one, and asked again and again."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import anyio

from raymon_tui.backends.base import Backend
from raymon_tui.backends.errors import RaymonError, RefusedError
from raymon_tui.cluster.metrics.measure import NODE, Measure, promql
from raymon_tui.cluster.prometheus.finding import Server, answering, headers_for
from raymon_tui.cluster.prometheus.options import PrometheusOptions
from raymon_tui.cluster.service_addresses import ServiceAddresses, service_addresses
from raymon_tui.cluster.service_client import without_secrets

if TYPE_CHECKING:
    from raymon_tui.cluster.ray_api.client import RayApi

AGAIN_S = 30.0
"""Seconds between two looks whether it answers."""
ADDRESSES_S = 60.0
"""Seconds for which is held what the head says of addresses: to ask it takes a command there."""
_NODES = Measure(family="ray_node_mem_total", by=(NODE,))


class PrometheusWatch:
    """Finds a server, notices when it goes away, and finds it or another one again.

    `server` is the one that answers now, and `said` why none does; `lost` names the one that answered before. `nodes`
    tells of how many nodes of this session it has scraped something lately. `told` is called when any of that changes.
    """

    def __init__(
        self,
        backend: Backend,
        api: RayApi,
        options: PrometheusOptions,
        session_name: Callable[[], str],
        told: Callable[[], None],
        *,
        clock: Callable[[], float] = time.time,
        again_s: float = AGAIN_S,
    ) -> None:
        self.options = options
        self.server: Server | None = None
        self.said = ""
        self.lost = ""
        self.nodes = 0
        self.addresses = ServiceAddresses()
        self._backend = backend
        self._api = api
        self._session_name = session_name
        self._told = told
        self._clock = clock
        self._again_s = again_s
        self._asked_at = -ADDRESSES_S
        self._known: list[Server] = []
        self._wanted = anyio.Event()
        self._doubted = anyio.Event()
        self._looking = anyio.Lock()

    @property
    def address(self) -> str:
        """Where a server is looked for, without the secrets that may be in it."""
        return without_secrets(self.options.url or self.addresses.prometheus)

    def stands_in_for(self, exporters: int) -> bool:
        """Return whether so many exporters are too many to be scraped, and a server knows what they say.

        A server is looked for, if they are too many.
        """
        if exporters <= self.options.many_nodes:
            return False
        self.want()
        return self.server is not None and self.nodes > 0

    @property
    def matchers(self) -> dict[str, str]:
        """What tells this cluster's series from those of others that the server knows."""
        name = self._session_name()
        return {"SessionName": name} if name else {}

    def want(self) -> None:
        """Look for a server from now on."""
        self._wanted.set()

    def doubt(self) -> None:
        """Look at once whether the server is still there: it did not answer somebody."""
        self._doubted.set()

    async def run(self) -> None:
        """Look again and again until cancelled, once somebody wants a server."""
        await self._wanted.wait()
        while True:
            self._doubted = anyio.Event()
            await self.look()
            with anyio.move_on_after(self._again_s):
                await self._doubted.wait()

    async def look(self) -> None:
        """Look now whether the server answers, and for one where there is none."""
        async with self._looking:
            before = (self.server, self.said, self.nodes)
            if not await self._still_answers():
                await self._find()
            if before != (self.server, self.said, self.nodes):
                self._told()

    async def aclose(self) -> None:
        """Give back the connections to every server that was found."""
        for server in self._known:
            await server.http.aclose()

    async def _still_answers(self) -> bool:
        """Ask the servers that answered before, the last one first."""
        for server in reversed(self._known):
            if await self._answers(server):
                return True
        return False

    async def _answers(self, server: Server) -> bool:
        try:
            await self._take(server)
        except RaymonError as failure:
            if self.server is server:
                self.server, self.lost, self.said, self.nodes = None, server.title, in_words(failure), 0
            return False
        return True

    async def _take(self, server: Server) -> None:
        self.nodes = await nodes_known(server, self.matchers, self._clock())
        self.server, self.said, self.lost = server, "", ""

    async def _find(self) -> None:
        if anyio.current_time() - self._asked_at >= ADDRESSES_S:
            self.addresses = await service_addresses(self._backend, self._api)
            self._asked_at = anyio.current_time()
        headers, given = headers_for(self.options, self.addresses), self.options.url
        tries = [(self.addresses.prometheus, False)] if given is None else [(given, True), (given, False)]
        for address, from_here in tries:
            if self.server is None:
                await self._try(address, headers, from_here=from_here)

    async def _try(self, address: str, headers: Sequence[tuple[str, str]], *, from_here: bool) -> None:
        try:
            server = await answering(self._backend, address, headers, from_here=from_here)
            # Whoever asks may still hold the one of before, so none is closed before the end.
            self._known.append(server)
            await self._take(server)
        except RaymonError as failure:
            self.said = in_words(failure)


def in_words(failure: RaymonError) -> str:
    """Return why a server does not answer; of a refusal also on the way to what, and what to do about it."""
    if not isinstance(failure, RefusedError):
        return failure.said
    tried = "" if failure.tried.startswith("ask ") else f"cannot {failure.tried}: "
    return f"{tried}{failure.said}" + (f". {failure.advice}" if failure.advice else "")


async def nodes_known(server: Server, matchers: dict[str, str], at: float) -> int:
    """Return of how many nodes a server has scraped something in the last minutes; raises the `RaymonError` of asking.

    That also tells whether it is well: to answer, it has to look into what it keeps.
    """
    found = await server.api.query(f"count({promql(_NODES, 60, matchers)})", at)
    return int(found.samples[0].value) if found.samples else 0
