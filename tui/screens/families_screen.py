"""Every metric that the cluster exports; those that the user's own code defines stand first."""

from __future__ import annotations

from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widget import Widget

from raymon_tui.cluster.metrics.exposition import Family
from raymon_tui.cluster.metrics.families import is_custom
from raymon_tui.cluster.monitor import METRICS
from raymon_tui.cluster.snapshot import Snapshot
from raymon_tui.tui.charts.window import usual_window
from raymon_tui.tui.panes.filter_bar import FilterBar
from raymon_tui.tui.resources.families import COLUMNS
from raymon_tui.tui.screens.chart_screen import ChartScreen
from raymon_tui.tui.screens.cluster_screen import ClusterScreen
from raymon_tui.tui.session import Session
from raymon_tui.widgets.content import Piece
from raymon_tui.widgets.lines import Lines
from raymon_tui.widgets.numbers import count
from raymon_tui.widgets.table.column import Moment
from raymon_tui.widgets.table.live_table import LiveTable


class FamiliesScreen(ClusterScreen):
    """A table of metrics; Enter draws one."""

    DEFAULT_CSS = """
    FamiliesScreen > #title { height: 1; width: 1fr; padding: 0 1; }
    FamiliesScreen > LiveTable { height: 1fr; width: 1fr; padding: 0 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,backspace,h", "app.pop_screen", "back"),
        Binding("slash", "filter", "filter"),
        Binding("s", "sort", "sort"),
    ]

    def compose_above(self) -> ComposeResult:
        """Yield the title line."""
        yield Lines(id="title")

    def compose_body(self) -> ComposeResult:
        """Yield filter and table."""
        yield FilterBar()
        yield LiveTable(COLUMNS, key=lambda family: family.name, empty="no exporter has answered yet")

    @property
    def draws_metrics(self) -> bool:
        """What exporters say is all there is here."""
        return True

    def show(self, snapshot: Snapshot, changed: frozenset[str], moment: Moment) -> None:
        """List anew after a round of scrapes, and when the list is opened."""
        if METRICS in changed or len(changed) > 1:
            self.list_all(moment)

    @work(exclusive=True, group="families")
    async def list_all(self, moment: Moment) -> None:
        """List what is exported now."""
        families = sorted(
            await self.session.charts.families(),
            key=lambda one: (not is_custom(one.name), not one.name.startswith("ray_"), one.name),
        )
        own = sum(1 for one in families if is_custom(one.name))
        title = (
            Piece("Metrics ", "ink", bold=True),
            Piece(f"{count(own)} of your own code, {count(len(families) - own)} of Ray and its processes", "dim"),
        )
        if self.query(LiveTable):
            self.query_one("#title", Lines).show((title,))
            self.query_one(LiveTable).set_rows(families, moment)

    def on_mount(self) -> None:
        """Give the table the keyboard."""
        super().on_mount()
        self.set_focus(self.query_one(LiveTable))

    @on(LiveTable.Selected)
    @work(exclusive=True, group="open")
    async def open_family(self, message: LiveTable.Selected[Family]) -> None:
        """Draw the chosen metric."""
        message.stop()
        await open_family(self, self.session, message.row)

    @on(FilterBar.Changed)
    def filter_rows(self, message: FilterBar.Changed) -> None:
        """Show the rows that fit."""
        message.stop()
        self.query_one(LiveTable).filter_text = message.text

    @on(FilterBar.Closed)
    def back_to_table(self, message: FilterBar.Closed) -> None:
        """Give the keyboard back."""
        message.stop()
        self.set_focus(self.query_one(LiveTable))

    def action_filter(self) -> None:
        """Let the user type a filter."""
        self.query_one(FilterBar).open()

    def action_sort(self) -> None:
        """Sort by the next column."""
        self.query_one(LiveTable).action_sort_next()


async def open_family(widget: Widget, session: Session, family: Family) -> None:
    """Show the chart of a metric alone."""
    chart = await session.charts.chart_of(family)
    window = usual_window(session.charts.since, session.now())
    widget.app.push_screen(ChartScreen(session, chart, window))
