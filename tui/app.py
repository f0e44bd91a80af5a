"""The program: it wires a cluster's monitor to the screens, and does nothing else itself."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import time
from collections.abc import Awaitable, Mapping, Sequence
from functools import partial
from typing import Any, ClassVar

import anyio
from textual import events, on, work
from textual.app import App, SuspendNotSupported
from textual.binding import Binding, BindingType
from textual.dom import DOMNode
from textual.filter import LineFilter
from textual.screen import Screen
from textual.widgets import Input

from raymon_tui.backends.base import Backend, Executing, Inquiring
from raymon_tui.backends.errors import RaymonError
from raymon_tui.backends.resolve import Candidate
from raymon_tui.cluster.snapshot import Snapshot
from raymon_tui.tui.clusters import WatchedCluster
from raymon_tui.tui.commands import PaneCommands
from raymon_tui.tui.dialogs import Dialogs
from raymon_tui.tui.messages import FeedsChanged, SaveWanted, SnapshotChanged
from raymon_tui.tui.options import MonitorOptions
from raymon_tui.tui.panes.pane import Pane
from raymon_tui.tui.panes.registry import TABS, load_panes
from raymon_tui.tui.questions import Asked, Questions
from raymon_tui.tui.saving import write_new
from raymon_tui.tui.screens.cluster_screen import ClusterScreen
from raymon_tui.tui.screens.clusters_screen import ClustersScreen
from raymon_tui.tui.screens.help_screen import HelpScreen, grouped
from raymon_tui.tui.screens.main_screen import MainScreen
from raymon_tui.tui.screens.picker_screen import PickerScreen
from raymon_tui.tui.session import Opened, Session, open_session
from raymon_tui.tui.shell import hear_signals, shell_on_head
from raymon_tui.widgets import plotting
from raymon_tui.widgets.ascii_only import AsciiOnly
from raymon_tui.widgets.content import plain
from raymon_tui.widgets.palette import themes

SLOWEST_REFRESH_S, FASTEST_REFRESH_S = 60.0, 0.5
LEAVE_WITHIN_S = 2.0
ALL_DRAWN_S = 1.0
"""By then the first picture stands: what is for later no longer delays it."""


class MonitorApp(App[int]):
    """The live monitor on one cluster."""

    TITLE = "raymon-tui"
    leads_back: ClassVar[bool] = False
    """Whether there is a page that the first cluster was opened from."""
    COMMAND_PALETTE_BINDING = "colon"
    COMMANDS: ClassVar = App.COMMANDS | {PaneCommands}
    CSS_PATH = "app.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("colon", "command_palette", "command"),
        Binding("space", "pause", "pause"),
        Binding("r", "refresh_now", "refresh now", show=False),
        Binding("plus,equals_sign", "slower", "longer interval", show=False),
        Binding("minus", "faster", "shorter interval", show=False),
        Binding("exclamation_mark", "shell", "shell on the head", show=False),
        Binding("p", "web_dashboard", "web dashboard", show=False),
        Binding("ctrl+s", "screenshot_to_file", "save screenshot", show=False),
        Binding("question_mark", "help", "help"),
        Binding("q", "quit", "quit"),
        Binding("ctrl+c", "quit", "quit", show=False, priority=True),
    ]

    def __init__(
        self,
        candidates: Sequence[Candidate],
        options: MonitorOptions,
        opened: Opened | None = None,
        questions: Questions | None = None,
        *,
        own: Mapping[Candidate, MonitorOptions] | None = None,
        together: bool = False,
    ) -> None:
        """Take the clusters to choose from, or to watch `together`.

        `opened` is the only one where that is watched already; `own` are the options of a cluster that has others.
        """
        super().__init__()
        self.candidates = tuple(candidates)
        self._own = own or {}
        self._together = together
        self._opened = opened
        self._questions = questions
        self._dialogs = Dialogs(self)
        self.options = options
        self.session: Session | None = None
        self.failure: RaymonError | None = None
        # Textual's own themes know nothing of our roles, so they are not offered.
        for name in self.available_themes:
            self.unregister_theme(name)
        for theme in themes():
            self.register_theme(theme)
        self.theme = options.theme

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Return what every line goes through before it is drawn: in ASCII, all that is not."""
        filters = super().get_line_filters()
        return [*filters, AsciiOnly()] if self.options.ascii_only else filters

    def on_mount(self) -> None:
        """Open the one cluster there is, or ask which."""
        hear_signals(self.heard)
        if self._questions is not None:
            self._questions.listen(self.ask)
        self.set_interval(1.0, self.tick)
        self.set_timer(ALL_DRAWN_S, self.load_the_rest)
        self.begin()

    def begin(self) -> None:
        """Show the first screen: a cluster, all of them, or the question which."""
        if self._opened is not None:
            self.show_cluster(self._opened)
        elif self._together:
            self.watch_together()
        elif len(self.candidates) == 1:
            self._picked(self.candidates[0])
        else:
            self.push_screen(PickerScreen(self.candidates), self._picked)

    def heard(self, sent: signal.Signals) -> None:
        """End for a signal; where the terminal is gone, even if a last word to it never returns."""
        code = 128 + sent
        if sent == signal.SIGHUP:
            last_resort = threading.Timer(LEAVE_WITHIN_S, os._exit, (code,))
            last_resort.daemon = True
            last_resort.start()
        self.exit(code)

    def _picked(self, candidate: Candidate | None) -> None:
        if candidate is None:
            self.exit(0)
        else:
            self.open_cluster(candidate.open(), self._own.get(candidate))

    def open_cluster(self, backend: Backend, own: MonitorOptions | None = None) -> None:
        """Start to watch the cluster behind `backend`, with its `own` options where it has some."""
        session = open_session(backend, own or self.options)
        self.show_cluster(Opened(session, session.watch()))

    def show_cluster(self, opened: Opened) -> None:
        """Show a cluster for as long as it is watched."""
        self.session = opened.session
        opened.session.monitor.listen(partial(self._heard, opened.session))
        self.push_screen(MainScreen(opened.session, leads_back=self.leads_back))
        self.stay(opened.watching)

    def watch_together(self) -> None:
        """Watch all clusters, and show them side by side."""
        clusters = [WatchedCluster(one, self._own.get(one, self.options)) for one in self.candidates]
        self.push_screen(ClustersScreen(clusters, ascii_only=self.options.ascii_only))
        for cluster in clusters:
            self.watch_one(cluster)

    @work(group="clusters")
    async def watch_one(self, cluster: WatchedCluster) -> None:
        """Watch one of several clusters until the program ends, or its first contact fails."""
        cluster.session.monitor.listen(partial(self._heard, cluster.session))
        await cluster.watch()
        self.tick()

    @on(ClustersScreen.Chosen)
    def enter_cluster(self, message: ClustersScreen.Chosen) -> None:
        """Show one of several clusters, or try again the one that was given up."""
        cluster = message.cluster
        if cluster.failure is not None:
            cluster.open_anew()
            self.watch_one(cluster)
            return
        self.session = cluster.session
        self.push_screen(MainScreen(cluster.session, leads_back=True))

    def action_leave_cluster(self) -> None:
        """Go back to the page that the cluster on screen was opened from."""
        if self.session is not None:
            self.session.monitor.want("screen", ())
            self.session = None
        self.pop_screen()

    @work(group="load")
    async def load_the_rest(self) -> None:
        """Import what the first picture does without, before a key needs it."""
        await anyio.to_thread.run_sync(load_panes)
        await anyio.to_thread.run_sync(plotting.load)

    @work(group="ask")
    async def ask(self, asked: Asked) -> None:
        """Put a question of the backend to the user."""
        await self._dialogs.answer(asked)

    @work(group="stay", exclusive=True, exit_on_error=True)
    async def stay(self, watching: Awaitable[RaymonError | None]) -> None:
        """Stay while the cluster is watched."""
        failure = await watching
        if failure is not None:
            self.give_up(failure)

    def give_up(self, failure: RaymonError) -> None:
        """End with the failure of the very first contact."""
        self.failure = failure
        self.exit(failure.exit_code)

    def _heard(self, session: Session, _snapshot: Snapshot, changed: frozenset[str]) -> None:
        self.post_message(SnapshotChanged(session, changed))

    def on_key(self, event: events.Key) -> None:
        """Write a character to the line that took the keyboard after it was typed: a slow link sends several at once.

        One that had the keyboard before has taken the character itself.
        """
        if isinstance(self.focused, Input) and event.character is not None and event.is_printable:
            self.focused.insert_text_at_cursor(event.character)
            event.prevent_default()

    @property
    def _seen(self) -> Screen[Any] | None:
        """The screen that is seen; None while the program ends, when a message may still come."""
        return self.screen_stack[-1] if self.screen_stack else None

    @on(SnapshotChanged)
    def draw_changes(self, message: SnapshotChanged) -> None:
        """Show what is new on the screen that is seen."""
        screen = self._seen
        if isinstance(screen, ClusterScreen) and screen.session is message.session:
            screen.show_all(message.changed)
        elif isinstance(screen, ClustersScreen):
            screen.show_all()

    @on(FeedsChanged)
    def ask_for_what_is_seen(self) -> None:
        """Ask what the screen that is seen needs, and no longer what others needed."""
        screen = self._seen
        if isinstance(screen, ClusterScreen):
            monitor = screen.session.monitor
            monitor.want("screen", screen.feeds())
            monitor.metrics.look(seen=screen.draws_metrics)

    def tick(self) -> None:
        """Draw what time alone changes."""
        screen = self._seen
        if isinstance(screen, ClusterScreen):
            screen.show_all(frozenset())
        elif isinstance(screen, ClustersScreen):
            screen.show_all()

    def action_pause(self) -> None:
        """Stop or go on drawing; the cluster is still read meanwhile."""
        if self.session is not None:
            viewing = self.session.viewing
            viewing.held = None if viewing.paused else self.session.monitor.snapshot
            self._redraw()

    def action_refresh_now(self) -> None:
        """Ask everything that is seen at once, and the user what they would not answer before."""
        session = self.session
        if session is None:
            return
        if isinstance(session.backend, Inquiring) and session.backend.declined:
            self.connect_again(session, session.backend)
        else:
            session.monitor.refresh_now()

    @work(group="again")
    async def connect_again(self, session: Session, backend: Inquiring) -> None:
        """Connect as the user wants it; what becomes of it is drawn as of any connection."""
        with contextlib.suppress(RaymonError):
            await backend.connect()
        session.monitor.refresh_now()

    def action_slower(self) -> None:
        """Ask half as often."""
        self._set_refresh(2.0)

    def action_faster(self) -> None:
        """Ask twice as often."""
        self._set_refresh(0.5)

    def _set_refresh(self, factor: float) -> None:
        if self.session is None:
            return
        wanted = self.session.viewing.refresh_s * factor
        self.session.viewing.refresh_s = max(FASTEST_REFRESH_S, min(SLOWEST_REFRESH_S, wanted))
        self.session.monitor.set_refresh(self.session.viewing.refresh_s)
        self._redraw()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer what there is: a way back, a cluster on screen, a shell where changes are welcome."""
        if action in ("pause", "slower", "faster", "web_dashboard", "refresh_now"):
            return self.session is not None
        if action == "leave_cluster":
            return isinstance(self._seen, MainScreen) and self._seen.leads_back
        if action == "shell":
            session = self.session
            return session is not None and isinstance(session.backend, Executing) and not session.options.read_only
        return super().check_action(action, parameters)

    @work(group="shell", exclusive=True)
    async def action_shell(self) -> None:
        """Give the terminal to a shell on the head, and take it back when that ends."""
        session = self.session
        if session is None or not isinstance(session.backend, Executing):
            return
        try:
            await shell_on_head(self, session.backend, self.heard)
        except RaymonError as failure:
            self.say(failure)
        except SuspendNotSupported:
            self.notify("this terminal cannot be given away", severity="error", markup=False)

    @work(group="dashboard", exclusive=True)
    async def action_web_dashboard(self) -> None:
        """Put Ray's web dashboard behind a port of this machine, and open it where there is a browser."""
        # Imported here: the first picture does without.
        from raymon_tui.tui.browser import open_browser  # noqa: PLC0415
        from raymon_tui.tui.forwarding import dashboard_url  # noqa: PLC0415

        session = self.session
        if session is None:
            return
        try:
            async with dashboard_url(session.backend, session.backend.dashboard.port) as url:
                opened = await anyio.to_thread.run_sync(open_browser, url)
                self.notify(
                    f"the web dashboard is at {url}" if not opened else f"opened {url}", markup=False, timeout=15
                )
                await anyio.sleep_forever()
        except RaymonError as failure:
            self.say(failure)

    def say(self, failure: RaymonError) -> None:
        """Show a failure for a while: what was tried, what was said, what to do."""
        words = f"{failure.tried}: {failure.said}. {failure.advice}"
        self.notify(plain(words, 500), severity="error", markup=False, timeout=15)

    def action_help(self) -> None:
        """Show the keys that work on the screen below."""
        active = self.screen.active_bindings.values()
        owners = ((_owner(binding.node), binding.binding) for binding in active)
        self.push_screen(HelpScreen(grouped(owners, ascii_only=self.options.ascii_only)))

    def action_screenshot_to_file(self) -> None:
        """Save what is seen as an SVG file, and say where."""
        picture = self.export_screenshot()
        self.post_message(SaveWanted("screen", "svg", lambda: picture))

    @on(SaveWanted)
    @work(group="save")
    async def save(self, wanted: SaveWanted) -> None:
        """Write a new file, and say where; a long table takes its time, which keys do not wait for."""
        try:
            text = await anyio.to_thread.run_sync(wanted.written)
            path = await anyio.to_thread.run_sync(write_new, wanted.what, wanted.ending, text, time.time())
        except OSError as error:
            said = f"not saved: {error.filename}: {error.strerror}"
            self.notify(plain(said, 300), severity="error", markup=False)
        else:
            self.notify(f"saved {plain(str(path), 300)}", markup=False)

    def _redraw(self) -> None:
        screen = self._seen
        if isinstance(screen, ClusterScreen):
            screen.redraw()


def _owner(node: DOMNode) -> str:
    """Return what a group of keys is called in the help."""
    if isinstance(node, App):
        return "Everywhere"
    if isinstance(node, MainScreen):
        return "Panes"
    if isinstance(node, Screen):
        return "This page"
    if isinstance(node, Pane):
        return next((tab.title for tab in TABS if tab.pane_id == node.pane_id), node.title)
    return "Here"
