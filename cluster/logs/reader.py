"""Reading one log file by windows: its end, what comes behind that, and what stands before."""

from __future__ import annotations

from typing import NamedTuple

from raymon_tui.backends.errors import BadAnswerError, UnreachableError
from raymon_tui.cluster.feeds.output import added
from raymon_tui.cluster.logs.agents import LogAgents
from raymon_tui.cluster.logs.text import LogText, from_line_start, lines_of
from raymon_tui.cluster.model.node import Node
from raymon_tui.cluster.ray_api.client import RayApi

WINDOW, PIECE = 1 << 16, 1 << 18
FAR_BEHIND = 1 << 21
"""A file that has grown by more is not read through: its end is."""
FIRST_LINES, MOST_LINES = 1000, 16_000


class Read(NamedTuple):
    """Lines that were read: in place of all others where `anew`, else behind them.

    `unfinished` is what is written of the line behind them. `place` is the line that was asked for.
    """

    lines: list[str]
    unfinished: str = ""
    anew: bool = False
    place: int | None = None


class LogReader:
    """One file of one node, read through its agent, else through the dashboard, which gives last lines alone.

    Every method that reads may raise a `RaymonError`.
    """

    def __init__(self, agents: LogAgents, api: RayApi, node: Node, name: str) -> None:
        self._agents, self._api, self._node, self._name = agents, api, node, name
        self._text: LogText | None = None
        self._by_dashboard: list[str] | None = None
        self._lines_asked = FIRST_LINES
        self.size: int | None = None

    @property
    def by_dashboard(self) -> bool:
        """Whether the agent could not be reached, so that only last lines can be read."""
        return self._by_dashboard is not None

    @property
    def at_start(self) -> bool:
        """Whether nothing stands before what was read."""
        return self._text is not None and self._text.start == 0

    @property
    def at_end(self) -> bool:
        """Whether nothing stood behind what was read when that was last looked at."""
        return self._text is None or self.size is None or self._text.end >= self.size

    async def end(self) -> Read:
        """Read the last window of the file."""
        if not self.by_dashboard:
            try:
                window = await self._agents.window(self._node, self._name, -WINDOW, WINDOW)
            except UnreachableError:
                if self._text is not None:
                    raise
                self._by_dashboard = []
            else:
                return self._anew(window.data, window.start or 0, window.size)
        return await self._last_lines()

    async def at(self, offset: int) -> Read:
        """Read the window around a byte of the file; raises `UnreachableError` where only last lines can be read."""
        window = await self._agents.window(self._node, self._name, max(0, offset - WINDOW // 2), WINDOW)
        read = self._anew(window.data, window.start or 0, window.size)
        return read._replace(place=self._text.line_at(offset) if self._text is not None else None)

    async def later(self) -> Read:
        """Read what stands behind; a file that began anew, or is far ahead, is read from its end."""
        text = self._text
        if text is None:
            return await self.end()
        first = text.end - len(text.mark)
        window = await self._agents.window(self._node, self._name, first, len(text.mark) + PIECE)
        self.size = window.size
        seen = window.data[: len(text.mark)]
        if seen != text.mark or (window.size is not None and window.size < text.end):
            return await self.end()  # It is shorter than it was, or another file: it was cut, or rotated.
        if window.size is not None and window.size - text.end > FAR_BEHIND:
            return await self.end()
        lines = text.add_later(window.data[len(seen) :])
        return Read(lines, text.unfinished)

    async def onwards(self) -> Read:
        """Read the next piece of a file whose end is far, without a jump to it."""
        text = self._text
        if text is None or self.at_end:
            return await self.later()
        window = await self._agents.window(self._node, self._name, text.end, WINDOW)
        self.size = window.size
        return Read(text.add_later(window.data), text.unfinished)

    async def earlier(self) -> list[str]:
        """Read the window before the first line that is held; nothing where that is the start of the file."""
        text = self._text
        if text is None:
            return await self._more_last_lines()
        if text.start == 0:
            return []
        first = max(0, text.start - WINDOW)
        window = await self._agents.window(self._node, self._name, first, text.start - first)
        return text.add_earlier(first, window.data)

    def let_go(self, count: int) -> None:
        """Forget the first `count` lines: they are not shown any more, and are earlier ones from now on."""
        if self._text is not None:
            self._text.let_go(count)

    def _anew(self, data: bytes, first: int, size: int | None) -> Read:
        whole, start = from_line_start(data, first)
        self.size = size
        self._text = LogText(start)
        lines = self._text.add_later(whole)
        return Read(lines, self._text.unfinished, anew=True)

    async def _last_lines(self) -> Read:
        lines = await self._ask_dashboard(self._lines_asked)
        before = self._by_dashboard
        self._by_dashboard = lines
        newer = added(before, lines) if before else None
        return Read(lines, anew=True) if newer is None else Read(list(newer))

    async def _more_last_lines(self) -> list[str]:
        """Return the lines before the last ones that are shown."""
        shown = self._by_dashboard or []
        if len(shown) < self._lines_asked or self._lines_asked >= MOST_LINES:
            return []
        self._lines_asked *= 4
        lines = await self._ask_dashboard(self._lines_asked)
        places = range(len(lines) - len(shown), -1, -1)
        place = next((place for place in places if lines[place : place + len(shown)] == shown), 0)
        self._by_dashboard = [*lines[:place], *shown]
        return lines[:place]

    async def _ask_dashboard(self, lines: int) -> list[str]:
        try:
            return lines_of((await self._api.log_tail(self._node.node_id, self._name, lines)).data)
        except BadAnswerError as error:
            said = f"the dashboard cannot give {self._name}: {error.said}"
            raise BadAnswerError(error.tried, said, error.advice) from None
