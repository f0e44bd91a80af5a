"""All clusters that were named: one row each, and behind each row the whole monitor."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.screen import Screen

from raymon_tui.tui.chrome.arrange import Part, arrange
from raymon_tui.tui.chrome.footer import footer_line
from raymon_tui.tui.clusters import WatchedCluster
from raymon_tui.tui.panes.filter_bar import FilterBar
from raymon_tui.tui.panes.filtered_table import FilteredTable
from raymon_tui.tui.resources.clusters import COLUMNS, LINK_MARKS, ClusterRow
from raymon_tui.widgets.content import Content, Piece
from raymon_tui.widgets.lines import Lines
from raymon_tui.widgets.numbers import count
from raymon_tui.widgets.states import glyph
from raymon_tui.widgets.table.column import Moment
from raymon_tui.widgets.table.live_table import LiveTable


class ClustersScreen(Screen[None], FilteredTable[ClusterRow]):
    """A live table of clusters; Enter opens one."""

    DEFAULT_CSS = """
    ClustersScreen { layout: vertical; background: $background; }
    ClustersScreen > Lines { height: 1; width: 1fr; padding: 0 1; }
    ClustersScreen > LiveTable { height: 1fr; width: 1fr; padding: 0 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "filter", "filter"),
        Binding("escape", "clear_filter", "clear filter", show=False),
        Binding("s", "sort_next", "sort"),
        Binding("S", "sort_reverse", "reverse", show=False),
        Binding("w", "wide", "wide", show=False),
        Binding("c", "copy", "copy target", show=False),
    ]

    class Chosen(Message):
        """The user wants to see one of the clusters."""

        def __init__(self, cluster: WatchedCluster) -> None:
            super().__init__()
            self.cluster = cluster

    def __init__(self, clusters: Sequence[WatchedCluster], *, ascii_only: bool = False) -> None:
        super().__init__()
        self._clusters = tuple(clusters)
        self._ascii_only = ascii_only

    def compose(self) -> ComposeResult:
        """Yield the table between what stands above and below it."""
        yield Lines(id="header")
        yield FilterBar()
        yield LiveTable(COLUMNS, key=lambda row: row.title)
        yield Lines(id="footer")

    def copied(self, row: ClusterRow) -> str:
        """Return the target that the user named."""
        return row.title

    def show_all(self) -> None:
        """Draw what is known of every cluster."""
        if not self.query("#header"):
            return
        moment = Moment(now=time.time(), ascii_only=self._ascii_only)
        rows = [ClusterRow(one.title, one.snapshot, one.failure) for one in self._clusters]
        with self.app.batch_update():
            self.query_one("#header", Lines).show((_header(rows, moment, self._width),))
            self.table.set_rows(rows, moment)
            bindings = [active.binding for active in self.active_bindings.values() if active.enabled]
            footer = footer_line(bindings, self._width, ascii_only=self._ascii_only)
            self.query_one("#footer", Lines).show((footer,))

    @property
    def _width(self) -> int:
        return max(1, self.app.size.width - 2)

    @on(events.ScreenResume)
    def wake(self) -> None:
        """Draw anew, and have the keyboard where the rows are."""
        for cluster in self._clusters:
            cluster.seen(seen=True)
        self.focus_table()
        self.call_after_refresh(self.show_all)

    def on_resize(self) -> None:
        """Fit the lines to the new size."""
        self.call_after_refresh(self.show_all)

    @on(LiveTable.Selected)
    def choose(self, message: LiveTable.Selected[ClusterRow]) -> None:
        """Say which cluster was chosen; the others are asked less while it is seen."""
        message.stop()
        chosen = next(one for one in self._clusters if one.title == message.row.title)
        for cluster in self._clusters:
            cluster.seen(seen=cluster is chosen)
        self.post_message(self.Chosen(chosen))


def _header(rows: Sequence[ClusterRow], moment: Moment, width: int) -> Content:
    left = [Part((Piece("raymon-tui", "ink", bold=True), Piece(f"  {count(len(rows))} clusters", "dim")))]
    for state, mark in LINK_MARKS.items():
        number = sum(1 for row in rows if row.state == state)
        if number:
            left.append(Part((glyph(mark, ascii_only=moment.ascii_only), Piece(f" {number} {state}", "dim")), 1))
    clock = time.strftime("%H:%M:%S", time.localtime(moment.now))
    return arrange(left, [Part((Piece(clock, "dim"),), 2)], width)
