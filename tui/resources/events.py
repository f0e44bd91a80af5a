"""How an event looks in a list and in full; those that say the same are one row."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from raymon_tui.cluster.model.event import Event
from raymon_tui.cluster.ray_api.words import spoken
from raymon_tui.tui.resources.cells import ago, clock, id_number, number_column, pid_column, text_column
from raymon_tui.tui.screens.document import Field, Section
from raymon_tui.widgets.content import Content, Piece, piece, plain
from raymon_tui.widgets.numbers import count
from raymon_tui.widgets.states import FAILED, WARNING, Mark, glyph
from raymon_tui.widgets.table.column import Column, Moment

_NOTE = Mark("·", "-", "dim")
_MARKS = {"FATAL": FAILED, "ERROR": FAILED, "WARNING": WARNING}
_WEIGHT = {"FATAL": 0, "ERROR": 1, "WARNING": 2, "INFO": 3, "DEBUG": 4, "TRACE": 5}


class EventRow(NamedTuple):
    """The newest of the events that say the same, how many there are, and when the first one was (seconds)."""

    event: Event
    times: int
    first_at: float | None


def rows_of(events: Iterable[Event]) -> list[EventRow]:
    """Return the newest first, each that was said several times once."""
    rows: dict[tuple[str, ...], EventRow] = {}
    for event in sorted(events, key=lambda one: one.timestamp or 0.0, reverse=True):
        said = (event.source_type, event.severity, event.label, event.message, event.scope)
        before = rows.get(said)
        newest, times = (event, 0) if before is None else (before.event, before.times)
        rows[said] = EventRow(newest, times + 1, event.timestamp)
    return list(rows.values())


def mark(severity: str) -> Mark:
    """Return how a severity looks."""
    return _MARKS.get(severity, _NOTE)


def _severity(row: EventRow, moment: Moment) -> Content:
    return (
        glyph(mark(row.event.severity), ascii_only=moment.ascii_only),
        Piece(" "),
        *piece(row.event.severity, "dim"),
    )


def _message(row: EventRow, _moment: Moment) -> Content:
    return piece(spoken(row.event.message, 400) or "–")


COLUMNS: tuple[Column[EventRow], ...] = (
    Column("severity", _severity, lambda r: float(_WEIGHT.get(r.event.severity, 9)), width=9),
    Column(
        "ago",
        lambda r, m: ago(r.event.timestamp, m),
        lambda r: r.event.timestamp,
        width=4,
        align="right",
        descending=True,
    ),
    number_column("times", lambda r: r.times, role="dim", width=5, priority=4),
    text_column("source", lambda r: r.event.source_type, width=10, max_width=14, priority=1),
    text_column("label", lambda r: r.event.label, width=10, max_width=20, priority=3),
    Column("message", _message, lambda r: r.event.message, width=44, flex=6, max_width=400),
    text_column("host", lambda r: r.event.hostname, width=12, max_width=30, priority=5, wide=True),
    pid_column(lambda r: r.event.pid, priority=6, wide=True),
    text_column("job", lambda r: r.event.scope, width=8, priority=7, wide=True),
)


def sections(row: EventRow, moment: Moment) -> list[Section]:
    """Return an event in full."""
    event = row.event
    severity = (glyph(mark(event.severity), ascii_only=moment.ascii_only), Piece(" " + plain(event.severity, 40)))
    fields = [Field("severity", severity), Field("when", clock(event.timestamp))]
    if row.times > 1:
        fields.append(Field("times", f"{count(row.times)}, first at {clock(row.first_at)}"))
    fields += [
        Field("source", event.source_type or None),
        Field("label", event.label or "none"),
        Field("host", event.hostname or None),
        Field("pid", id_number(event.pid)),
        Field("about", "the whole cluster" if event.scope == "global" else f"job {event.scope}"),
    ]
    custom = [Field(plain(key, 60), value) for key, value in sorted(event.custom_fields.items())]
    return [
        Section("Event", fields),
        Section("Message", text=event.message or "none"),
        Section("More of it", custom),
    ]
