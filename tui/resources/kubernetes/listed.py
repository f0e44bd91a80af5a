"""How an object of KubeRay looks in the list of all."""

from __future__ import annotations

from raymon_tui.cluster.kubernetes.listing import ListedObject
from raymon_tui.tui.resources.cells import ago, text_column
from raymon_tui.tui.resources.kubernetes.marks import mark_of_object
from raymon_tui.widgets.content import UNKNOWN, Content, Piece, piece, plain
from raymon_tui.widgets.numbers import amount, count
from raymon_tui.widgets.states import IDLE, glyph
from raymon_tui.widgets.table.column import Column, Moment


def _name(row: ListedObject, moment: Moment) -> Content:
    return (glyph(mark_of_object(row.state), ascii_only=moment.ascii_only), Piece(" " + plain(row.name, 100)))


def _state(row: ListedObject, _moment: Moment) -> Content:
    role = mark_of_object(row.state).role
    return piece(row.state, role if role in ("bad", "warning") else "dim")


def _why(row: ListedObject, _moment: Moment) -> Content:
    return piece(" ".join(row.why.split()), "dim") if row.why else ()


def _workers(row: ListedObject, _moment: Moment) -> Content:
    if row.workers_ready is None or row.workers_desired is None:
        return (UNKNOWN,)
    lacking = row.workers_ready < row.workers_desired and mark_of_object(row.state) is not IDLE
    return (
        Piece(count(row.workers_ready), "warning" if lacking else "ink" if row.workers_ready else "faint"),
        Piece(f"/{count(row.workers_desired)}", "dim"),
    )


def _amount(value: float | None) -> Content:
    return (UNKNOWN,) if value is None else (Piece(amount(value), "ink" if value else "faint"),)


COLUMNS: tuple[Column[ListedObject], ...] = (
    text_column("namespace", lambda r: r.namespace, width=12, max_width=24, priority=2),
    text_column("kind", lambda r: r.kind, width=10, priority=1),
    Column("name", _name, lambda r: r.name, width=20, flex=1, max_width=60),
    Column("status", _state, lambda r: r.state, width=14),
    Column("why", _why, lambda r: r.why or None, width=16, flex=8, max_width=120, priority=4),
    Column("workers", _workers, lambda r: r.workers_ready, width=7, align="right", priority=1, descending=True),
    Column("CPU", lambda r, _: _amount(r.cpus), lambda r: r.cpus, width=6, align="right", priority=4, descending=True),
    Column("GPU", lambda r, _: _amount(r.gpus), lambda r: r.gpus, width=5, align="right", priority=3, descending=True),
    text_column("Ray", lambda r: r.ray_version, width=8, priority=5),
    Column("age", lambda r, m: ago(r.created_at, m), lambda r: r.created_at, width=4, align="right", priority=2),
    text_column("on", lambda r: r.cluster if r.cluster != r.name else None, width=16, max_width=40, priority=6),
)
