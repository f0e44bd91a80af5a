"""Events: what Ray's components recorded, the newest first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.screen import Screen

from raymon_tui.cluster.feeds.catalogue import EVENTS
from raymon_tui.cluster.feeds.feed import Feed
from raymon_tui.cluster.model.event import Event
from raymon_tui.cluster.snapshot import Snapshot
from raymon_tui.tui.panes.table_pane import TablePane
from raymon_tui.tui.resources import events
from raymon_tui.tui.resources.events import EventRow
from raymon_tui.tui.screens.detail_screen import DetailScreen
from raymon_tui.widgets.content import Content, Piece, plain
from raymon_tui.widgets.numbers import count
from raymon_tui.widgets.states import glyph
from raymon_tui.widgets.table.column import Column, Moment

_COUNTED = ("ERROR", "WARNING", "INFO")


class EventsPane(TablePane[EventRow]):
    """The events of the whole cluster and of its jobs."""

    pane_id: ClassVar[str] = "events"

    @property
    def columns(self) -> Sequence[Column[EventRow]]:
        """The columns of an event."""
        return events.COLUMNS

    def main_feed(self) -> Feed[tuple[Event, ...]]:
        """Return the events feed."""
        return EVENTS

    def rows(self, snapshot: Snapshot) -> Sequence[EventRow] | None:
        """Return the events, the newest first."""
        found = snapshot.value(EVENTS)
        return None if found is None else events.rows_of(found)

    def key(self, row: EventRow) -> str:
        """Return what stays while the same is said again."""
        event = row.event
        return "\n".join((event.source_type, event.severity, event.label, event.scope, event.message))

    def copied(self, row: EventRow) -> str:
        """Return the message: an event's id names nothing that any command takes."""
        return row.event.message

    def empty(self, _snapshot: Snapshot) -> str:
        """Say what would record an event."""
        return "No event yet. The autoscaler, jobs and raylets record them; a small calm cluster may have none."

    def summary(self, snapshot: Snapshot, moment: Moment, _width: int) -> tuple[Content, ...]:
        """Return how many events there are of each severity."""
        found = snapshot.value(EVENTS)
        if found is None:
            return ()
        parts: list[Piece] = []
        for severity in _COUNTED:
            number = sum(1 for event in found if event.severity == severity)
            shown = glyph(events.mark(severity), ascii_only=moment.ascii_only)
            parts.append(shown if number else shown._replace(role="faint"))
            parts.append(Piece(count(number), "ink" if number else "faint", bold=number > 0))
            parts.append(Piece(f" {severity.lower()}   ", "dim"))
        return (tuple(parts),)

    def detail(self, row: EventRow) -> Screen[None] | None:
        """Open the event."""
        title = (Piece("Event ", "dim"), Piece(plain(row.event.label or row.event.source_type, 60), "ink", bold=True))
        return DetailScreen(self.session, title, (), lambda _snapshot, moment: events.sections(row, moment))

    def raw_path(self, row: EventRow) -> str | None:
        """Return the route of the events of the same job, or of all."""
        return "/events" if row.event.scope == "global" else f"/events?job_id={row.event.scope}"
