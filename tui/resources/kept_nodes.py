"""Nodes that do nothing, and what keeps each of them from being taken away, as lines of a panel: pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from raymon_tui.cluster.findings.capacity import up
from raymon_tui.cluster.findings.wording import listed, node_name, several
from raymon_tui.cluster.model.autoscaler import AutoscalerStatus, NodeType
from raymon_tui.cluster.model.node import Holder, Node
from raymon_tui.widgets.content import Content, Piece, plain
from raymon_tui.widgets.numbers import count, duration, shape, size
from raymon_tui.widgets.states import IDLE, glyph
from raymon_tui.widgets.table.column import Moment
from raymon_tui.widgets.table.line import fitted

MOST_NODES = 12


def idle_lines(nodes: Sequence[Node], status: AutoscalerStatus, moment: Moment, width: int) -> tuple[Content, ...]:
    """Return the workers' nodes on which nothing runs, the longest idle first, with what keeps them."""
    workers = [node for node in nodes if node.alive and not node.is_head]
    if not workers:
        return ((Piece("there is no node but the head", "dim"),),)
    idle = sorted((node for node in workers if does_nothing(node)), key=lambda node: -(node.idle_s or 0.0))
    busy = len(workers) - len(idle)
    types = {one.name: one for one in status.node_types}
    lines = [_line(node, types, status, moment, width) for node in idle[:MOST_NODES]]
    if len(idle) > MOST_NODES:
        lines.append((Piece(f"and {count(len(idle) - MOST_NODES)} more", "dim"),))
    if busy:
        words = "every node has work" if not idle else f"{several(busy, 'node')} {'has' if busy == 1 else 'have'} work"
        lines.append((Piece(words, "dim"),))
    return tuple(lines)


def does_nothing(node: Node) -> bool:
    """Whether nothing runs on a node, as far as it tells: it says that it is idle, or its workers only hold things."""
    if node.idle_s:
        return True
    return bool(node.holders) and all(holder.running_tasks == 0 for holder in node.holders)


def kept_by(node: Node, types: Mapping[str, NodeType], status: AutoscalerStatus) -> str:
    """Return what keeps a node that does nothing, in one phrase."""
    reasons = [*_held(node.holders)]
    if node.object_store_used:
        reasons.append(f"{size(node.object_store_used)} of objects")
    if reasons:
        return f"kept by {listed(reasons)}"
    own = types.get(node.node_type or "")
    if own is not None and own.minimum and up(own) <= own.minimum:
        return f"{own.name} is at its minimum, {count(own.minimum)}"
    return "goes when its idle timeout is over" if status.version is not None else "no autoscaler would take it away"


def _held(holders: Iterable[Holder]) -> list[str]:
    """Return what holds a node's resources: so many actors, so many other workers, and what they hold together."""
    rows = list(holders)
    if not rows:
        return []
    actors = sum(1 for holder in rows if holder.actor_id is not None)
    names = [several(number, word) for number, word in ((actors, "actor"), (len(rows) - actors, "worker")) if number]
    together: dict[str, float] = {}
    for holder in rows:
        for name, value in holder.resources.items():
            together[name] = together.get(name, 0.0) + value
    return [f"{listed(names)} on {shape(together)}"]


def _line(node: Node, types: Mapping[str, NodeType], status: AutoscalerStatus, moment: Moment, width: int) -> Content:
    idle = f"idle {duration(node.idle_s)}" if node.idle_s else "nothing runs"
    pieces = (
        glyph(IDLE, ascii_only=moment.ascii_only),
        Piece(f" {plain(node_name(node), 40)} "),
        Piece(f" {plain(node.node_type or '', 30)} ", "dim"),
        Piece(f" {idle} ", "ink"),
        Piece(f" {plain(kept_by(node, types, status))}", "dim"),
    )
    return fitted(pieces, width, ascii_only=moment.ascii_only)
