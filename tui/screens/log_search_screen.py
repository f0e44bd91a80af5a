"""A pattern looked for in many log files at once."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from raymon_tui.cluster.logs.agents import LogAgents
from raymon_tui.cluster.logs.searching import Found, Progress, compiled, plan, search
from raymon_tui.cluster.model.log_file import LogFile
from raymon_tui.cluster.model.node import Node
from raymon_tui.cluster.snapshot import Snapshot
from raymon_tui.tui.chrome.arrange import Part, arrange
from raymon_tui.tui.panes.filter_bar import FilterBar
from raymon_tui.tui.resources.log_findings import COLUMNS, progress_parts
from raymon_tui.tui.screens.cluster_screen import ClusterScreen
from raymon_tui.tui.screens.log_screen import LogScreen
from raymon_tui.tui.session import Session
from raymon_tui.widgets.content import Piece, plain
from raymon_tui.widgets.lines import Lines
from raymon_tui.widgets.numbers import count
from raymon_tui.widgets.table.column import Moment
from raymon_tui.widgets.table.live_table import LiveTable

DRAW_EVERY_S = 0.3
WAITING = "Type a pattern and press Enter; a* and (x|y) and \\d work, capitals matter only where you type one."


class LogSearchScreen(ClusterScreen):
    """The lines that hold a pattern, as they are found; Enter opens the log there."""

    DEFAULT_CSS = """
    LogSearchScreen > #title, LogSearchScreen > #standing { height: 1; width: 1fr; padding: 0 1; }
    LogSearchScreen > LiveTable { height: 1fr; width: 1fr; padding: 0 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,backspace", "app.pop_screen", "back"),
        Binding("slash", "ask", "another pattern"),
        Binding("s", "sort", "sort"),
    ]

    def __init__(self, session: Session, files: Sequence[tuple[Node, LogFile]]) -> None:
        super().__init__(session)
        self._files = tuple(files)
        self._places = {(file.node_id, file.name): place for place, (_, file) in enumerate(files)}
        self._progress: Progress | None = None
        self._pattern = ""
        self._stale = False

    def compose_above(self) -> ComposeResult:
        """Yield the title line."""
        yield Lines(id="title")

    def compose_body(self) -> ComposeResult:
        """Yield the pattern, what was found, and how far the search is."""
        yield FilterBar("pattern to look for in all of these files")
        yield LiveTable(COLUMNS, key=_key, empty=WAITING)
        yield Lines(id="standing")

    def on_mount(self) -> None:
        """Ask for the pattern."""
        super().on_mount()
        self.set_interval(DRAW_EVERY_S, self._draw_if_stale)
        self.action_ask()

    def show(self, snapshot: Snapshot, changed: frozenset[str], moment: Moment) -> None:
        """Say what is looked for where."""
        width = max(10, self.size.width - 2)
        pattern = [Part((Piece(plain(self._pattern, 60), "accent"),), 1)] if self._pattern else []
        title = Part((Piece("Search in ", "dim"), Piece(f"{count(len(self._files))} files", "ink", bold=True)))
        self.query_one("#title", Lines).show((arrange([title, *pattern], (), width),))
        parts = [] if self._progress is None else progress_parts(self._progress, moment)
        self.query_one("#standing", Lines).show((arrange(parts, (), width),))

    @property
    def _table(self) -> LiveTable[Found]:
        return self.query_one(LiveTable)

    def _draw_if_stale(self) -> None:
        if self._stale and self._progress is not None:
            self._stale = False
            found = sorted(self._progress.found, key=lambda f: (self._places[f.file.node_id, f.file.name], f.offset))
            if self._progress.done:
                self._table.empty = "No line in these files holds the pattern."
            self._table.set_rows(found, self.moment())
            self.show(self.session.monitor.snapshot, frozenset(), self.moment())

    def _mark_stale(self) -> None:
        self._stale = True

    @on(FilterBar.Changed)
    def ignore_typing(self, message: FilterBar.Changed) -> None:
        """Search only once the pattern is typed to its end."""
        message.stop()

    @on(FilterBar.Closed)
    def begin(self, message: FilterBar.Closed) -> None:
        """Search for what was typed; leave where nothing was."""
        message.stop()
        typed = self.query_one(FilterBar).text
        if not typed and self._progress is None:
            self.app.pop_screen()
            return
        self._table.focus()
        if typed and typed != self._pattern:
            self._start(typed)

    def _start(self, typed: str) -> None:
        try:
            pattern = compiled(typed)
        except re.error as error:
            self.app.notify(plain(f"{typed} is no pattern: {error}", 200), severity="error", markup=False)
            return
        self._pattern = typed
        self._table.empty = "searching…"
        self._table.set_rows((), self.moment())
        self.search_files(pattern)

    @work(exclusive=True, group="search", exit_on_error=True)
    async def search_files(self, pattern: re.Pattern[bytes]) -> None:
        """Search until done, or until another pattern is typed."""
        parts, self._progress = plan(self._files)
        async with LogAgents(self.session.backend) as agents:
            await search(agents, parts, self._progress, pattern, self._mark_stale)

    @on(LiveTable.Selected)
    def open_found(self, message: LiveTable.Selected[Found]) -> None:
        """Open the log at the line that was chosen."""
        message.stop()
        found = message.row
        self.app.push_screen(
            LogScreen(self.session, found.node, found.file.name, offset=found.offset, pattern=self._pattern)
        )

    def action_ask(self) -> None:
        """Let the user type a pattern."""
        self.query_one(FilterBar).open()

    def action_sort(self) -> None:
        """Sort by the next column."""
        self._table.action_sort_next()


def _key(found: Found) -> str:
    return f"{found.file.node_id}/{found.file.name}/{found.offset}"
