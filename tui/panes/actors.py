"""Actors: classes with their actors counted by state; Enter lists the actors of one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from textual.screen import Screen

from raymon_tui.cluster.feeds.catalogue import ACTOR_COUNTS, ACTOR_SUMMARY
from raymon_tui.cluster.feeds.feed import Feed
from raymon_tui.cluster.model.actor import ActorSummary, ClassSummary
from raymon_tui.cluster.model.page import Filter
from raymon_tui.cluster.snapshot import Snapshot
from raymon_tui.tui.panes.actor_list import actor_list_screen
from raymon_tui.tui.panes.filter_bar import FilterBar
from raymon_tui.tui.panes.overview.states import actors_lines
from raymon_tui.tui.panes.table_pane import TablePane
from raymon_tui.tui.resources import actors, classes
from raymon_tui.widgets.content import Content
from raymon_tui.widgets.table.column import Column, Moment


class ActorsPane(TablePane[ClassSummary]):
    """All classes of actors that Ray remembers. A condition typed here lists the actors of all classes that pass it."""

    pane_id: ClassVar[str] = "actors"
    server_keys = actors.SERVER_KEYS

    @property
    def columns(self) -> Sequence[Column[ClassSummary]]:
        """The columns of a class."""
        return classes.COLUMNS

    def main_feed(self) -> Feed[ActorSummary]:
        """Return the feed of the counts by class."""
        return ACTOR_SUMMARY

    def feeds(self) -> tuple[Feed[Any], ...]:
        """Return the counts by class, and those of all actors, which are exact."""
        return ACTOR_SUMMARY, ACTOR_COUNTS

    def rows(self, snapshot: Snapshot) -> Sequence[ClassSummary] | None:
        """Return the classes, those with most living actors first."""
        summary = snapshot.value(ACTOR_SUMMARY)
        return None if summary is None else classes.in_order(summary.classes)

    def key(self, row: ClassSummary) -> str:
        """Return the name of the class."""
        return row.class_name

    def empty(self, _snapshot: Snapshot) -> str:
        """Say that no actor was made yet."""
        return "No actor yet. A driver that calls Class.remote() makes one."

    def summary(self, snapshot: Snapshot, moment: Moment, width: int) -> tuple[Content, ...]:
        """Return all actors by state."""
        return actors_lines(snapshot, moment, width, 2)

    def detail(self, row: ClassSummary) -> Screen[None] | None:
        """List the actors of one class."""
        return actor_list_screen(self.session, (Filter("class_name", "=", row.class_name),))

    def go_to(self, subject: str) -> None:
        """Put the cursor on a class, or list the one actor that `subject` names."""
        summary = self.session.monitor.snapshot.value(ACTOR_SUMMARY)
        if summary is None or any(one.class_name == subject for one in summary.classes):
            super().go_to(subject)
        else:
            self.app.push_screen(actor_list_screen(self.session, (Filter("actor_id", "=", subject),)))

    def raw_path(self, _row: ClassSummary) -> str | None:
        """Return the route of the counts."""
        return "/api/v0/actors/summarize?summary_by=class"

    def ask_server(self, conditions: tuple[Filter, ...]) -> None:
        """List the actors of all classes that pass `conditions`."""
        if conditions:
            self.query_one(FilterBar).reset()
            self.app.push_screen(actor_list_screen(self.session, conditions))
