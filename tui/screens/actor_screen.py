"""One actor in full."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar
from urllib.parse import quote

from textual.binding import Binding, BindingType

from raymon_tui.cluster.feeds.output import actor_output_feed
from raymon_tui.cluster.feeds.parametrised import actor_feed
from raymon_tui.cluster.model.actor import Actor
from raymon_tui.cluster.model.page import Filter
from raymon_tui.cluster.snapshot import Snapshot
from raymon_tui.tui.panes.task_list import task_list_screen
from raymon_tui.tui.resources import actor_page
from raymon_tui.tui.resources.actors import name_of
from raymon_tui.tui.resources.waiting import places_of
from raymon_tui.tui.screens.detail_screen import DetailScreen
from raymon_tui.tui.screens.document import Section
from raymon_tui.tui.session import Session
from raymon_tui.widgets.content import Piece, plain
from raymon_tui.widgets.table.column import Moment


def raw_path(actor: Actor) -> str:
    """Return the route of one actor."""
    return f"/api/v0/actors?detail=1&filter_keys=actor_id&filter_predicates=%3D&filter_values={quote(actor.actor_id)}"


class ActorScreen(DetailScreen):
    """An actor; what its row already told is shown until the cluster has answered."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("T", "tasks", "its tasks")]

    def __init__(self, session: Session, actor: Actor) -> None:
        title = (Piece("Actor ", "dim"), Piece(plain(name_of(actor), 80), "ink", bold=True))
        self._row = actor
        self._actor = actor_feed(actor.actor_id)
        self._output = actor_output_feed(actor)
        super().__init__(
            session,
            title,
            (self._actor, self._output),
            self._describe_actor,
            raw_path=raw_path(actor),
            copied=actor.actor_id,
        )

    def _describe_actor(self, snapshot: Snapshot, moment: Moment) -> Sequence[Section]:
        reading = snapshot.reading(self._actor)
        page = actor_page.sections(
            reading.value or self._row, places_of(snapshot), snapshot.value(self._output), moment
        )
        if reading.known and reading.value is None:
            gone = Section(
                "", text="Ray does not remember this actor any more; this is what was last known.", role="dim"
            )
            return [gone, *page]
        return page

    def action_tasks(self) -> None:
        """List the actor's tasks."""
        self.app.push_screen(task_list_screen(self.session, (Filter("actor_id", "=", self._row.actor_id),)))
