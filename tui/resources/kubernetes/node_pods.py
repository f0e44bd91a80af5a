"""Ray's nodes beside their pods, and pods that are no node (yet): how they look in one list."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from raymon_tui.cluster.history import History
from raymon_tui.cluster.kubernetes.picture import KubernetesPicture
from raymon_tui.cluster.kubernetes.pod import Pod
from raymon_tui.cluster.kubernetes.watched import PODS
from raymon_tui.cluster.model.node import Node
from raymon_tui.tui.resources import nodes
from raymon_tui.tui.resources.cells import counted, text_column
from raymon_tui.tui.resources.kubernetes.marks import mark_of_pod
from raymon_tui.widgets.content import UNKNOWN, Content, Piece, piece, plain
from raymon_tui.widgets.states import ALIVE, glyph
from raymon_tui.widgets.table.column import Column, Moment, SortKey

REPLACED = ("node", "type", "hostname")


class NodePod(NamedTuple):
    """A node of Ray, its pod, or both; `old` says that the pod is known as it was, and not as it is."""

    node: Node | None
    pod: Pod | None
    old: bool = False

    @property
    def key(self) -> str:
        """What names the row: the node's id, else the pod's name."""
        return self.node.node_id if self.node is not None else self.pod.name if self.pod is not None else ""


def joined(found: Iterable[Node], picture: KubernetesPicture | None) -> list[NodePod]:
    """Return the head first, living nodes, pods that are no node, then dead nodes."""
    if picture is None:
        return sorted((NodePod(node, None) for node in found), key=_rank)
    old = picture.old_since(PODS) is not None
    rows = [NodePod(node, picture.pod_at(node.ip) if node.alive else None, old) for node in found]
    known = {row.pod.name for row in rows if row.pod is not None}
    rows += [NodePod(None, pod, old) for pod in picture.own_pods if pod.name not in known]
    return sorted(rows, key=_rank)


def _rank(row: NodePod) -> tuple[int, bool]:
    if row.node is None:
        return (1 if row.pod is not None and not row.pod.deleting else 2), False
    return (0 if row.node.alive else 3), not row.node.is_head


def columns(history: History) -> tuple[Column[NodePod], ...]:
    """Return a node's columns, with its pod's after its type."""
    lifted = tuple(_lifted(column) for column in nodes.columns(history) if column.title not in REPLACED)
    return (*_FIRST, *lifted, *_LAST)


def _lifted(column: Column[Node]) -> Column[NodePod]:
    def cell(row: NodePod, moment: Moment) -> Content:
        return (UNKNOWN,) if row.node is None else column.cell(row.node, moment)

    def sort(row: NodePod) -> SortKey:
        return None if row.node is None or column.sort is None else column.sort(row.node)

    return Column(
        column.title,
        cell,
        None if column.sort is None else sort,
        width=column.width,
        flex=column.flex,
        max_width=column.max_width,
        align=column.align,
        priority=column.priority + 2,
        wide=column.wide,
        descending=column.descending,
    )


def _name(row: NodePod, moment: Moment) -> Content:
    if row.node is not None:
        return nodes.name_cell(row.node, moment)
    if row.pod is None:
        return (UNKNOWN,)
    # The cluster's name is the same on all of them, and the end of a pod's name is not.
    name = row.pod.name.removeprefix(f"{row.pod.cluster}-")
    return (glyph(mark_of_pod(row.pod), ascii_only=moment.ascii_only), Piece(" " + plain(name, 80)))


def _sort_name(row: NodePod) -> str | None:
    return row.node.ip if row.node is not None else row.pod.name if row.pod is not None else None


def _type(row: NodePod) -> str | None:
    return (row.node.node_type if row.node is not None else None) or (row.pod.group if row.pod is not None else None)


def _pod(row: NodePod, _moment: Moment) -> Content:
    pod = row.pod
    if pod is None:
        return (UNKNOWN,)
    mark = mark_of_pod(pod)
    state = Piece(plain(pod.state, 40), "faint" if row.old else "dim" if mark is ALIVE else mark.role)
    return (state, Piece("  "), *piece(" ".join(pod.why.split()), "dim")) if pod.why else (state,)


def _restarts(row: NodePod, _moment: Moment) -> Content:
    if row.pod is None:
        return (UNKNOWN,)
    return counted(row.pod.restarts, "warning" if row.pod.restarts else "ink")


_FIRST: tuple[Column[NodePod], ...] = (
    Column("node", _name, _sort_name, width=18, flex=2, max_width=42),
    Column("type", lambda r, _: piece(_type(r) or "–"), _type, width=10, priority=3),
    Column("pod", _pod, lambda r: None if r.pod is None else r.pod.state, width=28, flex=3, max_width=90, priority=1),
    Column(
        "restarts",
        _restarts,
        lambda r: None if r.pod is None else r.pod.restarts,
        width=8,
        align="right",
        priority=2,
        descending=True,
    ),
)
_LAST: tuple[Column[NodePod], ...] = (
    text_column(
        "machine", lambda r: None if r.pod is None else r.pod.spec.node_name or None, width=12, max_width=30, priority=7
    ),
    text_column(
        "pod name", lambda r: None if r.pod is None else r.pod.name, width=20, max_width=50, priority=9, wide=True
    ),
)
