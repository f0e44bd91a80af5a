"""Nodes of Ray joined with their pods; pods that are no node yet are rows too, with why."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from textual.binding import Binding, BindingType
from textual.screen import Screen

from raymon_tui.cluster.feeds.catalogue import NODES
from raymon_tui.cluster.feeds.feed import Feed
from raymon_tui.cluster.kubernetes import paths
from raymon_tui.cluster.kubernetes.picture import KUBERNETES, KubernetesPicture
from raymon_tui.cluster.kubernetes.watched import PODS
from raymon_tui.cluster.model.node import Node
from raymon_tui.cluster.snapshot import Snapshot
from raymon_tui.tui.panes.kubernetes.unread import unread_lines
from raymon_tui.tui.panes.nodes import counts_line
from raymon_tui.tui.panes.table_pane import TablePane
from raymon_tui.tui.resources.kubernetes import node_pods
from raymon_tui.tui.resources.kubernetes.node_pods import NodePod
from raymon_tui.tui.screens.kubernetes.manifest_screen import ManifestScreen
from raymon_tui.tui.screens.kubernetes.open_log import open_log
from raymon_tui.tui.screens.kubernetes.pod_node_screen import PodNodeScreen
from raymon_tui.tui.screens.kubernetes.pod_screen import PodScreen
from raymon_tui.tui.session import Session
from raymon_tui.widgets.content import Content, Piece, Role
from raymon_tui.widgets.numbers import count
from raymon_tui.widgets.states import WAITING, glyph
from raymon_tui.widgets.table.column import Column, Moment


class NodePodsPane(TablePane[NodePod]):
    """The nodes of the cluster with their pods; what Kubernetes knows is shown also while Ray does not answer."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("l", "log", "pod log")]
    pane_id: ClassVar[str] = "nodes"

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._rows: tuple[tuple[Node, ...] | None, KubernetesPicture | None, Sequence[NodePod]] | None = None

    @property
    def columns(self) -> Sequence[Column[NodePod]]:
        """The columns of a node and of its pod."""
        return node_pods.columns(self.session.monitor.history)

    def main_feed(self) -> Feed[Any]:
        """Return the nodes feed."""
        return NODES

    def feeds(self) -> tuple[Feed[Any], ...]:
        """Return the nodes, and what Kubernetes knows."""
        return (NODES, KUBERNETES)

    def rows(self, snapshot: Snapshot) -> Sequence[NodePod] | None:
        """Return nodes and pods."""
        found, picture = snapshot.value(NODES), snapshot.value(KUBERNETES)
        if found is None and (picture is None or picture.pods is None):
            return None
        return self._joined(found, picture)

    def _joined(self, found: tuple[Node, ...] | None, picture: KubernetesPicture | None) -> Sequence[NodePod]:
        """Return nodes and pods, which are joined once for each picture: with a thousand of them that is felt."""
        if self._rows is None or self._rows[0] is not found or self._rows[1] is not picture:
            self._rows = found, picture, node_pods.joined(found or (), picture)
        return self._rows[2]

    def key(self, row: NodePod) -> str:
        """Return the node's id, else the pod's name."""
        return row.key

    def empty(self, snapshot: Snapshot) -> str:
        """Say why there is neither node nor pod."""
        picture = snapshot.value(KUBERNETES)
        suspended = picture is not None and picture.cluster is not None and picture.cluster.suspended
        return (
            "The cluster is suspended: it has no pods."
            if suspended
            else "There is no pod of this cluster, and no node."
        )

    def summary(self, snapshot: Snapshot, moment: Moment, width: int) -> tuple[Content, ...]:
        """Return how many nodes are busy, idle and dead, and how many pods are none."""
        found, picture = snapshot.value(NODES), snapshot.value(KUBERNETES)
        line = () if found is None else counts_line(found, moment)
        if picture is not None and picture.pods is not None:
            number = sum(1 for row in self._joined(found, picture) if row.node is None)
            mark = glyph(WAITING, ascii_only=moment.ascii_only)
            role: Role = "ink" if number else "faint"
            words = " pod is no node" if number == 1 else " pods are no nodes"
            if found is None:
                words = " pod, of which Ray has said nothing" if number == 1 else " pods, of which Ray has said nothing"
            line = (*line, mark, Piece(count(number), role, bold=number > 0), Piece(words, "dim"))
        old = () if picture is None else unread_lines(picture.unread, moment, width, of=(PODS,))
        return ((line,) if line else ()) + old

    def go_to(self, subject: str) -> None:
        """Put the cursor on a node by its id, or on a pod by its name."""
        snapshot = self.session.monitor.snapshot
        rows = self.rows(snapshot) or ()
        of_pod = next((row.key for row in rows if row.pod is not None and row.pod.name == subject), subject)
        super().go_to(of_pod)

    def detail(self, row: NodePod) -> Screen[None] | None:
        """Open the node with its pod, or the pod alone."""
        if row.node is not None:
            return PodNodeScreen(self.session, row.node)
        return None if row.pod is None else PodScreen(self.session, row.pod)

    def raw_path(self, row: NodePod) -> str | None:
        """Return the route of one node."""
        return None if row.node is None else f"/nodes/{row.node.node_id}"

    def action_raw(self) -> None:
        """Show the node as Ray has it, or as YAML a pod that is none."""
        row, objects = self.table.cursor_row, self.session.kubernetes
        if row is None or row.node is not None or row.pod is None or objects is None:
            super().action_raw()
            return
        path = paths.pod(row.pod.namespace, row.pod.name)
        self.app.push_screen(ManifestScreen(objects, path, ascii_only=self.session.options.ascii_only))

    def copied(self, row: NodePod) -> str:
        """Return the pod's name, which is what kubectl takes."""
        return row.key if row.pod is None else row.pod.name

    def action_log(self) -> None:
        """Open the log of the pod under the cursor."""
        row = self.table.cursor_row
        if row is not None and row.pod is not None:
            open_log(self.app, self.session, row.pod)
