"""One log file: its end followed, its past read on the way up, found in, saved."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import ClassVar

import anyio
from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from raymon_tui.backends.errors import BadAnswerError, RaymonError, UnsupportedError
from raymon_tui.cluster.logs.agents import LogAgents
from raymon_tui.cluster.logs.moments import last_moment, moment_meant, place_of
from raymon_tui.cluster.logs.naming import other_stream
from raymon_tui.cluster.logs.reader import LogReader, Read
from raymon_tui.cluster.logs.saving import free_path, save_log
from raymon_tui.cluster.model.log_file import LogWindow
from raymon_tui.cluster.model.node import Node
from raymon_tui.cluster.snapshot import Snapshot
from raymon_tui.tui.chrome.arrange import arrange
from raymon_tui.tui.panes.filter_bar import FilterBar
from raymon_tui.tui.resources.log_title import title_parts
from raymon_tui.tui.screens.ask_screen import AskScreen
from raymon_tui.tui.screens.cluster_screen import ClusterScreen
from raymon_tui.tui.screens.findable_text import FindableText
from raymon_tui.tui.session import Session
from raymon_tui.widgets.content import plain
from raymon_tui.widgets.lines import Lines
from raymon_tui.widgets.log_view import LogView
from raymon_tui.widgets.numbers import size
from raymon_tui.widgets.table.column import Moment

LOOK_EVERY_S, LOOK_EVERY_BY_DASHBOARD_S = 1.0, 4.0


class LogScreen(ClusterScreen, FindableText):
    """A window of a log; nothing is read but what is looked at.

    It opens at the end and follows it, or, where `offset` is given, at that byte, with `pattern` marked.
    """

    DEFAULT_CSS = """
    LogScreen > #title { height: 1; width: 1fr; padding: 0 1; }
    LogScreen > LogView { height: 1fr; width: 1fr; padding: 0 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,backspace", "back", "back"),
        Binding("slash", "find", "find"),
        Binding("f", "follow", "follow"),
        Binding("W,w", "fold", "wrap"),
        Binding("o", "other_stream", "stdout / stderr"),
        Binding("T", "go_to_time", "go to time"),
        Binding("n", "next(1)", "next match", show=False),
        Binding("N", "next(-1)", "previous match", show=False),
        Binding("c", "copy", "copy what is seen", show=False),
        Binding("ctrl+s", "save", "save the file"),
    ]

    def __init__(
        self, session: Session, node: Node, name: str, *, offset: int | None = None, pattern: str = ""
    ) -> None:
        super().__init__(session)
        self._node, self._file_name = node, name
        self._offset, self._pattern = offset, pattern
        self._agents = LogAgents(session.backend)
        self._reader = self._reader_of(name)
        self._reading = anyio.Lock()
        self._trouble: RaymonError | None = None
        self._unfinished = ""

    def _reader_of(self, name: str) -> LogReader:
        return LogReader(self._agents, self.session.monitor.api, self._node, name)

    def compose_above(self) -> ComposeResult:
        """Yield the title line."""
        yield Lines(id="title")

    def compose_body(self) -> ComposeResult:
        """Yield the text and the line in which a pattern is typed."""
        yield LogView(follow=self._offset is None)
        yield FilterBar("pattern to find; n and N go on")

    def on_mount(self) -> None:
        """Begin to read."""
        super().on_mount()
        self.log_view.focus()
        self.log_view.find(self._pattern)
        self.follow_file()

    @work(exclusive=True, exit_on_error=True)
    async def follow_file(self) -> None:
        """Look for new lines for as long as the screen is there, more rarely where a look costs more."""
        try:
            if self._offset is not None:
                offset = self._offset
                await self._read(lambda: self._reader.at(offset))
            while not self._is_gone:
                if self.log_view.follow and not self.session.viewing.paused:
                    await self._read(self._reader.later)
                await anyio.sleep(LOOK_EVERY_BY_DASHBOARD_S if self._reader.by_dashboard else LOOK_EVERY_S)
        finally:
            with anyio.CancelScope(shield=True):
                await self._agents.aclose()

    async def _read(self, ask: Callable[[], Awaitable[Read]]) -> None:
        async with self._reading:
            try:
                read = await ask()
            except RaymonError as error:
                self._trouble = error
            else:
                self._trouble = None
                if not self._is_gone:
                    self._draw(read)
        self._say()

    @property
    def _is_gone(self) -> bool:
        """Whether the screen was left while an answer was on its way."""
        return not self.query(LogView)

    def _draw(self, read: Read) -> None:
        log = self.log_view
        if read.anew:
            log.replace(read.lines, read.unfinished)
        elif read.lines or read.unfinished != self._unfinished:
            before = log.dropped
            log.append(read.lines, read.unfinished)
            self._reader.let_go(log.dropped - before)
        self._unfinished = read.unfinished
        log.more_below = not self._reader.at_end
        if read.place is not None:
            log.go_to_line(read.place)

    def show(self, snapshot: Snapshot, changed: frozenset[str], moment: Moment) -> None:
        """Say in the title how the file is read."""
        self._say()

    def _say(self) -> None:
        if self._is_gone:
            return
        width = max(10, self.size.width - 2)
        left, right = title_parts(self._node, self._file_name, self.log_view, self._reader, self._trouble, width)
        self.query_one("#title", Lines).show((arrange(left, right, width),))

    @on(LogView.WantsEarlier)
    def read_earlier(self, message: LogView.WantsEarlier) -> None:
        """Read the window before what is here, or the first one of the file."""
        message.stop()
        if self._reading.locked() or self._reader.at_start:
            return
        to_first = message.first and not self._reader.by_dashboard
        asked = self._read(lambda: self._reader.at(0)) if to_first else self._earlier()
        self.run_worker(asked, exit_on_error=True)

    async def _earlier(self) -> None:
        async with self._reading:
            try:
                earlier = await self._reader.earlier()
                if not self._is_gone:
                    self.log_view.prepend(earlier)
            except RaymonError as error:
                self._trouble = error
        self._say()

    @on(LogView.WantsLater)
    def read_on(self, message: LogView.WantsLater) -> None:
        """Read the window behind what is here."""
        message.stop()
        if not self._reading.locked():
            self.run_worker(self._read(self._reader.onwards), exit_on_error=True)

    @on(LogView.FollowChanged)
    def look_at_once(self, message: LogView.FollowChanged) -> None:
        """Say whether the end is followed; where it is from now on, go there."""
        message.stop()
        if self.log_view.follow:
            asked = self._reader.later if self._reader.at_end else self._reader.end
            self.run_worker(self._read(asked), exit_on_error=True)
        self._say()

    def tell_matches(self) -> None:
        """Say in the title how many there are."""
        self._say()

    def action_back(self) -> None:
        """Take the pattern away; without one, or with that which the screen came with, leave."""
        if self._pattern:
            self.app.pop_screen()
        else:
            super().action_back()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer the other stream only where there may be one."""
        if action == "other_stream":
            return other_stream(self._file_name) is not None
        return super().check_action(action, parameters)

    def action_other_stream(self) -> None:
        """Show what the same process writes to its other stream."""
        other = other_stream(self._file_name)
        if other is not None:
            self._file_name, self._reader, self._unfinished = other, self._reader_of(other), ""
            self.log_view.replace(())
            self.log_view.action_last()
            self.run_worker(self._read(self._reader.end), exit_on_error=True)

    @work(exclusive=True, group="time", exit_on_error=True)
    async def action_go_to_time(self) -> None:
        """Ask for a time, and go to the first line from then on."""
        typed = await self.app.push_screen_wait(AskScreen("Go to the time", "14:05, 2026-11-23 14:05:30, or 5m ago"))
        if typed:
            await self._read(lambda: self._at_time(typed))

    async def _at_time(self, typed: str) -> Read:
        tried = f"go to {typed}"
        if self._reader.by_dashboard:
            raise UnsupportedError(tried, "only last lines can be read through the dashboard", "")
        last = await last_moment(self._window)
        if last is None:
            raise BadAnswerError(tried, "no times stand in this file", "")
        moment = moment_meant(typed, last)
        if moment is None:
            raise BadAnswerError(tried, f"{typed} is no time", "type 14:05, 2026-11-23 14:05:30, or 5m")
        return await self._reader.at(await place_of(moment, self._reader.size or 0, self._window))

    async def _window(self, start: int, limit: int) -> LogWindow:
        return await self._agents.window(self._node, self._file_name, start, limit)

    @work(exclusive=True, group="save", exit_on_error=True)
    async def action_save(self) -> None:
        """Write the whole file, piece by piece, to where the program was started, or else to the home directory."""
        here = Path.cwd()
        path = free_path(here if os.access(here, os.W_OK) else Path.home(), self._node, self._file_name)
        try:
            written = await save_log(self._agents, self._node, self._file_name, path)
        except (RaymonError, OSError) as error:
            self.app.notify(plain(str(error), 300), severity="error", markup=False)
        else:
            self.app.notify(f"saved {size(written)} to {path}", markup=False)
