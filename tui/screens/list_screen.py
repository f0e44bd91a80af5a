"""One table over the list that it was opened from: the tasks of a function, the actors of a class."""

from __future__ import annotations

from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from raymon_tui.cluster.feeds.feed import Feed
from raymon_tui.cluster.snapshot import Snapshot
from raymon_tui.tui.panes.table_pane import TablePane
from raymon_tui.tui.screens.cluster_screen import ClusterScreen
from raymon_tui.tui.session import Session
from raymon_tui.widgets.content import Content
from raymon_tui.widgets.lines import Lines
from raymon_tui.widgets.table.column import Moment


class ListScreen(ClusterScreen):
    """A title above one table pane; Esc takes the filter away first, and goes back then."""

    DEFAULT_CSS = """
    ListScreen > #title { height: 1; width: 1fr; padding: 0 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,backspace,h", "app.pop_screen", "back")]

    def __init__(self, session: Session, title: Content, pane: TablePane[Any]) -> None:
        super().__init__(session)
        self._title = title
        self._pane = pane

    def compose_above(self) -> ComposeResult:
        """Yield the title line."""
        yield Lines(id="title")

    def compose_body(self) -> ComposeResult:
        """Yield the table."""
        yield self._pane

    def feeds(self) -> tuple[Feed[Any], ...]:
        """Return what the table needs."""
        return self._pane.feeds()

    def show(self, snapshot: Snapshot, changed: frozenset[str], moment: Moment) -> None:
        """Draw the title and the table."""
        self.query_one("#title", Lines).show((self._title,))
        self._pane.show(snapshot, changed, moment)

    def on_mount(self) -> None:
        """Give the table the keyboard."""
        super().on_mount()
        self.call_after_refresh(self._pane.take_focus)
