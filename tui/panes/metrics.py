"""Metrics: a wall of charts, of the whole cluster or with a line a node, from what its own exporters tell."""

from __future__ import annotations

from typing import Any, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from raymon_tui.cluster.feeds.catalogue import NODES
from raymon_tui.cluster.feeds.feed import Feed
from raymon_tui.cluster.metrics.charts import CHARTS
from raymon_tui.cluster.monitor import METRICS
from raymon_tui.cluster.snapshot import Snapshot
from raymon_tui.tui.charts.best_source import titles
from raymon_tui.tui.charts.chart_panel import ChartPanel
from raymon_tui.tui.charts.standing import empty_parts, source_parts
from raymon_tui.tui.charts.wall import ChartWall
from raymon_tui.tui.chrome.arrange import Part, arrange
from raymon_tui.tui.panes.pane import Pane
from raymon_tui.tui.screens.chart_screen import ChartScreen
from raymon_tui.tui.screens.exporters_screen import ExportersScreen
from raymon_tui.tui.screens.families_screen import FamiliesScreen, open_family
from raymon_tui.widgets.content import Piece
from raymon_tui.widgets.lines import Lines
from raymon_tui.widgets.table.column import Moment


class MetricsPane(Pane):
    """Charts below a line that says what they show, above one that says where it comes from."""

    DEFAULT_CSS = """
    MetricsPane > .standing { height: 1; width: 1fr; padding: 0 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("m", "families", "all metrics"),
        Binding("e", "exporters", "exporters"),
    ]
    pane_id: ClassVar[str] = "metrics"
    draws_metrics: ClassVar[bool] = True

    def feeds(self) -> tuple[Feed[Any], ...]:
        """Return the nodes, whose names the lines bear."""
        return (NODES,)

    def compose(self) -> ComposeResult:
        """Yield the wall and the line below it."""
        options = self.session.options
        yield ChartWall(CHARTS, lambda: self.session.charts, self.session.now, ascii_only=options.ascii_only)
        yield Lines(classes="standing")

    @property
    def wall(self) -> ChartWall:
        """The charts."""
        return self.query_one(ChartWall)

    def show(self, snapshot: Snapshot, changed: frozenset[str], moment: Moment) -> None:
        """Draw anew after a round of scrapes, and when the pane is opened."""
        metrics = self.session.monitor.metrics
        wall = self.wall
        wall.nodes = titles(self.session.monitor)
        if METRICS in changed or len(changed) > 1:
            wall.freshen()
        left = [
            Part((Piece(wall.window.words, "ink", bold=True),)),
            *source_parts(self.session.charts, metrics, self.session.monitor.prometheus, moment),
        ]
        if wall.by_node:
            left.insert(1, Part((Piece("a line a node", "ink"),), 1))
        left += empty_parts(wall.empty)
        line = arrange(left, (), max(10, self.size.width - 2))
        self.query_one(".standing", Lines).show((line,))

    def take_focus(self) -> None:
        """Give the keyboard to the charts."""
        self.wall.take_focus()
        self.wall.draw()

    @on(ChartPanel.Opened)
    def open_chart(self, message: ChartPanel.Opened) -> None:
        """Show one chart alone."""
        message.stop()
        wall = self.wall
        self.app.push_screen(ChartScreen(self.session, message.chart, wall.window, by_node=wall.by_node))

    def go_to(self, subject: str) -> None:
        """List every metric, and draw the one that `subject` names."""
        self.action_families()
        self.draw_family(subject)

    @work(exclusive=True, group="family")
    async def draw_family(self, name: str) -> None:
        """Draw a metric, if there is one of that name."""
        found = next((one for one in await self.session.charts.families() if one.name == name), None)
        if found is not None:
            await open_family(self, self.session, found)

    def action_families(self) -> None:
        """List every metric that there is."""
        self.app.push_screen(FamiliesScreen(self.session))

    def action_exporters(self) -> None:
        """List where metrics come from."""
        self.app.push_screen(ExportersScreen(self.session))
