"""One log file: its end followed, its past read on the way up, found in, saved."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

import anyio
from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from raymon_tui.backends.errors import RaymonError
from raymon_tui.cluster.logs.agents import LogAgents
from raymon_tui.cluster.logs.saving import save_log
from raymon_tui.cluster.logs.tail import LogTail
from raymon_tui.cluster.model.node import Node
from raymon_tui.cluster.snapshot import Snapshot
from raymon_tui.tui.chrome.arrange import Part, arrange
from raymon_tui.tui.panes.filter_bar import FilterBar
from raymon_tui.tui.screens.cluster_screen import ClusterScreen
from raymon_tui.tui.session import Session
from raymon_tui.widgets.content import Content, Piece, plain
from raymon_tui.widgets.lines import Lines
from raymon_tui.widgets.log_view import LogView
from raymon_tui.widgets.numbers import count, size
from raymon_tui.widgets.table.column import Moment

LOOK_EVERY_S, LOOK_EVERY_BY_DASHBOARD_S = 1.0, 4.0


class LogScreen(ClusterScreen):
    """A window of a log; nothing is read but what is looked at."""

    DEFAULT_CSS = """
    LogScreen > #title { height: 1; width: 1fr; padding: 0 1; }
    LogScreen > LogView { height: 1fr; width: 1fr; padding: 0 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,backspace", "back", "back"),
        Binding("slash", "find", "find"),
        Binding("f", "follow", "follow"),
        Binding("W,w", "fold", "wrap"),
        Binding("n", "next(1)", "next match", show=False),
        Binding("N", "next(-1)", "previous match", show=False),
        Binding("c", "copy", "copy what is seen", show=False),
        Binding("ctrl+s", "save", "save the file"),
    ]

    def __init__(self, session: Session, node: Node, name: str) -> None:
        super().__init__(session)
        self._node, self._file_name = node, name
        self._agents = LogAgents(session.backend)
        self._tail = LogTail(self._agents, session.monitor.api, node, name)
        self._trouble: RaymonError | None = None
        self._asking_earlier = False

    def compose_above(self) -> ComposeResult:
        """Yield the title line."""
        yield Lines(id="title")

    def compose_body(self) -> ComposeResult:
        """Yield the text and the line in which a pattern is typed."""
        yield LogView(follow=True)
        yield FilterBar("pattern to find; n and N go on")

    def on_mount(self) -> None:
        """Begin to read."""
        super().on_mount()
        self._log.focus()
        self.follow_file()

    @property
    def _log(self) -> LogView:
        return self.query_one(LogView)

    @work(exclusive=True, exit_on_error=True)
    async def follow_file(self) -> None:
        """Look for new lines for as long as the screen is there, more rarely where a look costs more."""
        try:
            while True:
                await self._look()
                await anyio.sleep(LOOK_EVERY_BY_DASHBOARD_S if self._tail.by_dashboard else LOOK_EVERY_S)
        finally:
            with anyio.CancelScope(shield=True):
                await self._agents.aclose()

    async def _look(self) -> None:
        if self.session.viewing.paused:
            return
        try:
            grown = await self._tail.look()
        except RaymonError as error:
            self._trouble = error
        else:
            self._trouble = None
            if grown.anew:
                self._log.replace(grown.lines)
            else:
                self._log.append(grown.lines)
        self._say()

    def show(self, snapshot: Snapshot, changed: frozenset[str], moment: Moment) -> None:
        """Say in the title how the file is read."""
        self._say()

    def _say(self) -> None:
        width = max(10, self.size.width - 2)
        self.query_one("#title", Lines).show((self._title(width),))

    def _title(self, width: int) -> Content:
        log = self._log
        left = [
            Part((Piece(plain(self._file_name, width), "ink", bold=True),)),
            Part((Piece(self._node.ip, "dim"),), 3),
        ]
        right = []
        if self._trouble is not None:
            right.append(Part((Piece(plain(self._trouble.said, 100), "bad"),), 1))
        if self._tail.by_dashboard:
            right.append(Part((Piece("last lines only, by the dashboard", "warning"),), 2))
        if log.dropped:
            right.append(Part((Piece(f"{count(log.dropped)} older lines let go", "dim"),), 5))
        if log.has_pattern:
            right.append(Part((Piece(f"{count(log.match_count)} lines match", "accent"),), 2))
        right.append(Part((Piece(f"{count(log.line_count)} lines", "dim"),), 4))
        right.append(Part((Piece("following" if log.follow else "still", "good" if log.follow else "dim"),)))
        return arrange(left, right, width)

    @on(LogView.WantsEarlier)
    def read_earlier(self, message: LogView.WantsEarlier) -> None:
        """Read the window before what is here."""
        message.stop()
        if not self._asking_earlier and not self._tail.at_start:
            self._asking_earlier = True
            self.run_worker(self._earlier(), exit_on_error=True)

    async def _earlier(self) -> None:
        try:
            self._log.prepend(await self._tail.earlier())
        except RaymonError as error:
            self._trouble = error
        finally:
            self._asking_earlier = False
        self._say()

    @on(LogView.FollowChanged)
    def say_anew(self, message: LogView.FollowChanged) -> None:
        """Say whether the end is followed."""
        message.stop()
        self._say()

    @on(FilterBar.Changed)
    def find_pattern(self, message: FilterBar.Changed) -> None:
        """Mark what matches while one types."""
        message.stop()
        self._log.find(message.text)
        self._say()

    @on(FilterBar.Closed)
    def back_to_text(self, message: FilterBar.Closed) -> None:
        """Give the keyboard back, and go to a match."""
        message.stop()
        self._log.focus()
        self._log.action_next_match(-1)

    def action_back(self) -> None:
        """Take the pattern away; without one, leave."""
        if self._log.has_pattern:
            self.query_one(FilterBar).reset()
        else:
            self.app.pop_screen()

    def action_find(self) -> None:
        """Let the user type a pattern."""
        self.query_one(FilterBar).open()

    def action_next(self, step: int) -> None:
        """Go to the next match, or the one before."""
        self._log.action_next_match(step)

    def action_follow(self) -> None:
        """Follow the end."""
        self._log.action_last()

    def action_fold(self) -> None:
        """Fold long lines, or cut them."""
        self._log.action_fold()

    def action_copy(self) -> None:
        """Copy the lines that are seen to the terminal's clipboard (OSC 52)."""
        self.app.copy_to_clipboard(self._log.visible_text)
        self.app.notify("copied what is seen", timeout=2)

    @work(exclusive=True, group="save", exit_on_error=True)
    async def action_save(self) -> None:
        """Write the whole file, piece by piece, into the directory that the program was started in."""
        path = Path.cwd() / f"{self._node.ip}-{Path(self._file_name).name}"
        try:
            written = await save_log(self._agents, self._node, self._file_name, path)
        except (RaymonError, OSError) as error:
            self.app.notify(plain(str(error), 300), severity="error", markup=False)
        else:
            self.app.notify(f"saved {size(written)} to {path}", markup=False)
