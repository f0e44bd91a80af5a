"""The charts of one node."""

from __future__ import annotations

from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from raymon_tui.cluster.feeds.catalogue import NODES
from raymon_tui.cluster.feeds.feed import Feed
from raymon_tui.cluster.metrics.charts import CHARTS
from raymon_tui.cluster.model.node import Node
from raymon_tui.cluster.monitor import METRICS
from raymon_tui.cluster.snapshot import Snapshot
from raymon_tui.tui.charts.chart_panel import ChartPanel
from raymon_tui.tui.charts.wall import ChartWall
from raymon_tui.tui.screens.chart_screen import ChartScreen
from raymon_tui.tui.screens.cluster_screen import ClusterScreen
from raymon_tui.tui.session import Session
from raymon_tui.widgets.content import Piece, plain
from raymon_tui.widgets.lines import Lines
from raymon_tui.widgets.table.column import Moment


class NodeChartsScreen(ClusterScreen):
    """A wall of what one node's agent tells."""

    DEFAULT_CSS = """
    NodeChartsScreen > #title, NodeChartsScreen > #place { height: 1; width: 1fr; padding: 0 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,backspace", "app.pop_screen", "back")]

    def __init__(self, session: Session, node: Node) -> None:
        super().__init__(session)
        self._node = node

    def feeds(self) -> tuple[Feed[Any], ...]:
        """Return the nodes, of which a dead one is scraped no more."""
        return (NODES,)

    @property
    def draws_metrics(self) -> bool:
        """What the agent says is all there is here."""
        return True

    def compose_above(self) -> ComposeResult:
        """Yield the title line."""
        yield Lines(id="title")

    def compose_body(self) -> ComposeResult:
        """Yield the wall, and what it lacks."""
        yield ChartWall(
            CHARTS,
            lambda: self.session.charts,
            self.session.now,
            target=self._node.node_id,
            ascii_only=self.session.options.ascii_only,
        )
        yield Lines(id="place")

    def on_mount(self) -> None:
        """Give the first chart the keyboard."""
        super().on_mount()
        self.call_after_refresh(self.query_one(ChartWall).take_focus)

    def show(self, snapshot: Snapshot, changed: frozenset[str], moment: Moment) -> None:
        """Draw anew after a round of scrapes."""
        name = plain(self._node.hostname or self._node.ip or self._node.node_id, 60)
        self.query_one("#title", Lines).show(((Piece("Charts of ", "dim"), Piece(name, "ink", bold=True)),))
        wall = self.query_one(ChartWall)
        if METRICS in changed or len(changed) > 1:
            wall.draw()
        self.query_one("#place", Lines).show((self._standing(wall),))

    def _standing(self, wall: ChartWall) -> tuple[Piece, ...]:
        state = self.session.monitor.metrics.states.get(self._node.node_id)
        if state is None:
            return (Piece("this node has no metrics agent that is known, or is gone", "warning"),)
        if state.state not in (None, "ok"):
            return (Piece(f"its agent is {state.state}: {plain(state.said, 200)}", "bad"),)
        return (Piece(wall.window.words, "ink", bold=True), Piece(f"  agent at {state.target.endpoint}", "dim"))

    @on(ChartPanel.Opened)
    def open_chart(self, message: ChartPanel.Opened) -> None:
        """Show one chart alone."""
        message.stop()
        window = self.query_one(ChartWall).window
        self.app.push_screen(ChartScreen(self.session, message.chart, window, target=self._node.node_id))
