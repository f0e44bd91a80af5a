"""Many charts side by side, of which those in sight are asked for and drawn, one after the other."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar

from anyio.lowlevel import checkpoint
from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Grid, VerticalScroll

from raymon_tui.backends.errors import RaymonError
from raymon_tui.cluster.metrics.charts import Chart
from raymon_tui.tui.charts.chart_panel import ChartPanel
from raymon_tui.tui.charts.pictures import as_table, drawn_of, not_answered, picture_of
from raymon_tui.tui.charts.source import ChartSource
from raymon_tui.tui.charts.window import Window, usual_window
from raymon_tui.tui.saving import as_csv
from raymon_tui.widgets.curves import Picture, label_cells

GROUP = "wall"
LEAST_CELLS = 38
"""How wide a chart is at least."""


class ChartWall(VerticalScroll):
    """Charts in as many columns as there is room for. Those without any value are hidden once that is known."""

    DEFAULT_CSS = """
    ChartWall { width: 1fr; height: 1fr; scrollbar-size-vertical: 1; }
    ChartWall > Grid { width: 1fr; height: auto; grid-rows: 10; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("h,left", "move(-1)", "left", show=False),
        Binding("l,right", "move(1)", "right", show=False),
        Binding("k,up", "move_line(-1)", "up", show=False),
        Binding("j,down", "move_line(1)", "down", show=False),
        Binding("g,home", "end(0)", "first", show=False),
        Binding("G,end", "end(-1)", "last", show=False),
        Binding("ctrl+f,pagedown", "page(1)", "page down", show=False),
        Binding("ctrl+b,pageup", "page(-1)", "page up", show=False),
        Binding("enter", "open", "open"),
        Binding("comma", "span(-1)", "shorter"),
        Binding("full_stop", "span(1)", "longer"),
        Binding("n", "by_node", "by node"),
        Binding("c", "copy", "copy as CSV", show=False),
    ]

    def __init__(
        self,
        charts: Sequence[Chart],
        source: Callable[[], ChartSource],
        now: Callable[[], float],
        *,
        target: str | None = None,
        ascii_only: bool = False,
    ) -> None:
        super().__init__(can_focus=False)
        self._charts = tuple(charts)
        self._source = source
        self._now = now
        self._target = target
        self._ascii_only = ascii_only
        self._chosen: Window | None = None
        self._moved = False
        self.by_node = False
        self.nodes: Mapping[str, str] = {}
        self.empty: tuple[Chart, ...] = ()

    def compose(self) -> ComposeResult:
        """Yield a panel for each chart."""
        with Grid():
            for chart in self._charts:
                yield ChartPanel(chart)

    @property
    def window(self) -> Window:
        """The time that is shown."""
        return self._chosen or usual_window(self._source().since, self._now())

    @property
    def panels(self) -> list[ChartPanel]:
        """The charts that are not hidden."""
        return [panel for panel in self.query(ChartPanel) if panel.display]

    @property
    def columns(self) -> int:
        """How many charts stand side by side."""
        return max(1, self.size.width // LEAST_CELLS)

    @property
    def current(self) -> ChartPanel | None:
        """The chart that has the keyboard."""
        return next((panel for panel in self.panels if panel.has_focus), None)

    def on_resize(self) -> None:
        """Put as many side by side as there is room for."""
        self.query_one(Grid).styles.grid_size_columns = self.columns
        for panel in self.query(ChartPanel):
            panel.margin = 0
        self.call_after_refresh(self.draw)

    def on_mount(self) -> None:
        """Draw charts that come into sight."""
        self.watch(self, "scroll_y", self._scrolled, init=False)

    def _scrolled(self) -> None:
        self.draw()

    def take_focus(self) -> None:
        """Give the keyboard to the first chart, unless the user chose one; while there is no chart, to the wall itself.

        The keys of a pane count only while something in it has the keyboard.
        """
        self.can_focus = not self.panels
        if self.current is None or not self._moved:
            self.screen.set_focus(self.panels[0] if self.panels else self, scroll_visible=False)

    def freshen(self) -> None:
        """Draw what came since, unless that is being done: whoever is asked may be slower than new values come."""
        if not any(worker.group == GROUP and worker.node is self and worker.is_running for worker in self.workers):
            self.draw()

    @work(exclusive=True, group=GROUP)
    async def draw(self) -> None:
        """Ask for and draw what is in sight; others, until it is known whether they are empty."""
        now = self._now()
        end = self.window.until(now)
        for panel in tuple(self.query(ChartPanel)):
            if panel.display and panel.picture is not None and not self._in_sight(panel):
                continue
            await self._draw_one(panel, end, now)
            await checkpoint()
        self._align()
        self.empty = tuple(panel.chart for panel in self.query(ChartPanel) if not panel.display)

    async def _draw_one(self, panel: ChartPanel, end: float, now: float) -> None:
        chart, start = panel.chart, end - self.window.span_s
        drawn = drawn_of(chart, by_node=self.by_node or (self._target is not None and chart.id.startswith("gpu")))
        measures = [one.measure for one in drawn]
        try:
            answered = await self._source().ask(measures, start, end, panel.steps, target=self._target)
        except RaymonError as failure:
            panel.show(not_answered(chart, failure, start, end), None, now, ascii_only=self._ascii_only)
            return
        picture = picture_of(chart, drawn, answered, self.nodes)
        known = bool(picture.curves)
        if panel.display != known and (known or panel.picture is None or not panel.picture.curves):
            panel.display = known
            self._keep_keyboard()
        panel.show(picture, answered, now, ascii_only=self._ascii_only)

    def _align(self) -> None:
        """Have the charts of a column begin at the same place: it only moves to the right, so that nothing jitters."""
        panels = self.panels
        for column in range(self.columns):
            together = panels[column :: self.columns]
            widths = (0 if one.picture is None else label_cells(one.picture) for one in together)
            margin = max((*widths, *(one.margin for one in together)), default=0)
            for one in together:
                one.align(margin)

    def _keep_keyboard(self) -> None:
        """Pass the keyboard on where the chart that had it is hidden, and to the first chart that comes."""
        if self.is_on_screen and (self.screen.focused is None or self.has_focus_within):
            self.take_focus()

    def on_click(self) -> None:
        """Leave the keyboard where the mouse put it."""
        self._moved = True

    def _in_sight(self, panel: ChartPanel) -> bool:
        return panel.region.overlaps(self.region)

    def action_move(self, step: int) -> None:
        """Go to the chart so many places further."""
        panels = self.panels
        if not panels:
            return
        self._moved = True
        current = self.current
        place = 0 if current is None else panels.index(current) + step
        if 0 <= place < len(panels):
            self.screen.set_focus(panels[place])

    def action_move_line(self, lines: int) -> None:
        """Go to the chart above or below."""
        self.action_move(lines * self.columns)

    def action_end(self, place: int) -> None:
        """Go to the first or the last chart."""
        if panels := self.panels:
            self._moved = True
            self.screen.set_focus(panels[place])

    def action_page(self, pages: int) -> None:
        """Go so many times as many charts further as there is room for at once."""
        panels = self.panels
        if panels:
            lines = max(1, self.size.height // max(1, panels[0].outer_size.height))
            current = self.current
            place = 0 if current is None else panels.index(current)
            last = (len(panels) - 1) // self.columns
            line = max(0, min(last, place // self.columns + pages * lines))
            self._moved = True
            self.screen.set_focus(panels[min(len(panels) - 1, line * self.columns + place % self.columns)])

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer no line a node where there is but one node."""
        if action == "by_node" and self._target is not None:
            return False
        return super().check_action(action, parameters)

    def action_span(self, steps: int) -> None:
        """Show more or less time."""
        self._chosen = self.window.longer(steps)
        self.draw()

    def action_by_node(self) -> None:
        """Draw a line a node, or the cluster."""
        self.by_node = not self.by_node
        self.draw()

    def action_open(self) -> None:
        """Open the chart that has the keyboard."""
        if self.current is not None:
            self.post_message(ChartPanel.Opened(self.current.chart))

    def action_copy(self) -> None:
        """Copy the points of the chart that has the keyboard (OSC 52)."""
        if self.current is not None and self.current.picture is not None:
            copy_points(self, self.current.picture)


def copy_points(widget: VerticalScroll | ChartPanel, picture: Picture) -> None:
    """Copy the points of a picture to the terminal's clipboard as CSV, and say so."""
    headings, rows = as_table(picture)
    widget.app.copy_to_clipboard(as_csv(headings, rows))
    widget.app.notify(f"copied {len(rows)} points of {len(picture.curves)} lines as CSV", markup=False, timeout=2)
