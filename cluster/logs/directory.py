"""Which log files there are, on all nodes, newest first."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence

import anyio
from msgspec import Struct, structs

from raymon_tui.backends.base import Backend
from raymon_tui.backends.errors import BadAnswerError, RaymonError
from raymon_tui.cluster.logs.agents import LogAgents
from raymon_tui.cluster.logs.head_listing import files_at_head
from raymon_tui.cluster.logs.measuring import Measured, due
from raymon_tui.cluster.logs.naming import component_of
from raymon_tui.cluster.model.log_file import LogFile
from raymon_tui.cluster.model.node import Node
from raymon_tui.cluster.ray_api.client import RayApi

MOST_NODES, NODES_AT_ONCE = 16, 4
FILES_AT_ONCE = 4
BUDGET, LEAST_BUDGET = 160, 20
"""Files that are measured in one asking, of all nodes together, and of each at least."""
MEASURE_FOR_S = 25.0
SILENT_FOR_S = 60.0
"""An agent that cannot be reached is left alone for so long."""


class Listing(Struct, frozen=True, kw_only=True):
    """The files that were found, of how many nodes; of nodes with much to list only some are listed at once.

    `left_out`: nodes that were not asked. `failures`: what could not be listed or measured, a sentence a node.
    """

    files: tuple[LogFile, ...] = ()
    listed: int = 0
    left_out: int = 0
    failures: tuple[str, ...] = ()


class LogDirectory:
    """Lists and measures files: the head's by one command, others by their agents, else by name by the dashboard."""

    def __init__(self, backend: Backend, agents: LogAgents, nodes: Callable[[], Sequence[Node]]) -> None:
        self._backend = backend
        self._agents = agents
        self._nodes = nodes
        self._known: dict[str, dict[str, Measured]] = {}
        self._silent: dict[str, tuple[RaymonError, float]] = {}
        self._wanted = ""

    def only(self, wanted: str) -> None:
        """List only nodes whose address, name, type or id contains `wanted`; all again where it is empty."""
        self._wanted = wanted

    async def ask(self, api: RayApi) -> Listing:
        """Return the files of the nodes that are wanted; raises a `RaymonError` where no node could be listed."""
        nodes = [node for node in distinct(self._nodes()) if self._wanted in _called(node)]
        shown = nodes[:MOST_NODES]
        files: list[LogFile] = []
        failures: dict[str, tuple[str, RaymonError]] = {}
        limiter = anyio.CapacityLimiter(NODES_AT_ONCE)

        async def list_one(node: Node) -> None:
            async with limiter:
                try:
                    found, failure = await self._list(api, node, max(LEAST_BUDGET, BUDGET // len(shown)))
                except RaymonError as error:
                    failures[node.node_id] = (f"{node.ip} could not be listed: {error.said}", error)
                    return
            files.extend(found)
            if failure is not None:
                failures[node.node_id] = (f"sizes on {node.ip} are not known: {failure.said}", failure)

        async with anyio.create_task_group() as tasks:
            for node in shown:
                tasks.start_soon(list_one, node)
        self._forget_others({node.node_id for node in nodes})
        if not files and failures:
            raise next(error for _, error in failures.values())
        said = tuple(failures[node.node_id][0] for node in shown if node.node_id in failures)
        return Listing(files=newest_first(files), listed=len(shown), left_out=len(nodes) - len(shown), failures=said)

    async def _list(self, api: RayApi, node: Node, budget: int) -> tuple[Sequence[LogFile], RaymonError | None]:
        """Return a node's files, and why they were not measured where they were not."""
        found = await files_at_head(self._backend, node) if node.is_head else None
        if found is not None:
            return found, None
        silence = self._silence(node)
        if silence is None:
            try:
                return await self._measured(node, await self._agents.files(node), budget)
            except RaymonError as error:
                self._silent[node.node_id] = (error, time.monotonic())
                silence = error
        named = await api.log_files(node.node_id)
        return [structs.replace(file, component=component_of(file.name)) for file in named], silence

    def _silence(self, node: Node) -> RaymonError | None:
        error, since = self._silent.get(node.node_id, (None, 0.0))
        return error if time.monotonic() - since < SILENT_FOR_S else None

    async def _measured(
        self, node: Node, files: Sequence[LogFile], budget: int
    ) -> tuple[list[LogFile], RaymonError | None]:
        """Return the files with what is known of their sizes, and the failure that ended measuring."""
        known = self._known.setdefault(node.node_id, {})
        failures: list[RaymonError] = []
        limiter = anyio.CapacityLimiter(FILES_AT_ONCE)

        async def measure(file: LogFile) -> None:
            async with limiter:
                if failures:
                    return
                try:
                    known[file.name] = Measured(await self._agents.measured(node, file), time.time())
                except BadAnswerError:
                    known.pop(file.name, None)  # It went away since it was listed.
                except RaymonError as error:
                    failures.append(error)

        with anyio.move_on_after(MEASURE_FOR_S):
            async with anyio.create_task_group() as tasks:
                for file in due(files, known, budget, time.time()):
                    tasks.start_soon(measure, file)
        self._known[node.node_id] = {file.name: known[file.name] for file in files if file.name in known}
        return [known[file.name].file if file.name in known else file for file in files], next(iter(failures), None)

    def _forget_others(self, node_ids: set[str]) -> None:
        self._known = {node_id: known for node_id, known in self._known.items() if node_id in node_ids}
        self._silent = {node_id: silence for node_id, silence in self._silent.items() if node_id in node_ids}


def distinct(nodes: Sequence[Node]) -> list[Node]:
    """Return living nodes, the head first, one for each log directory: nodes of one machine may share theirs."""
    first: dict[tuple[str, str], Node] = {}
    for node in sorted((node for node in nodes if node.alive), key=lambda node: not node.is_head):
        first.setdefault((node.ip, node.session_dir or node.node_id), node)
    return list(first.values())


def newest_first(files: Iterable[LogFile]) -> tuple[LogFile, ...]:
    """Return files with the latest change first, those of unknown time last, by name."""
    return tuple(sorted(files, key=lambda file: (-(file.modified_at or 0.0), file.name)))


def _called(node: Node) -> str:
    return f"{node.ip} {node.hostname} {node.node_type or ''} {node.node_id}"
