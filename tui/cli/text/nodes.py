"""Nodes by type, and the resources of the cluster."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from raymon_tui.cluster.feeds.catalogue import AUTOSCALER, NODES
from raymon_tui.cluster.model.autoscaler import AutoscalerStatus, NodeType
from raymon_tui.cluster.model.node import Node
from raymon_tui.cluster.snapshot import Snapshot
from raymon_tui.cluster.totals import resources
from raymon_tui.tui.cli.text.layout import Drawn, columns, heading, meter, more, said
from raymon_tui.widgets import numbers
from raymon_tui.widgets.content import UNKNOWN, Content, Piece

MOST_TYPES = 8
MOST_RESOURCES = 6
_FIRST = ("CPU", "GPU", "TPU", "memory", "object_store_memory")


def node_lines(snapshot: Snapshot, _drawn: Drawn) -> tuple[Content, ...]:
    """Return a line for each node type: how many are active, idle, pending, dead, and its bounds."""
    nodes, status = snapshot.value(NODES), snapshot.value(AUTOSCALER)
    types = _types(nodes or (), status)
    dead = None if nodes is None else Counter(node.node_type or "" for node in nodes if not node.alive)
    titles = ("Nodes", "active", "idle", "pending", "dead", "min", "max")
    rows: list[tuple[Content, ...]] = [tuple(heading(title) for title in titles)]
    for one in types[:MOST_TYPES]:
        gone = None if dead is None else dead[one.name]
        figures = (one.active, one.idle, one.pending, gone, one.minimum, one.maximum)
        rows.append(((Piece("  "), *said(one.name)), *map(_figure, figures)))
    if not types:
        rows.append(((Piece("  "), UNKNOWN),))
    return *columns(rows, right=range(1, 7), indent=0), *more(len(types) - MOST_TYPES, "types")


def resource_lines(snapshot: Snapshot, drawn: Drawn) -> tuple[Content, ...]:
    """Return a line for each logical resource: a meter, and how much is used of how much."""
    nodes, status = snapshot.value(NODES), snapshot.value(AUTOSCALER)
    known: dict[str, tuple[float | None, float]] = dict(status.usage) if status else {}
    if not known and nodes:
        known = resources(nodes)
    shown = sorted((name for name in known if not name.startswith("node:")), key=_order)
    rows = [_resource(name, *known[name], drawn) for name in shown[:MOST_RESOURCES]]
    lines = columns(rows, right=(2, 3, 5)) if rows else ((Piece("  "), UNKNOWN),)
    return heading("Resources"), *lines, *more(len(shown) - MOST_RESOURCES, "resources")


def _types(nodes: Sequence[Node], status: AutoscalerStatus | None) -> tuple[NodeType, ...]:
    """Take the autoscaler's own list, or where there is none the nodes as they say they are."""
    if status is not None and status.node_types:
        return status.node_types
    active = Counter(node.node_type or "node" for node in nodes if node.alive)
    return tuple(NodeType(name=name, active=count) for name, count in sorted(active.items()))


def _figure(value: int | None) -> Content:
    if value is None:
        return (UNKNOWN,)
    return (Piece(numbers.count(value), "ink" if value else "faint", bold=bool(value)),)


def _resource(name: str, used: float | None, total: float, drawn: Drawn) -> tuple[Content, ...]:
    quantity = numbers.size if "memory" in name else numbers.amount
    share = None if used is None or not total else 100 * used / total
    return (
        said(name, "dim"),
        meter(used, total, drawn, "gpu" if name == "GPU" else "accent"),
        (Piece(numbers.percent(share)),),
        (Piece(quantity(used), bold=True),),
        (Piece("of", "dim"),),
        (Piece(quantity(total)),),
    )


def _order(name: str) -> tuple[int, str]:
    return (_FIRST.index(name) if name in _FIRST else len(_FIRST), name)
