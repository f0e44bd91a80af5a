"""Where metrics come from: every exporter, how it is, and what it said."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from raymon_tui.cluster.metrics.target_state import TargetState
from raymon_tui.cluster.snapshot import Snapshot
from raymon_tui.tui.resources.exporters import COLUMNS
from raymon_tui.tui.screens.cluster_screen import ClusterScreen
from raymon_tui.widgets.content import Content, Piece, plain
from raymon_tui.widgets.lines import Lines
from raymon_tui.widgets.table.column import Moment
from raymon_tui.widgets.table.live_table import LiveTable


class ExportersScreen(ClusterScreen):
    """A live table of exporters."""

    DEFAULT_CSS = """
    ExportersScreen > #title { height: 1; width: 1fr; padding: 0 1; }
    ExportersScreen > LiveTable { height: 1fr; width: 1fr; padding: 0 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,backspace,h", "app.pop_screen", "back"),
        Binding("s", "sort", "sort"),
    ]

    def compose_above(self) -> ComposeResult:
        """Yield the title line."""
        yield Lines(id="title")

    def compose_body(self) -> ComposeResult:
        """Yield the table."""
        yield LiveTable(COLUMNS, key=_key, empty="the nodes of the cluster are not known yet", opens=False)

    @property
    def draws_metrics(self) -> bool:
        """What exporters say is all there is here."""
        return True

    def show(self, snapshot: Snapshot, changed: frozenset[str], moment: Moment) -> None:
        """Draw the states as they are."""
        title: Content = (Piece("Exporters of metrics", "ink", bold=True),)
        if self.session.charts.is_large:
            asked = f"  not scraped: {plain(self.session.charts.title, 60)} is asked in their place"
            title = (*title, Piece(asked, "dim"))
        self.query_one("#title", Lines).show((title,))
        self.query_one(LiveTable).set_rows(tuple(self.session.monitor.metrics.states.values()), moment)

    def on_mount(self) -> None:
        """Give the table the keyboard."""
        super().on_mount()
        self.set_focus(self.query_one(LiveTable))

    def action_sort(self) -> None:
        """Sort by the next column."""
        self.query_one(LiveTable).action_sort_next()


def _key(row: TargetState) -> str:
    return row.target.name
