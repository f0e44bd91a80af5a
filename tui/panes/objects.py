"""Objects: every reference that a driver or worker holds; asked for only while this is on screen, since it is dear."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.screen import Screen

from raymon_tui.cluster.feeds.catalogue import OBJECTS
from raymon_tui.cluster.feeds.feed import Feed
from raymon_tui.cluster.model.page import Page
from raymon_tui.cluster.model.stored_object import StoredObject
from raymon_tui.cluster.snapshot import Snapshot
from raymon_tui.tui.panes.table_pane import TablePane
from raymon_tui.tui.resources import objects
from raymon_tui.tui.screens.detail_screen import DetailScreen
from raymon_tui.widgets.content import Content, Piece, plain
from raymon_tui.widgets.table.column import Column, Moment

CALL_SITES_OFF = "Call sites are off: RAY_record_ref_creation_sites=1 turns them on."


class ObjectsPane(TablePane[StoredObject]):
    """References to objects, the largest objects first."""

    pane_id: ClassVar[str] = "objects"
    title: ClassVar[str] = "Objects"

    @property
    def columns(self) -> Sequence[Column[StoredObject]]:
        """The columns of a reference."""
        return objects.COLUMNS

    def main_feed(self) -> Feed[Page[StoredObject]]:
        """Return the objects feed."""
        return OBJECTS

    def rows(self, snapshot: Snapshot) -> Sequence[StoredObject] | None:
        """Return the references, the largest objects first."""
        page = snapshot.value(OBJECTS)
        return None if page is None else objects.largest_first(page.rows)

    def key(self, row: StoredObject) -> str:
        """Return what tells one reference from another to the same object."""
        return f"{row.object_id}/{row.ip}/{row.pid}/{row.reference_type}"

    def copied(self, row: StoredObject) -> str:
        """Return the object's id."""
        return row.object_id

    def empty(self, _snapshot: Snapshot) -> str:
        """Say what makes an object."""
        return "No reference to an object is held. ray.put and every task's result make one."

    def summary(self, snapshot: Snapshot, _moment: Moment, _width: int) -> tuple[Content, ...]:
        """Return what the objects take, and that call sites are off where they are."""
        page = snapshot.value(OBJECTS)
        if page is None:
            return ()
        line = objects.summary_line(page.rows)
        return (line, (Piece(CALL_SITES_OFF, "dim"),)) if objects.call_sites_are_off(page.rows) else (line,)

    def detail(self, row: StoredObject) -> Screen[None] | None:
        """Open the reference."""
        title = (Piece("Object ", "dim"), Piece(plain(row.object_id, 80), "ink", bold=True))
        return DetailScreen(
            self.session,
            title,
            (),
            lambda _snapshot, _moment: objects.sections(row),
            raw_path=self.raw_path(row),
            copied=row.object_id,
        )

    def raw_path(self, row: StoredObject) -> str | None:
        """Return the route of the references to one object."""
        return f"/api/v0/objects?filter_keys=object_id&filter_predicates=%3D&filter_values={row.object_id}"
