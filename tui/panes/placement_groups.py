"""Placement groups: those that wait first, with why; Enter shows where each bundle lies."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.screen import Screen

from raymon_tui.cluster.feeds.catalogue import NODES, PLACEMENT_GROUPS
from raymon_tui.cluster.feeds.feed import Feed
from raymon_tui.cluster.model.page import Page
from raymon_tui.cluster.model.placement_group import PlacementGroup
from raymon_tui.cluster.snapshot import Snapshot
from raymon_tui.tui.panes.table_pane import TablePane
from raymon_tui.tui.resources import placement_groups
from raymon_tui.tui.resources.placement_groups import GroupRow
from raymon_tui.tui.screens.detail_screen import DetailScreen
from raymon_tui.tui.screens.document import Section
from raymon_tui.widgets.content import Piece, plain
from raymon_tui.widgets.table.column import Column, Moment


class PlacementGroupsPane(TablePane[GroupRow]):
    """The placement groups that Ray remembers."""

    pane_id: ClassVar[str] = "placement-groups"
    title: ClassVar[str] = "Placement groups"

    @property
    def columns(self) -> Sequence[Column[GroupRow]]:
        """The columns of a placement group."""
        return placement_groups.COLUMNS

    def main_feed(self) -> Feed[Page[PlacementGroup]]:
        """Return the placement groups feed."""
        return PLACEMENT_GROUPS

    def rows(self, snapshot: Snapshot) -> Sequence[GroupRow] | None:
        """Return those that wait, then those in place, then the removed ones."""
        page = snapshot.value(PLACEMENT_GROUPS)
        return None if page is None else placement_groups.rows_of(page.rows, snapshot.value(NODES))

    def key(self, row: GroupRow) -> str:
        """Return the group's id."""
        return row.group.placement_group_id

    def empty(self, _snapshot: Snapshot) -> str:
        """Say what makes a placement group."""
        return "No placement group. ray.util.placement_group makes one, and so do Train, Tune and Serve."

    def detail(self, row: GroupRow) -> Screen[None] | None:
        """Open the group with its bundles."""
        name = plain(row.group.name or row.group.placement_group_id, 80)
        title = (Piece("Placement group ", "dim"), Piece(name, "ink", bold=True))

        def describe(snapshot: Snapshot, moment: Moment) -> Sequence[Section]:
            page = snapshot.value(PLACEMENT_GROUPS)
            rows = () if page is None else page.rows
            ours = row.group.placement_group_id
            now = next((one for one in rows if one.placement_group_id == ours), row.group)
            return placement_groups.sections(now, snapshot.value(NODES), moment)

        return DetailScreen(
            self.session, title, (PLACEMENT_GROUPS,), describe, raw_path=self.raw_path(row), copied=self.key(row)
        )

    def raw_path(self, row: GroupRow) -> str | None:
        """Return the route of one group."""
        condition = f"filter_keys=placement_group_id&filter_predicates=%3D&filter_values={row.group.placement_group_id}"
        return f"/api/v0/placement_groups?detail=1&{condition}"
