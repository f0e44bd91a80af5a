"""Autoscaler: what there is of each node type, what is being made, what waits and why."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll

from raymon_tui.cluster.feeds.catalogue import AUTOSCALER, EVENTS, NODES
from raymon_tui.cluster.feeds.feed import Feed
from raymon_tui.cluster.model.autoscaler import AutoscalerStatus
from raymon_tui.cluster.snapshot import Snapshot
from raymon_tui.tui.chrome.arrange import arrange
from raymon_tui.tui.panes.overview.picture_panel import PicturePanel
from raymon_tui.tui.panes.overview.trends import span_words
from raymon_tui.tui.panes.pane import Pane
from raymon_tui.tui.panes.standing import standing_of
from raymon_tui.tui.resources import autoscaler
from raymon_tui.tui.resources.kept_nodes import idle_lines
from raymon_tui.tui.screens.detail_screen import DetailScreen
from raymon_tui.tui.screens.document import Section
from raymon_tui.widgets.content import Content, Piece, plain
from raymon_tui.widgets.lines import Lines
from raymon_tui.widgets.table.column import Moment

FRAME_LINES, CHART_LINES, MOST_CHART_LINES = 2, 8, 16
NARROW = 110


class AutoscalerPane(Pane):
    """Node types, demands and launches, with the chart of demand against capacity beside them where there is room."""

    DEFAULT_CSS = """
    AutoscalerPane > VerticalScroll { height: 1fr; width: 1fr; scrollbar-size-vertical: 1; }
    AutoscalerPane > .standing { height: 1; width: 1fr; padding: 0 1; }
    AutoscalerPane Horizontal { height: auto; width: 1fr; }
    AutoscalerPane PicturePanel { width: 1fr; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j,down", "scroll(1)", "down", show=False),
        Binding("k,up", "scroll(-1)", "up", show=False),
        Binding("ctrl+f,pagedown", "scroll_page(1)", "page down", show=False),
        Binding("ctrl+b,pageup", "scroll_page(-1)", "page up", show=False),
        Binding("g,home", "scroll_to_end(False)", "top", show=False),
        Binding("G,end", "scroll_to_end(True)", "bottom", show=False),
        Binding("y", "raw", "status as text"),
    ]

    pane_id: ClassVar[str] = "autoscaler"

    def feeds(self) -> tuple[Feed[Any], ...]:
        """Return the autoscaler's status, and what explains it."""
        return (AUTOSCALER, NODES, EVENTS)

    def compose(self) -> ComposeResult:
        """Yield the panels, two beside each other where there is room."""
        with VerticalScroll(can_focus=True):
            yield from self.compose_first()
            yield PicturePanel("Wanted", "autoscaler", id="wanted")
            with Horizontal():
                yield PicturePanel("Node types", "nodes", id="types")
                yield PicturePanel("Demand and capacity", "autoscaler", id="capacity")
            with Horizontal():
                yield PicturePanel("Launching and failed", "autoscaler", id="launches")
                yield PicturePanel("Nodes that do nothing", "nodes", id="idle")
            yield PicturePanel("Autoscaler events", "events", id="events")
        yield Lines(classes="standing")

    def compose_first(self) -> ComposeResult:
        """Yield what stands above all other panels."""
        yield from ()

    def show(self, snapshot: Snapshot, changed: frozenset[str], moment: Moment) -> None:
        """Draw every panel as high as what it holds; where only time has passed, what counts it."""
        reading = snapshot.reading(AUTOSCALER)
        parts = standing_of(reading, moment)
        self.query_one(".standing", Lines).show((arrange(parts, (), max(10, self.size.width - 2)),))
        if reading.value is None:
            said = "asking the cluster…" if reading.error is None else plain(reading.error.said)
            self.fill("wanted", ((Piece(said, "dim"),),))
            return
        known = snapshot.value(EVENTS)
        events = autoscaler.event_lines(known or (), moment, self.width)
        if changed:
            self._draw_status(snapshot, reading.value, moment, len(events))
        history = self.session.monitor.history
        draw = partial(autoscaler.capacity_chart, history, moment)
        self._panel("capacity").show(draw, span=span_words(history, moment))
        self.fill("events", events)

    def _draw_status(self, snapshot: Snapshot, status: AutoscalerStatus, moment: Moment, events: int) -> None:
        wide = self.size.width >= NARROW
        for pair in self.query(Horizontal):
            pair.styles.layout = "horizontal" if wide else "vertical"
        half = max(20, self.size.width // 2 - 4) if wide else self.width
        wanted = autoscaler.demand_lines(snapshot, status, moment, self.width)
        self.fill("wanted", wanted)
        types = autoscaler.type_lines(status, moment, half)
        launches = autoscaler.trouble_lines(status, moment, half)
        nodes = snapshot.value(NODES)
        idle = idle_lines(nodes or (), status, moment, half)
        together = max(len(launches), len(idle)) if wide else 1
        others = len(wanted) + together + events + 4 * FRAME_LINES + 1
        chart = max(CHART_LINES, min(MOST_CHART_LINES, self.size.height - others), len(types)) if wide else CHART_LINES
        self.fill("types", types, least=chart if wide else 1)
        self._panel("capacity").styles.height = chart + FRAME_LINES
        self.fill("launches", launches, least=together)
        self.fill("idle", idle, least=together)

    @property
    def width(self) -> int:
        """How many cells a line has in a panel of full width."""
        return max(20, self.size.width - 4)

    def _panel(self, panel_id: str) -> PicturePanel:
        return self.query_one(f"#{panel_id}", PicturePanel)

    def fill(self, panel_id: str, lines: tuple[Content, ...], least: int = 1) -> None:
        """Draw lines in a panel, which becomes as high as they are."""
        panel = self._panel(panel_id)
        panel.styles.height = max(least, len(lines)) + FRAME_LINES
        panel.show(lambda _width, _height: lines)

    def take_focus(self) -> None:
        """Give the keyboard to the scroll."""
        self.screen.set_focus(self._page, scroll_visible=False)

    @property
    def _page(self) -> VerticalScroll:
        return self.query_one(VerticalScroll)

    def action_scroll(self, lines: int) -> None:
        """Scroll by lines."""
        self._page.scroll_relative(y=lines, animate=False)

    def action_scroll_page(self, pages: int) -> None:
        """Scroll by pages."""
        self._page.scroll_relative(y=pages * max(1, self._page.size.height - 2), animate=False)

    def action_scroll_to_end(self, bottom: bool) -> None:
        """Scroll to the first line, or to the last."""
        if bottom:
            self._page.scroll_end(animate=False)
        else:
            self._page.scroll_home(animate=False)

    def action_raw(self) -> None:
        """Show the status as `ray status` prints it, and keep it up to date."""
        title = (Piece("ray status", "ink", bold=True), Piece("  as Ray prints it", "dim"))
        screen = DetailScreen(self.session, title, (AUTOSCALER,), _as_printed, raw_path="/api/cluster_status")
        self.app.push_screen(screen)


def _as_printed(snapshot: Snapshot, _moment: Moment) -> Sequence[Section] | None:
    status = snapshot.value(AUTOSCALER)
    return None if status is None else (Section("", text=status.text or "Ray prints nothing."),)
