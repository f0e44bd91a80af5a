"""The charts of one node."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from raymon_tui.cluster.feeds.catalogue import NODES
from raymon_tui.cluster.feeds.feed import Feed
from raymon_tui.cluster.findings.wording import node_name
from raymon_tui.cluster.metrics.charts import CHARTS
from raymon_tui.cluster.model.node import Node
from raymon_tui.cluster.monitor import METRICS
from raymon_tui.cluster.snapshot import Snapshot
from raymon_tui.tui.charts.chart_panel import ChartPanel
from raymon_tui.tui.charts.standing import empty_parts
from raymon_tui.tui.charts.wall import ChartWall
from raymon_tui.tui.chrome.arrange import Part, arrange
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
        name = plain(node_name(self._node), 60)
        self.query_one("#title", Lines).show(((Piece("Charts of ", "dim"), Piece(name, "ink", bold=True)),))
        wall = self.query_one(ChartWall)
        if METRICS in changed or len(changed) > 1:
            wall.freshen()
        parts = [*self._standing(wall), *empty_parts(wall.empty)]
        self.query_one("#place", Lines).show((arrange(parts, (), max(10, self.size.width - 2)),))

    def _standing(self, wall: ChartWall) -> Iterator[Part]:
        """Yield how the node's agent is, unless a server is asked in its place."""
        charts, state = self.session.charts, self.session.monitor.metrics.states.get(self._node.node_id)
        yield Part((Piece(wall.window.words, "ink", bold=True),))
        if charts.is_large:
            yield Part((Piece(f"asked of {plain(charts.title, 60)}", "dim"),), 1)
        elif state is None:
            yield Part((Piece("this node has no metrics agent that is known, or is gone", "warning"),), 1)
        elif state.state not in (None, "ok"):
            yield Part((Piece(f"its agent is {state.state}: {plain(state.said, 200)}", "bad"),), 1)
        else:
            yield Part((Piece(f"agent at {state.target.endpoint}", "dim"),), 1)

    @on(ChartPanel.Opened)
    def open_chart(self, message: ChartPanel.Opened) -> None:
        """Show one chart alone."""
        message.stop()
        window = self.query_one(ChartWall).window
        self.app.push_screen(ChartScreen(self.session, message.chart, window, target=self._node.node_id))
