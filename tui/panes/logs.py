"""Logs: all files of all nodes, newest first, those that hold nothing hidden."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from textual.binding import Binding, BindingType
from textual.screen import Screen

from raymon_tui.cluster.feeds.catalogue import NODES
from raymon_tui.cluster.feeds.feed import Feed
from raymon_tui.cluster.logs.agents import LogAgents
from raymon_tui.cluster.logs.directory import LogDirectory
from raymon_tui.cluster.model.log_file import LogFile
from raymon_tui.cluster.model.node import Node
from raymon_tui.cluster.model.page import Filter
from raymon_tui.cluster.snapshot import Snapshot
from raymon_tui.tui.chrome.arrange import Part, arrange
from raymon_tui.tui.panes.table_pane import TablePane
from raymon_tui.tui.resources import log_files
from raymon_tui.tui.screens.log_screen import LogScreen
from raymon_tui.tui.screens.log_search_screen import LogSearchScreen
from raymon_tui.tui.session import Session
from raymon_tui.widgets.content import Content, Piece, plain
from raymon_tui.widgets.numbers import count
from raymon_tui.widgets.table.column import Column, Moment


class LogsPane(TablePane[LogFile]):
    """A list of log files; Enter opens one at its end, and follows it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("F", "search", "search in all"),
        Binding("e", "empty_files", "empty files"),
    ]

    pane_id: ClassVar[str] = "logs"
    server_keys: ClassVar[frozenset[str]] = frozenset({"node"})

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._agents = LogAgents(session.backend)
        self._directory = LogDirectory(session.backend, self._agents, self._known_nodes)
        self._feed = Feed("log files", self._directory.ask, pace=5.0, rest=10.0, timeout_s=60.0)
        self._with_empty = False

    def _known_nodes(self) -> Sequence[Node]:
        return self.session.monitor.snapshot.value(NODES) or ()

    def _node(self, node_id: str) -> Node | None:
        return next((node for node in self._known_nodes() if node.node_id == node_id), None)

    def _address(self, node_id: str) -> str:
        node = self._node(node_id)
        return node_id if node is None else node.ip or node_id

    @property
    def columns(self) -> Sequence[Column[LogFile]]:
        """The columns of a file."""
        return log_files.columns(self._address)

    def main_feed(self) -> Feed[Any]:
        """Return the feed of the files."""
        return self._feed

    def feeds(self) -> tuple[Feed[Any], ...]:
        """Return the files, and the nodes that they lie on."""
        return (self._feed, NODES)

    def rows(self, snapshot: Snapshot) -> Sequence[LogFile] | None:
        """Return the files, without empty ones unless they are wanted."""
        listing = snapshot.value(self._feed)
        if listing is None:
            return None
        return [file for file in listing.files if self._with_empty or file.size != 0]

    def key(self, row: LogFile) -> str:
        """Return the node and the name."""
        return f"{row.node_id}/{row.name}"

    def empty(self, _snapshot: Snapshot) -> str:
        """Say what would make a file appear."""
        return "No node has written a log yet, or none matches; e shows empty files too."

    def summary(self, snapshot: Snapshot, moment: Moment, width: int) -> tuple[Content, ...]:
        """Return how many files there are, and what could not be listed or measured."""
        listing = snapshot.value(self._feed)
        if listing is None:
            return ()
        empty = sum(1 for file in listing.files if file.size == 0)
        shown = "shown" if self._with_empty else "hidden"
        left = [
            Part((Piece(count(len(listing.files) - empty), "ink", bold=True), Piece(" files", "dim"))),
            Part((Piece(f"{count(empty)} empty ones {shown} (e)", "dim"),), 4),
        ]
        mark = "! " if moment.ascii_only else "▲ "
        if listing.left_out:
            nodes = f"{count(listing.listed)} of {count(listing.listed + listing.left_out)} nodes"
            left.append(Part((Piece(f"{mark}{nodes} listed: /node=… chooses others", "warning"),), 1))
        if listing.failures:
            told = plain(listing.failures[0], 160)
            left.append(Part((Piece(mark + told, "warning"),), 2))
        return (arrange(left, (), width),)

    def detail(self, row: LogFile) -> Screen[None] | None:
        """Open the file at its end."""
        node = self._node(row.node_id)
        return None if node is None else LogScreen(self.session, node, row.name)

    def ask_server(self, conditions: tuple[Filter, ...]) -> None:
        """List only the nodes that `node=…` names."""
        self._directory.only(next((one.value for one in conditions if one.predicate == "="), ""))
        super().ask_server(conditions)
        self.session.monitor.refresh_now({self._feed.name})

    def action_empty_files(self) -> None:
        """Show empty files, or hide them."""
        self._with_empty = not self._with_empty
        self.redraw_rows()

    def action_search(self) -> None:
        """Look for a pattern in all the files that are listed."""
        nodes = {node.node_id: node for node in self._known_nodes()}
        files = [(nodes[file.node_id], file) for file in self.table.shown_rows if file.node_id in nodes]
        self.app.push_screen(LogSearchScreen(self.session, files))

    async def on_unmount(self) -> None:
        """Give back the connections to the agents."""
        await self._agents.aclose()
