"""Which log files there are, on all nodes, newest first."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Sequence

import anyio
from msgspec import Struct

from raymon_tui.backends.base import Backend
from raymon_tui.backends.errors import RaymonError
from raymon_tui.cluster.logs.agents import LogAgents
from raymon_tui.cluster.logs.head_listing import measured_at_head
from raymon_tui.cluster.model.log_file import LogFile
from raymon_tui.cluster.model.node import Node
from raymon_tui.cluster.ray_api.client import RayApi

MOST_NODES = 16
"""Nodes that are listed at once: each costs its agent a request a file."""
AT_ONCE = 4
BUDGET = 160
"""Files that are measured in one asking: each costs an agent about ten milliseconds, and there may be thousands."""
WORKER_COMPONENTS = frozenset({"core_worker", "worker_out", "worker_err"})
QUIET_AFTER_S, QUIET_FOR_S = 60.0, 45.0
"""A file that has not grown for so long is measured again only so often."""


class Listing(Struct, frozen=True, kw_only=True):
    """The files that were found. `left_out`: nodes not listed. `unmeasured`: why sizes of some nodes are not known."""

    files: tuple[LogFile, ...] = ()
    left_out: int = 0
    unmeasured: tuple[str, ...] = ()


class LogDirectory:
    """Lists files by name through the dashboard, and measures them through the nodes' agents."""

    def __init__(self, backend: Backend, agents: LogAgents, nodes: Callable[[], Sequence[Node]]) -> None:
        self._backend = backend
        self._agents = agents
        self._nodes = nodes
        self._known: dict[tuple[str, str], tuple[LogFile, float]] = {}
        self._wanted = ""

    def only(self, wanted: str) -> None:
        """List only nodes whose address, name or id contains `wanted`; all again where it is empty."""
        self._wanted = wanted

    async def ask(self, api: RayApi) -> Listing:
        """Return the files of the nodes that are wanted; raises the RaymonError of a dashboard that does not answer."""
        nodes = [
            node for node in distinct(self._nodes()) if self._wanted in f"{node.ip} {node.hostname} {node.node_id}"
        ]
        shown = nodes[:MOST_NODES]
        files: list[LogFile] = []
        unmeasured: list[str] = []
        for node in shown:
            named = await api.log_files(node.node_id)
            at_head = await measured_at_head(self._backend, node) if node.is_head else None
            if at_head is not None:
                files.extend(_with(file, at_head.get(file.name)) for file in named)
                continue
            measured, failure = await self._measure(node, named, BUDGET // len(shown))
            files.extend(measured)
            if failure is not None:
                unmeasured.append(f"{node.ip}: {failure.said}")
        self._forget_others(files)
        return Listing(files=newest_first(files), left_out=len(nodes) - len(shown), unmeasured=tuple(unmeasured))

    async def _measure(
        self, node: Node, files: Sequence[LogFile], budget: int
    ) -> tuple[list[LogFile], RaymonError | None]:
        """Return the files, those measured that were and that `budget` allowed, and the failure that ended measuring."""
        measured = {file.name: self._remembered(file) for file in files}
        stale = sorted((file for file in files if measured[file.name] is None), key=_promise)[:budget]
        failures: list[RaymonError] = []
        limiter = anyio.CapacityLimiter(AT_ONCE)

        async def measure(file: LogFile) -> None:
            async with limiter:
                if failures:
                    return
                try:
                    found = await self._agents.measured(node, file)
                except RaymonError as error:
                    failures.append(error)
                    return
            self._known[file.node_id, file.name] = (found, time.monotonic())
            measured[file.name] = found

        async with anyio.create_task_group() as tasks:
            for file in stale:
                tasks.start_soon(measure, file)
        return [measured[file.name] or self._last(file) for file in files], failures[0] if failures else None

    def _last(self, file: LogFile) -> LogFile:
        known = self._known.get((file.node_id, file.name))
        return file if known is None else known[0]

    def _remembered(self, file: LogFile) -> LogFile | None:
        known = self._known.get((file.node_id, file.name))
        if known is None:
            return None
        found, at = known
        quiet = found.modified_at is not None and time.time() - found.modified_at > QUIET_AFTER_S
        return found if quiet and time.monotonic() - at < QUIET_FOR_S else None

    def _forget_others(self, files: Iterable[LogFile]) -> None:
        there = {(file.node_id, file.name) for file in files}
        self._known = {key: known for key, known in self._known.items() if key in there}


def distinct(nodes: Sequence[Node]) -> list[Node]:
    """Return living nodes, the head first, one for each log directory: nodes of one machine may share theirs."""
    first: dict[tuple[str, str | None], Node] = {}
    for node in sorted((node for node in nodes if node.alive), key=lambda node: not node.is_head):
        first.setdefault((node.ip, node.session_dir), node)
    return list(first.values())


def newest_first(files: Iterable[LogFile]) -> tuple[LogFile, ...]:
    """Return files with the latest change first, those of unknown time last, by name."""
    return tuple(sorted(files, key=lambda file: (-(file.modified_at or 0.0), file.name)))


def _with(file: LogFile, measured: tuple[int, float] | None) -> LogFile:
    if measured is None:
        return file
    size, changed = measured
    return LogFile(node_id=file.node_id, name=file.name, component=file.component, size=size, modified_at=changed)


def _promise(file: LogFile) -> tuple[bool, int]:
    """Return a key that puts first what is likely to be looked for: Ray's own components, then the newest workers."""
    pid = re.search(r"[-_](\d+)\.\w+$", file.name)
    return file.component in WORKER_COMPONENTS, -int(pid[1]) if pid else 0
