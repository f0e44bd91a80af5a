"""One node in full: what it is and has, above its processes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from msgspec import structs
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll

from raymon_tui.cluster.feeds.catalogue import NODES
from raymon_tui.cluster.feeds.feed import Feed
from raymon_tui.cluster.feeds.parametrised import node_feed
from raymon_tui.cluster.model.node import Node, WorkerProcess
from raymon_tui.cluster.snapshot import Snapshot
from raymon_tui.tui.resources.nodes import WORKER_COLUMNS, sections
from raymon_tui.tui.screens.detail_screen import DetailScreen
from raymon_tui.tui.screens.document import Section
from raymon_tui.tui.screens.node_charts_screen import NodeChartsScreen
from raymon_tui.tui.session import Session
from raymon_tui.widgets.content import Piece, plain
from raymon_tui.widgets.table.column import Moment
from raymon_tui.widgets.table.live_table import LiveTable

GONE = Section("", text="This cluster does not know the node any more. What it last said of it:", role="warning")


class NodeScreen(DetailScreen):
    """A node: its page, and the table of its processes. Tab goes from one to the other."""

    DEFAULT_CSS = """
    NodeScreen > VerticalScroll { height: 3fr; }
    NodeScreen > LiveTable { height: 2fr; width: 1fr; padding: 1 2 0 2; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("m", "charts", "charts"),
        Binding("s", "sort_next", "sort processes"),
        Binding("S", "sort_reverse", "reverse", show=False),
        Binding("tab", "app.focus_next", "page / processes", show=False),
    ]

    def __init__(self, session: Session, node: Node) -> None:
        title = (Piece("Node ", "dim"), Piece(plain(node.ip or node.node_id, 60), "ink", bold=True))
        self._feed = node_feed(node.node_id)
        super().__init__(session, title, (self._feed,), self.describe_node)
        self.node = node

    def feeds(self) -> tuple[Feed[Any], ...]:
        """Return the feed of this node."""
        return (self._feed, NODES)

    def describe_node(self, snapshot: Snapshot, moment: Moment) -> Sequence[Section]:
        """Return the node in full, as it was last known."""
        detail = snapshot.value(self._feed)
        if detail is not None and detail.node is not None:
            self.node = detail.node
        listed = next((node for node in snapshot.value(NODES) or () if node.node_id == self.node.node_id), None)
        if listed is not None:
            # What is used stands in the list of nodes alone.
            self.node = structs.replace(self.node, resources_used=listed.resources_used)
        found = sections(self.node, moment)
        return found if detail is None or detail.node is not None else (GONE, *found)

    def compose_body(self) -> ComposeResult:
        """Yield the page and the processes."""
        yield from super().compose_body()
        yield LiveTable(WORKER_COLUMNS, key=_process_key, empty="asking the node…", opens=False)

    def show(self, snapshot: Snapshot, changed: frozenset[str], moment: Moment) -> None:
        """Write the page and the processes anew."""
        super().show(snapshot, changed, moment)
        table: LiveTable[WorkerProcess] = self.query_one(LiveTable)
        reading = snapshot.reading(self._feed)
        if reading.value is None:
            table.empty = "asking the node…" if reading.error is None else plain(reading.error.said)
            return
        table.empty = "no process: the node is gone, or its agent has not reported yet"
        table.set_rows(reading.value.workers, moment)

    def on_mount(self) -> None:
        """Let the keys move the page first."""
        super().on_mount()
        self.query_one(VerticalScroll).focus()

    def action_charts(self) -> None:
        """Show what the node's agent told over time."""
        self.app.push_screen(NodeChartsScreen(self.session, self.node))

    def action_sort_next(self) -> None:
        """Sort the processes by the next column."""
        self.query_one(LiveTable).action_sort_next()

    def action_sort_reverse(self) -> None:
        """Turn the order round."""
        self.query_one(LiveTable).action_sort_reverse()


def _process_key(process: WorkerProcess) -> str:
    return str(process.pid)
