"""How a reference to an object looks in a list and in full, and what all of them take."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from raymon_tui.cluster.model.stored_object import StoredObject
from raymon_tui.tui.resources.cells import id_number, pid_column, text_column
from raymon_tui.tui.screens.document import Field, Section
from raymon_tui.widgets.content import UNKNOWN, Content, Piece, piece
from raymon_tui.widgets.numbers import count, size
from raymon_tui.widgets.table.column import Column, Moment

_NO_CALL_SITE = "disabled"
_HOLDS = {
    "LOCAL_REFERENCE": "held by a variable",
    "PINNED_IN_MEMORY": "pinned: its bytes are in use",
    "USED_BY_PENDING_TASK": "a pending task needs it",
    "CAPTURED_IN_OBJECT": "inside another object",
    "ACTOR_HANDLE": "an actor's handle",
}


class Taken(NamedTuple):
    """What the listed objects take: `objects` of them, `unsized` without a known size, `known_bytes` for the others."""

    objects: int
    unsized: int
    known_bytes: float


def taken(references: Iterable[StoredObject]) -> Taken:
    """Return what the objects take, each counted once however many references there are to it."""
    sizes: dict[str, float | None] = {}
    for one in references:
        sizes[one.object_id] = size_of(one) if sizes.get(one.object_id) is None else sizes[one.object_id]
    known = [value for value in sizes.values() if value is not None]
    return Taken(objects=len(sizes), unsized=len(sizes) - len(known), known_bytes=sum(known))


def size_of(reference: StoredObject) -> float | None:
    """Return the object's size in bytes; Ray sends -1 where it does not know it."""
    found = reference.object_size
    return None if found is None or found < 0 else found


def call_sites_are_off(references: Iterable[StoredObject]) -> bool:
    """Return whether Ray was started without recording where objects are made."""
    return any(one.call_site == _NO_CALL_SITE for one in references)


def largest_first(references: Iterable[StoredObject]) -> list[StoredObject]:
    """Return the references by their objects' sizes; those of unknown size last."""
    return sorted(references, key=lambda one: (-(size_of(one) or -1.0), one.object_id))


def _size(row: StoredObject, _moment: Moment) -> Content:
    found = size_of(row)
    return (UNKNOWN,) if found is None else piece(size(found))


def _call_site(row: StoredObject) -> str | None:
    return None if row.call_site in ("", _NO_CALL_SITE) else row.call_site


def _id(row: StoredObject) -> str:
    return row.object_id


COLUMNS: tuple[Column[StoredObject], ...] = (
    Column("object", lambda o, _: piece(_id(o)), _id, width=16, flex=2, max_width=56),
    Column("size", _size, size_of, width=10, align="right", descending=True),
    text_column("reference", lambda o: o.reference_type, width=16, max_width=22, priority=1),
    text_column("task status", lambda o: o.task_status, width=12, max_width=24, priority=3),
    text_column("held by", lambda o: o.type, width=8, priority=4),
    pid_column(lambda o: o.pid, priority=2),
    text_column("node", lambda o: o.ip, width=13, max_width=16, priority=2),
    text_column("call site", _call_site, width=14, max_width=60, priority=5),
)


def summary_line(references: Iterable[StoredObject]) -> Content:
    """Return what the listed objects take, in words."""
    listed = list(references)
    all_of_it = taken(listed)
    pieces = [
        Piece(count(all_of_it.objects), "ink", bold=True),
        Piece(" objects, ", "dim"),
        Piece(size(all_of_it.known_bytes), "ink", bold=True),
        Piece(f", {count(len(listed))} references", "dim"),
    ]
    if all_of_it.unsized:
        pieces.append(Piece(f"; the size of {count(all_of_it.unsized)} is not known yet", "dim"))
    return tuple(pieces)


def sections(reference: StoredObject) -> list[Section]:
    """Return a reference in full."""
    found = size_of(reference)
    kind = reference.reference_type
    fields = (
        Field("object id", reference.object_id),
        Field("size", None if found is None else f"{size(found)} ({count(found)} bytes)"),
        Field("reference", f"{kind}: {_HOLDS[kind]}" if kind in _HOLDS else kind or None),
        Field("task status", reference.task_status or None),
        Field("attempt", id_number(reference.attempt_number)),
        Field("held by", reference.type or None),
        Field("pid", id_number(reference.pid)),
        Field("node", reference.ip or None),
        Field("call site", _call_site(reference) or "not recorded"),
    )
    return [Section("Reference to an object", fields)]
