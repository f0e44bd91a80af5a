"""One chart alone: a cursor that tells values, any stretch of time, a line a node."""

from __future__ import annotations

from typing import Any, ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll

from raymon_tui.backends.errors import RaymonError
from raymon_tui.cluster.feeds.catalogue import NODES
from raymon_tui.cluster.feeds.feed import Feed
from raymon_tui.cluster.metrics.charts import Chart
from raymon_tui.cluster.monitor import METRICS
from raymon_tui.cluster.snapshot import Snapshot
from raymon_tui.tui.charts.best_source import titles
from raymon_tui.tui.charts.chart_panel import ChartPanel
from raymon_tui.tui.charts.pictures import drawn_of, not_answered, picture_of
from raymon_tui.tui.charts.time_keys import TIME_KEYS, place_parts
from raymon_tui.tui.charts.wall import copy_points
from raymon_tui.tui.charts.window import Window
from raymon_tui.tui.chrome.arrange import arrange
from raymon_tui.tui.screens.cluster_screen import ClusterScreen
from raymon_tui.tui.session import Session
from raymon_tui.widgets.lines import Lines
from raymon_tui.widgets.table.column import Moment

GROUP = "chart"
"""The workers that draw it: whoever is asked may be slower than new values come."""


class ChartScreen(ClusterScreen):
    """A chart that fills the screen."""

    DEFAULT_CSS = """
    ChartScreen > VerticalScroll { height: 1fr; width: 1fr; }
    ChartScreen ChartPanel { height: 1fr; width: 1fr; }
    ChartScreen > #place { height: 1; width: 1fr; padding: 0 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        *TIME_KEYS,
        Binding("n", "by_node", "by node"),
        Binding("c", "copy", "copy as CSV"),
    ]

    def __init__(
        self, session: Session, chart: Chart, window: Window, *, by_node: bool = False, target: str | None = None
    ) -> None:
        super().__init__(session)
        self._chart = chart
        self._window = window
        self._by_node = by_node
        self._target = target
        self._cursor_at: float | None = None

    def feeds(self) -> tuple[Feed[Any], ...]:
        """Return the nodes, whose names the lines bear."""
        return (NODES,)

    def compose_body(self) -> ComposeResult:
        """Yield the chart and the line that says where the cursor is."""
        with VerticalScroll(can_focus=False):
            yield ChartPanel(self._chart)
        yield Lines(id="place")

    @property
    def panel(self) -> ChartPanel:
        """The chart."""
        return self.query_one(ChartPanel)

    def on_mount(self) -> None:
        """Give the chart the keyboard."""
        super().on_mount()
        self.set_focus(self.panel)
        self.call_after_refresh(self.draw)

    def on_resize(self) -> None:
        """Fit the chart to its new room."""
        super().on_resize()
        self.call_after_refresh(self.draw)

    @property
    def draws_metrics(self) -> bool:
        """What exporters say is all there is here."""
        return True

    def show(self, snapshot: Snapshot, changed: frozenset[str], moment: Moment) -> None:
        """Draw anew after a round of scrapes."""
        drawing = any(one.group == GROUP and one.node is self and one.is_running for one in self.workers)
        if (METRICS in changed or len(changed) > 1) and not drawing:
            self.draw()

    @work(exclusive=True, group=GROUP)
    async def draw(self) -> None:
        """Ask for the values and draw them."""
        now = self.session.now()
        end = self._window.until(now)
        start, panel = end - self._window.span_s, self.panel
        drawn = drawn_of(self._chart, by_node=self._by_node)
        measures = [one.measure for one in drawn]
        answered = None
        try:
            answered = await self.session.charts.ask(measures, start, end, panel.steps, target=self._target)
            picture = picture_of(self._chart, drawn, answered, titles(self.session.monitor), self._cursor_at)
        except RaymonError as failure:
            picture = not_answered(self._chart, failure, start, end)
        panel.show(picture, answered, now, ascii_only=self.session.options.ascii_only)
        self._say_place(start, end)

    def _say_place(self, start: float, end: float) -> None:
        parts = place_parts(self._window, start, end, self._cursor_at)
        self.query_one("#place", Lines).show((arrange(parts, (), max(10, self.size.width - 2)),))

    def action_back(self) -> None:
        """Take the cursor away first, and go back then."""
        if self._cursor_at is None:
            self.app.pop_screen()
        else:
            self._cursor_at = None
            self.draw()

    def action_cursor(self, steps: int) -> None:
        """Move the cursor by cells; it comes in at the right edge."""
        now = self.session.now()
        end = self._window.until(now)
        cell_s = self._window.span_s / max(1, self.panel.steps // 2)
        before = end if self._cursor_at is None else self._cursor_at
        self._cursor_at = max(end - self._window.span_s, min(end, before + steps * cell_s))
        self.draw()

    def action_span(self, steps: int) -> None:
        """Show more or less time, around the cursor where there is one."""
        now = self.session.now()
        at = self._cursor_at
        self._window = self._window.longer(steps) if at is None else self._window.around(at, steps, now)
        self.draw()

    def action_pan(self, directions: int) -> None:
        """Go to an earlier or a later stretch of time."""
        self._window = self._window.panned(directions, self.session.now())
        self.draw()

    def action_by_node(self) -> None:
        """Draw a line a node, or the cluster."""
        self._by_node = not self._by_node
        self.draw()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer no line a node where there is but one node."""
        if action == "by_node" and self._target is not None:
            return False
        return super().check_action(action, parameters)

    def action_copy(self) -> None:
        """Copy the points as CSV (OSC 52)."""
        if self.panel.picture is not None:
            copy_points(self.panel, self.panel.picture)
