"""Following the end of one file: only what is new is read."""

from __future__ import annotations

from typing import NamedTuple

from raymon_tui.backends.errors import BadAnswerError, RaymonError, UnreachableError
from raymon_tui.cluster.logs.agents import LogAgents
from raymon_tui.cluster.model.node import Node
from raymon_tui.cluster.ray_api.client import RayApi

WINDOW = 1 << 16
FALLBACK_LINES = 1000


class Grown(NamedTuple):
    """What a look at the file brought: lines that were added, or, where `anew`, all lines of the window."""

    lines: list[str]
    anew: bool = False


class LogTail:
    """One file of one node, read through its agent, else through the dashboard, which gives last lines alone."""

    def __init__(self, agents: LogAgents, api: RayApi, node: Node, name: str) -> None:
        self._agents, self._api, self._node, self._name = agents, api, node, name
        self._start: int | None = None
        self._end: int | None = None
        self._partial = b""
        self._last: bytes | None = None
        self.by_dashboard = False

    @property
    def at_start(self) -> bool:
        """Whether nothing stands before what was read."""
        return self._start == 0

    async def look(self) -> Grown:
        """Read what is new; raises a `RaymonError` where neither the agent nor the dashboard answers."""
        if not self.by_dashboard:
            try:
                return await (self._first() if self._end is None else self._more())
            except UnreachableError:
                if self._end is not None:
                    raise
                self.by_dashboard = True
        return await self._by_dashboard()

    async def earlier(self) -> list[str]:
        """Read the window before the first line that was read; nothing where that is the file's start, or unknown."""
        if not self._start:
            return []
        first = max(0, self._start - WINDOW)
        window = await self._agents.window(self._node, self._name, first, self._start - first)
        data, skipped = _whole_lines(window.data, at_start=first == 0)
        self._start = first + skipped
        return lines_of(data)

    async def _first(self) -> Grown:
        window = await self._agents.window(self._node, self._name, -WINDOW, WINDOW)
        first = window.start or 0
        data, skipped = _whole_lines(window.data, at_start=first == 0)
        self._start, self._end = first + skipped, first + len(window.data)
        return Grown(self._complete(data, b""), anew=True)

    async def _more(self) -> Grown:
        end = self._end or 0
        window = await self._agents.window(self._node, self._name, end, WINDOW * 4)
        if window.size is not None and window.size < end:
            # The file is shorter than it was: it was rotated, or cut, and begins anew.
            self._start, self._end, self._partial = None, None, b""
            return await self._first()
        self._end = end + len(window.data)
        return Grown(self._complete(window.data, self._partial))

    def _complete(self, data: bytes, before: bytes) -> list[str]:
        """Return the lines that are complete; what stands behind the last line break waits for its end."""
        whole, line_break, self._partial = (before + data).rpartition(b"\n")
        if not line_break and len(self._partial) > WINDOW:
            whole, self._partial = self._partial, b""
            return lines_of(whole)
        return lines_of(whole + line_break)

    async def _by_dashboard(self) -> Grown:
        try:
            window = await self._api.log_tail(self._node.node_id, self._name, FALLBACK_LINES)
        except BadAnswerError as error:
            raise _gone(error, self._name) from None
        if window.data == self._last:
            return Grown([])
        self._last = window.data
        return Grown(lines_of(window.data), anew=True)


def _gone(error: RaymonError, name: str) -> RaymonError:
    return BadAnswerError(error.tried, f"the dashboard cannot give {name}: {error.said}", error.advice)


def lines_of(data: bytes) -> list[str]:
    """Return the lines of a log's bytes; what is no UTF-8 becomes U+FFFD. Only a line feed ends a line."""
    text = data.decode("utf-8", "replace")
    return text.removesuffix("\n").split("\n") if text else []


def _whole_lines(data: bytes, *, at_start: bool) -> tuple[bytes, int]:
    """Return a window from its first whole line on, and how many bytes that leaves out."""
    if at_start:
        return data, 0
    cut = data.find(b"\n") + 1
    return (data[cut:], cut) if cut else (data, 0)
