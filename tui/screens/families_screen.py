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
from raymon_tui.tui.panes.filtered_table import FilteredTable
from raymon_tui.tui.resources.families import COLUMNS
from raymon_tui.tui.screens.chart_screen import ChartScreen
from raymon_tui.tui.screens.cluster_screen import ClusterScreen
from raymon_tui.tui.session import Session
from raymon_tui.widgets.content import Piece
from raymon_tui.widgets.lines import Lines
from raymon_tui.widgets.numbers import count
from raymon_tui.widgets.table.column import Moment
from raymon_tui.widgets.table.live_table import LiveTable


class FamiliesScreen(ClusterScreen, FilteredTable[Family]):
    """A table of metrics; Enter draws one."""

    DEFAULT_CSS = """
    FamiliesScreen > #title { height: 1; width: 1fr; padding: 0 1; }
    FamiliesScreen > LiveTable { height: 1fr; width: 1fr; padding: 0 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,backspace,h", "back", "back"),
        Binding("slash", "filter", "filter"),
        Binding("s", "sort_next", "sort"),
        Binding("S", "sort_reverse", "reverse", show=False),
        Binding("c", "copy", "copy name", show=False),
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
            self.table.set_rows(families, moment)

    def on_mount(self) -> None:
        """Give the table the keyboard."""
        super().on_mount()
        self.focus_table()

    @on(LiveTable.Selected)
    @work(exclusive=True, group="open")
    async def open_family(self, message: LiveTable.Selected[Family]) -> None:
        """Draw the chosen metric."""
        message.stop()
        await open_family(self, self.session, message.row)

    def copied(self, row: Family) -> str:
        """Return the name of the metric."""
        return row.name

    def action_back(self) -> None:
        """Take the filter away; without one, leave."""
        if self.query_one(FilterBar).has_class("-open"):
            self.action_clear_filter()
        else:
            self.app.pop_screen()


async def open_family(widget: Widget, session: Session, family: Family) -> None:
    """Show the chart of a metric alone."""
    chart = await session.charts.chart_of(family)
    window = usual_window(session.charts.since, session.now())
    widget.app.push_screen(ChartScreen(session, chart, window))
