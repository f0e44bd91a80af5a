"""A list of actors that the server filters: those of one class, or those that a typed condition asks for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.screen import Screen

from raymon_tui.cluster.feeds.feed import Feed
from raymon_tui.cluster.feeds.parametrised import actors_feed
from raymon_tui.cluster.model.actor import Actor
from raymon_tui.cluster.model.page import Filter, Page
from raymon_tui.cluster.snapshot import Snapshot
from raymon_tui.tui.panes.filtering import written
from raymon_tui.tui.panes.table_pane import TablePane
from raymon_tui.tui.resources import actors
from raymon_tui.tui.resources.actors import ActorRow
from raymon_tui.tui.resources.waiting import places_of
from raymon_tui.tui.screens.actor_screen import ActorScreen, raw_path
from raymon_tui.tui.screens.list_screen import ListScreen
from raymon_tui.tui.session import Session
from raymon_tui.widgets.content import Piece, plain
from raymon_tui.widgets.table.column import Column


class ActorListPane(TablePane[ActorRow]):
    """Actors that pass `given` conditions, and those that are typed besides."""

    pane_id: ClassVar[str] = "actor-list"
    server_keys = actors.SERVER_KEYS

    def __init__(self, session: Session, given: tuple[Filter, ...]) -> None:
        super().__init__(session)
        self._given = given

    @property
    def columns(self) -> Sequence[Column[ActorRow]]:
        """The columns of an actor."""
        return actors.COLUMNS

    def main_feed(self) -> Feed[Page[Actor]]:
        """Return the feed of the actors that pass all conditions."""
        return actors_feed((*self._given, *self.conditions))

    def rows(self, snapshot: Snapshot) -> Sequence[ActorRow] | None:
        """Return those that are not there yet, then the living, then the dead."""
        page = snapshot.value(self.main_feed())
        return None if page is None else actors.rows_of(page.rows, places_of(snapshot))

    def key(self, row: ActorRow) -> str:
        """Return the actor's id."""
        return row.actor.actor_id

    def empty(self, _snapshot: Snapshot) -> str:
        """Say which conditions nothing passes."""
        conditions = written((*self._given, *self.conditions))
        return f"No actor passes {conditions}. Ray forgets dead actors when there are very many."

    def detail(self, row: ActorRow) -> Screen[None] | None:
        """Open the actor."""
        return ActorScreen(self.session, row.actor)

    def raw_path(self, row: ActorRow) -> str | None:
        """Return the route of one actor."""
        return raw_path(row.actor)


def actor_list_screen(session: Session, given: tuple[Filter, ...]) -> ListScreen:
    """Return the screen of the actors that pass `given`."""
    title = (Piece("Actors ", "dim"), Piece(plain(written(given), 200), "ink", bold=True))
    return ListScreen(session, title, ActorListPane(session, given))
