"""Autoscaler: what there is of each node type, what is being made, what waits and why."""

from __future__ import annotations

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
from raymon_tui.tui.panes.pane import Pane
from raymon_tui.tui.panes.standing import standing_of
from raymon_tui.tui.resources import autoscaler
from raymon_tui.tui.screens.raw_screen import RawScreen
from raymon_tui.widgets.content import Content, Piece, plain
from raymon_tui.widgets.lines import Lines
from raymon_tui.widgets.table.column import Moment

FRAME_LINES = 2
NARROW = 110


class AutoscalerPane(Pane):
    """Node types, demands and launches, with the chart of demand against capacity beside them where there is room."""

    DEFAULT_CSS = """
    AutoscalerPane > VerticalScroll { height: 1fr; width: 1fr; scrollbar-size-vertical: 1; }
    AutoscalerPane > .standing { height: 1; width: 1fr; padding: 0 1; }
    AutoscalerPane Horizontal { height: auto; width: 1fr; }
    AutoscalerPane PicturePanel { width: 1fr; }
    AutoscalerPane.-narrow Horizontal { layout: vertical; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j,down", "scroll(1)", "down", show=False),
        Binding("k,up", "scroll(-1)", "up", show=False),
        Binding("y", "raw", "status as text"),
    ]

    pane_id: ClassVar[str] = "autoscaler"
    title: ClassVar[str] = "Autoscaler"
    short_title: ClassVar[str] = "Scale"
    hotkey: ClassVar[str] = "3"

    def feeds(self) -> tuple[Feed[Any], ...]:
        """Return the autoscaler's status, and what explains it."""
        return (AUTOSCALER, NODES, EVENTS)

    def compose(self) -> ComposeResult:
        """Yield the panels, two beside each other where there is room."""
        with VerticalScroll(can_focus=True):
            yield PicturePanel("Wanted", "autoscaler", id="wanted")
            with Horizontal():
                yield PicturePanel("Node types", "nodes", id="types")
                yield PicturePanel("Demand and capacity, 15 min", "autoscaler", id="capacity")
            with Horizontal():
                yield PicturePanel("Launching and failed", "autoscaler", id="launches")
                yield PicturePanel("Idle nodes", "nodes", id="idle")
            yield PicturePanel("Autoscaler events", "events", id="events")
        yield Lines(classes="standing")

    def show(self, snapshot: Snapshot, changed: frozenset[str], moment: Moment) -> None:
        """Draw every panel as high as what it holds."""
        reading = snapshot.reading(AUTOSCALER)
        status = reading.value or AutoscalerStatus()
        width = max(20, self.size.width - 4)
        half = width if self.has_class("-narrow") else max(20, self.size.width // 2 - 4)
        wanted = self._told(reading.value, autoscaler.demand_lines(snapshot, status, moment, width))
        self._fill("wanted", wanted)
        types = self._told(reading.value, autoscaler.type_lines(status, moment, half))
        self._fill("types", types, least=8)
        self._panel("capacity").styles.height = max(8, len(types)) + FRAME_LINES
        self._panel("capacity").show(partial(autoscaler.capacity_chart, self.session.monitor.history, moment))
        nodes, events = snapshot.value(NODES), snapshot.value(EVENTS)
        launches = autoscaler.trouble_lines(status, moment, half)
        idle = autoscaler.idle_lines(nodes or (), moment, half)
        together = max(len(launches), len(idle))
        self._fill("launches", launches, least=together)
        self._fill("idle", idle, least=together)
        self._fill("events", autoscaler.event_lines(events or (), moment, width))
        parts = standing_of(reading, moment)
        self.query_one(".standing", Lines).show((arrange(parts, (), width),))

    def _told(self, status: AutoscalerStatus | None, lines: tuple[Content, ...]) -> tuple[Content, ...]:
        if status is None:
            error = self.session.monitor.snapshot.reading(AUTOSCALER).error
            return ((Piece("asking the cluster…" if error is None else plain(error.said), "dim"),),)
        if status.version is None and not status.node_types:
            return ((Piece(autoscaler.NO_AUTOSCALER, "dim"),),)
        return lines

    def _panel(self, panel_id: str) -> PicturePanel:
        return self.query_one(f"#{panel_id}", PicturePanel)

    def _fill(self, panel_id: str, lines: tuple[Content, ...], least: int = 1) -> None:
        panel = self._panel(panel_id)
        panel.styles.height = max(least, len(lines)) + FRAME_LINES
        panel.show(lambda _width, _height: lines)

    def on_resize(self) -> None:
        """Put panels under each other where two have no room."""
        self.set_class(self.size.width < NARROW, "-narrow")

    def take_focus(self) -> None:
        """Give the keyboard to the scroll."""
        self.query_one(VerticalScroll).focus(scroll_visible=False)

    def action_scroll(self, lines: int) -> None:
        """Scroll by lines."""
        self.query_one(VerticalScroll).scroll_relative(y=lines, animate=False)

    def action_raw(self) -> None:
        """Show the status as `ray status` writes it."""
        self.app.push_screen(RawScreen(self.session, "/api/cluster_status?format=1"))
