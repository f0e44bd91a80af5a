"""Events of Kubernetes about this cluster, the newest first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.screen import Screen

from raymon_tui.cluster.feeds.feed import Feed
from raymon_tui.cluster.kubernetes.event import KubernetesEvent
from raymon_tui.cluster.kubernetes.picture import KUBERNETES, KubernetesPicture
from raymon_tui.cluster.snapshot import Snapshot
from raymon_tui.tui.panes.kubernetes.unread import unread_lines
from raymon_tui.tui.panes.table_pane import TablePane
from raymon_tui.tui.resources.kubernetes import events
from raymon_tui.tui.screens.detail_screen import DetailScreen
from raymon_tui.widgets.content import Content, Piece, plain
from raymon_tui.widgets.numbers import count
from raymon_tui.widgets.table.column import Column, Moment


class KubernetesEventsPane(TablePane[KubernetesEvent]):
    """What the scheduler, kubelets and controllers did and could not do."""

    pane_id: ClassVar[str] = "kubernetes-events"
    title: ClassVar[str] = "Kubernetes events"

    @property
    def columns(self) -> Sequence[Column[KubernetesEvent]]:
        """The columns of an event."""
        return events.COLUMNS

    def main_feed(self) -> Feed[KubernetesPicture]:
        """Return what Kubernetes knows."""
        return KUBERNETES

    def rows(self, snapshot: Snapshot) -> Sequence[KubernetesEvent] | None:
        """Return the events, the newest first."""
        picture = snapshot.value(KUBERNETES)
        return None if picture is None else picture.events or ()

    def key(self, row: KubernetesEvent) -> str:
        """Return the event's own name."""
        return row.name

    def copied(self, row: KubernetesEvent) -> str:
        """Return the message."""
        return row.message

    def empty(self, snapshot: Snapshot) -> str:
        """Say why there is none."""
        picture = snapshot.value(KUBERNETES)
        if picture is not None and picture.events is None:
            return "Events cannot be read, or have not been yet."
        return "No event about this cluster. Kubernetes keeps them for an hour."

    def summary(self, snapshot: Snapshot, moment: Moment, width: int) -> tuple[Content, ...]:
        """Return how many there are, how many were let go, and why there are none."""
        picture = snapshot.value(KUBERNETES)
        if picture is None or picture.events is None:
            return () if picture is None else unread_lines(picture.unread, moment, width)
        warnings = sum(event.is_warning for event in picture.events)
        cut = "+ events, older ones let go" if picture.more_events else " events"
        line = (
            Piece(count(len(picture.events)), "ink", bold=True),
            Piece(f"{cut}   ", "dim"),
            Piece(count(warnings), "ink", bold=True),
            Piece(" warnings", "dim"),
        )
        return (line, *unread_lines(picture.unread, moment, width))

    def detail(self, row: KubernetesEvent) -> Screen[None] | None:
        """Open the event."""
        title = (Piece("Event ", "dim"), Piece(plain(row.reason or row.name, 60), "ink", bold=True))
        return DetailScreen(self.session, title, (), lambda _snapshot, _moment: events.sections(row))
