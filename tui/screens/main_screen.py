"""The main screen: tabs, and the pane that is open."""

from __future__ import annotations

from typing import Any, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import ContentSwitcher

from raymon_tui.cluster.feeds.feed import Feed
from raymon_tui.cluster.snapshot import Snapshot
from raymon_tui.tui.chrome.tabs import tab_at, tab_line
from raymon_tui.tui.messages import FeedsChanged
from raymon_tui.tui.panes.pane import Pane, dom_id
from raymon_tui.tui.panes.registry import PANES, TABS
from raymon_tui.tui.screens.cluster_screen import ClusterScreen
from raymon_tui.tui.session import Session
from raymon_tui.widgets.lines import Lines
from raymon_tui.widgets.table.column import Moment


class MainScreen(ClusterScreen):
    """Tabs above one pane; a pane is made when it is first opened."""

    DEFAULT_CSS = """
    MainScreen > ContentSwitcher { height: 1fr; width: 1fr; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        *(Binding(tab.hotkey, f"open('{tab.pane_id}')", tab.title, show=False, group=None) for tab in TABS),
        Binding("tab", "step(1)", "next pane", show=False, priority=False),
        Binding("shift+tab", "step(-1)", "previous pane", show=False),
        Binding("escape", "app.leave_cluster", "all clusters"),
    ]

    def __init__(self, session: Session, first: str = "overview", *, leads_back: bool = False) -> None:
        super().__init__(session)
        self._open = first
        self.leads_back = leads_back

    def compose_above(self) -> ComposeResult:
        """Yield the tabs."""
        yield Lines(id="tabs", classes="chrome")

    def compose_body(self) -> ComposeResult:
        """Yield the first pane only."""
        with ContentSwitcher(initial=dom_id(self._open)):
            yield self._make(self._open)

    def _make(self, pane_id: str) -> Pane:
        return next(pane for pane in PANES if pane.tab.pane_id == pane_id).make(self.session)

    @property
    def pane(self) -> Pane:
        """The pane that is open."""
        return self.query_one(f"#{dom_id(self._open)}", Pane)

    def _opened(self) -> list[Pane]:
        """Return the pane that is open; none before the first is made, and while the screen is being taken apart."""
        return [pane for pane in self.query(f"#{dom_id(self._open)}").results(Pane) if pane.is_mounted]

    def feeds(self) -> tuple[Feed[Any], ...]:
        """Return what the open pane needs."""
        return next((pane.feeds() for pane in self._opened()), ())

    @property
    def draws_metrics(self) -> bool:
        """Whether the open pane draws what exporters say."""
        return any(pane.draws_metrics for pane in self._opened())

    def show(self, snapshot: Snapshot, changed: frozenset[str], moment: Moment) -> None:
        """Draw the open pane; the others stay as they were until they are opened."""
        self.query_one("#tabs", Lines).show((tab_line(TABS, self._open, max(1, self.app.size.width - 2)),))
        # A question that a connection begins with may come before the first pane is there.
        for pane in self._opened():
            pane.show(snapshot, changed, moment)

    async def action_open(self, pane_id: str, subject: str = "") -> None:
        """Open a pane, on the row that `subject` names where there is one.

        Keys that come meanwhile wait until the pane is there: they are meant for it.
        """
        switcher = self.query_one(ContentSwitcher)
        if not self.query(f"#{dom_id(pane_id)}"):
            await switcher.mount(self._make(pane_id))
        self._open = pane_id
        switcher.current = dom_id(pane_id)
        self._enter(self.pane, subject)

    def _enter(self, pane: Pane, subject: str) -> None:
        pane.take_focus()
        self.post_message(FeedsChanged())
        self.call_after_refresh(self._draw_and_go, pane, subject)

    def _draw_and_go(self, pane: Pane, subject: str) -> None:
        """Draw the pane, which has no row to go to before."""
        self.redraw()
        if subject:
            pane.go_to(subject)

    async def action_step(self, step: int) -> None:
        """Open the pane beside the present one."""
        ids = [tab.pane_id for tab in TABS]
        await self.action_open(ids[(ids.index(self._open) + step) % len(ids)])

    async def on_click(self, event: events.Click) -> None:
        """Open the tab that was clicked."""
        if self._line("tabs").region.contains(event.screen_x, event.screen_y):
            tab = tab_at(TABS, event.screen_x - 1, self.size.width - 2)
            if tab is not None:
                await self.action_open(tab.pane_id)

    def on_mount(self) -> None:
        """Give the first pane the keyboard."""
        super().on_mount()
        # What is known already is in the first picture, and not only in the second one.
        self.redraw()
        self._enter(self.pane, "")
