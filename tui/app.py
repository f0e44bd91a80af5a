"""The program: it wires a cluster's monitor to the screens, and does nothing else itself."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Sequence
from typing import ClassVar

from textual import on, work
from textual.app import App
from textual.binding import Binding, BindingType

from raymon_tui.backends.base import Backend
from raymon_tui.backends.errors import RaymonError, TimedOutError
from raymon_tui.backends.resolve import Candidate
from raymon_tui.cluster.feeds.catalogue import BASE_FEEDS
from raymon_tui.cluster.monitor import Monitor
from raymon_tui.cluster.snapshot import Snapshot
from raymon_tui.tui.commands import PaneCommands
from raymon_tui.tui.messages import FeedsChanged, SnapshotChanged
from raymon_tui.tui.options import MonitorOptions
from raymon_tui.tui.screens.cluster_screen import ClusterScreen
from raymon_tui.tui.screens.help_screen import HelpScreen
from raymon_tui.tui.screens.main_screen import MainScreen
from raymon_tui.tui.screens.picker_screen import PickerScreen
from raymon_tui.tui.session import Session
from raymon_tui.widgets.palette import themes

SLOWEST_REFRESH_S, FASTEST_REFRESH_S = 60.0, 0.5


class MonitorApp(App[int]):
    """The live monitor on one cluster."""

    TITLE = "raymon-tui"
    COMMAND_PALETTE_BINDING = "colon"
    COMMANDS: ClassVar = App.COMMANDS | {PaneCommands}
    CSS_PATH = "app.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("colon", "command_palette", "command"),
        Binding("space", "pause", "pause"),
        Binding("r", "refresh_now", "refresh now", show=False),
        Binding("plus,equals_sign", "slower", "longer interval", show=False),
        Binding("minus", "faster", "shorter interval", show=False),
        Binding("ctrl+s", "screenshot_to_file", "save screenshot", show=False),
        Binding("question_mark", "help", "help"),
        Binding("q", "quit", "quit"),
        Binding("ctrl+c", "quit", "quit", show=False, priority=True),
    ]

    def __init__(self, candidates: Sequence[Candidate], options: MonitorOptions) -> None:
        super().__init__(ansi_color=False)
        self.candidates = tuple(candidates)
        self.options = options
        self.session: Session | None = None
        self.failure: RaymonError | None = None
        for theme in themes():
            self.register_theme(theme)
        self.theme = options.theme

    def on_mount(self) -> None:
        """Open the one cluster there is, or ask which."""
        loop = asyncio.get_running_loop()
        for name in (signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(name, self.exit, 128 + name)
        if len(self.candidates) == 1:
            self.open_cluster(self.candidates[0].open())
        else:
            self.push_screen(PickerScreen(self.candidates), self._picked)

    def _picked(self, candidate: Candidate | None) -> None:
        if candidate is None:
            self.exit(0)
        else:
            self.open_cluster(candidate.open())

    def open_cluster(self, backend: Backend) -> None:
        """Start to watch the cluster behind `backend`."""
        monitor = Monitor(backend, refresh_s=self.options.refresh_s)
        self.session = Session(backend=backend, monitor=monitor, options=self.options)
        monitor.want("base", BASE_FEEDS)
        monitor.listen(self._heard)
        self.push_screen(MainScreen(self.session))
        self.watch_cluster(self.session)
        self.set_interval(1.0, self._tick)

    @work(exclusive=True, exit_on_error=True)
    async def watch_cluster(self, session: Session) -> None:
        """Run the monitor; give up only if the very first contact is refused or is no Ray."""
        try:
            await session.monitor.api.version()
        except TimedOutError:
            pass
        except RaymonError as failure:
            self.failure = failure
            self.exit(failure.exit_code)
            return
        try:
            await session.monitor.run()
        finally:
            await session.monitor.aclose()
            await session.backend.aclose()

    def _heard(self, _snapshot: Snapshot, changed: frozenset[str]) -> None:
        self.post_message(SnapshotChanged(changed))

    @on(SnapshotChanged)
    def draw_changes(self, message: SnapshotChanged) -> None:
        """Show what is new on the screen that is seen."""
        if isinstance(self.screen, ClusterScreen):
            self.screen.show_all(message.changed)

    @on(FeedsChanged)
    def ask_for_what_is_seen(self) -> None:
        """Ask what the screen that is seen needs, and no longer what others needed."""
        if self.session is not None and isinstance(self.screen, ClusterScreen):
            self.session.monitor.want("screen", self.screen.feeds())

    def _tick(self) -> None:
        if isinstance(self.screen, ClusterScreen):
            self.screen.show_all(frozenset())
