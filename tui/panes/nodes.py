"""Nodes: one row a node, and everything about the one that Enter opens."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from textual.screen import Screen

from raymon_tui.cluster.feeds.catalogue import NODES
from raymon_tui.cluster.feeds.feed import Feed
from raymon_tui.cluster.model.node import Node
from raymon_tui.cluster.snapshot import Snapshot
from raymon_tui.tui.panes.table_pane import TablePane
from raymon_tui.tui.resources import nodes
from raymon_tui.tui.screens.node_screen import NodeScreen
from raymon_tui.widgets.content import Content, Piece
from raymon_tui.widgets.states import ALIVE, FAILED, IDLE, glyph
from raymon_tui.widgets.table.column import Column, Moment


class NodesPane(TablePane[Node]):
    """The nodes of the cluster, dead ones last."""

    pane_id: ClassVar[str] = "nodes"

    @property
    def columns(self) -> Sequence[Column[Node]]:
        """The columns of a node, its CPU over the last quarter of an hour among them."""
        return nodes.columns(self.session.monitor.history)

    def main_feed(self) -> Feed[Any]:
        """Return the nodes feed."""
        return NODES

    def rows(self, snapshot: Snapshot) -> Sequence[Node] | None:
        """Return the head first, then living nodes, then dead ones."""
        found = snapshot.value(NODES)
        return None if found is None else sorted(found, key=lambda n: (not n.alive, not n.is_head))

    def key(self, row: Node) -> str:
        """Return the node's id."""
        return row.node_id

    def empty(self, _snapshot: Snapshot) -> str:
        """Say that Ray itself lists no node."""
        return "Ray lists no node. A head that has just started shows its first one within seconds."

    def summary(self, snapshot: Snapshot, moment: Moment, _width: int) -> tuple[Content, ...]:
        """Return how many nodes are alive, idle and dead."""
        found = snapshot.value(NODES)
        return () if found is None else (counts_line(found, moment),)

    def detail(self, row: Node) -> Screen[None] | None:
        """Open the node with its processes."""
        return NodeScreen(self.session, row)

    def raw_path(self, row: Node) -> str | None:
        """Return the route of one node."""
        return f"/nodes/{row.node_id}"


def counts_line(found: Sequence[Node], moment: Moment) -> Content:
    """Return how many of these nodes are busy, idle and dead."""
    idle = sum(1 for node in found if node.alive and (node.idle_s or 0) > 0)
    alive = sum(1 for node in found if node.alive) - idle
    parts: list[Piece] = []
    for mark, number, word in (
        (ALIVE, alive, "busy"),
        (IDLE, idle, "idle"),
        (FAILED, len(found) - alive - idle, "dead"),
    ):
        parts += [glyph(mark, ascii_only=moment.ascii_only), Piece(f"{number}", "ink", bold=True)]
        parts.append(Piece(f" {word}   ", "dim"))
    return tuple(parts)
