"""Nodes: how many in each state, each type against its maximum, and what is wanted."""

from __future__ import annotations

from collections import Counter

from rich.cells import cell_len, set_cell_size

from raymon_tui.cluster.feeds.catalogue import AUTOSCALER, NODES
from raymon_tui.cluster.model.autoscaler import AutoscalerStatus, Demand, NodeType
from raymon_tui.cluster.model.node import Node
from raymon_tui.cluster.snapshot import Snapshot
from raymon_tui.tui.chrome.wording import missing
from raymon_tui.widgets.content import Content, Piece, Role, plain
from raymon_tui.widgets.meter import meter
from raymon_tui.widgets.numbers import count, shape
from raymon_tui.widgets.states import ALIVE, FAILED, IDLE, WAITING, glyph
from raymon_tui.widgets.table.column import Moment

COUNT_CELLS = 6
"""`20/100`; what is being launched stands behind it."""


def nodes_lines(snapshot: Snapshot, moment: Moment, width: int, height: int) -> tuple[Content, ...]:
    """Return the states, then node types, then the largest demand, in at most `height` lines."""
    nodes = snapshot.value(NODES)
    if nodes is None:
        return missing(snapshot.reading(NODES), width)
    status = snapshot.value(AUTOSCALER)
    lines = [_states(nodes, status, moment)]
    wanted = _wanted(status, width, moment)
    types = _types(nodes, status)
    room = max(1, height - len(lines) - len(wanted))
    # Without a maximum there is no meter, and names may have its room.
    most = width // 2 - 2 if any(one.maximum for one in types) else width - COUNT_CELLS - 2
    label = max(4, min(max((cell_len(plain(one.name)) for one in types), default=4), most))
    pending = max((len(_pending(one)) for one in types[:room]), default=0)
    lines += [_type_line(one, label, pending, moment, width) for one in types[:room]]
    return (*lines, *wanted)


def _states(nodes: tuple[Node, ...], status: AutoscalerStatus | None, moment: Moment) -> Content:
    alive = [node for node in nodes if node.alive]
    idle = sum(1 for node in alive if (node.idle_s or 0) > 0)
    pending = sum(one.count for one in status.pending) if status is not None else 0
    parts: list[Piece] = []
    for mark, number in (
        (ALIVE, len(alive) - idle),
        (IDLE, idle),
        (WAITING, pending),
        (FAILED, len(nodes) - len(alive)),
    ):
        role: Role = "ink" if number else "faint"
        shown = glyph(mark, ascii_only=moment.ascii_only)
        parts += [shown if number else shown._replace(role="faint"), Piece(f"{count(number)}", role, bold=number > 0)]
        parts.append(Piece("   "))
    return tuple(parts[:-1])


def _types(nodes: tuple[Node, ...], status: AutoscalerStatus | None) -> list[NodeType]:
    """Return the autoscaler's node types, else those that the nodes name, the head's last."""
    if status is not None and status.node_types:
        types = list(status.node_types)
    else:
        alive = Counter(node.node_type or ("head" if node.is_head else "worker") for node in nodes if node.alive)
        types = [NodeType(name=name, active=number) for name, number in alive.most_common()]
    heads = {node.node_type for node in nodes if node.is_head}
    return sorted(types, key=lambda one: one.name in heads)


def _pending(one: NodeType) -> str:
    return f" +{one.pending}" if one.pending else ""


def _type_line(one: NodeType, label: int, pending: int, moment: Moment, width: int) -> Content:
    """Draw one type; `pending` cells are kept for how many are being launched."""
    up = one.active + (one.idle or 0)
    cells = max(0, width - label - 1 - COUNT_CELLS - 1 - pending)
    full = one.maximum is not None and up >= one.maximum > 0
    role: Role = "accent" if not full else "dim" if one.maximum == 1 else "warning"
    share = None if not one.maximum else min(1.0, up / one.maximum)
    drawn: Content = (Piece(" " * cells),) if share is None else meter(share, cells, role, ascii_only=moment.ascii_only)
    number = f"{up}/{one.maximum}" if one.maximum is not None else f"{up}"
    return (
        Piece(_named(plain(one.name), label), "dim"),
        Piece(" "),
        *drawn,
        Piece(f"{number:>{COUNT_CELLS + 1}}"),
        Piece(f"{_pending(one):<{pending}}", "accent"),
    )


def _named(name: str, room: int) -> str:
    return set_cell_size(name, room) if cell_len(name) <= room else _cut(name, room)


def _cut(text: str, room: int) -> str:
    return set_cell_size(text, room - 1) + "…"


def _wanted(status: AutoscalerStatus | None, width: int, moment: Moment) -> tuple[Content, ...]:
    demands = () if status is None else status.demands
    if not demands:
        return ()
    largest = max(demands, key=_weight)
    more = f" +{len(demands) - 1}" if len(demands) > 1 else ""
    text = _demand(largest, ascii_only=moment.ascii_only)
    room = width - 8 - len(more)
    shown = text if cell_len(text) <= room else _cut(text, room)
    return ((Piece("wanted  ", "dim"), Piece(shown, "warning"), Piece(more, "dim")),)


def _weight(demand: Demand) -> float:
    return demand.count * sum(value for name, value in demand.shape.items() if "memory" not in name)


def _demand(demand: Demand, *, ascii_only: bool) -> str:
    times = "x" if ascii_only else "×"
    return f"{demand.count} {times} {plain(shape(demand.shape))}"
