"""Autoscaler, joined with the worker groups of the RayCluster."""

from __future__ import annotations

from typing import Any

from textual.app import ComposeResult

from raymon_tui.cluster.feeds.feed import Feed
from raymon_tui.cluster.kubernetes.picture import KUBERNETES
from raymon_tui.cluster.kubernetes.watched import PODS
from raymon_tui.cluster.snapshot import Snapshot
from raymon_tui.tui.panes.autoscaler import AutoscalerPane
from raymon_tui.tui.panes.kubernetes.unread import unread_lines
from raymon_tui.tui.panes.overview.picture_panel import PicturePanel
from raymon_tui.tui.resources.kubernetes.worker_groups import group_lines
from raymon_tui.widgets.content import Piece
from raymon_tui.widgets.table.column import Moment


class GroupsPane(AutoscalerPane):
    """What Ray's autoscaler says, below what Kubernetes says of the worker groups."""

    def feeds(self) -> tuple[Feed[Any], ...]:
        """Return the autoscaler's feeds, and what Kubernetes knows."""
        return (*super().feeds(), KUBERNETES)

    def compose_first(self) -> ComposeResult:
        """Yield the panel of the worker groups."""
        yield PicturePanel("Worker groups", "nodes", id="groups")

    def show(self, snapshot: Snapshot, changed: frozenset[str], moment: Moment) -> None:
        """Draw the groups, also while Ray does not answer."""
        picture = snapshot.value(KUBERNETES)
        waiting = ((Piece("asking Kubernetes…", "dim"),),)
        width = self.width - 1
        old = () if picture is None else unread_lines(picture.unread, moment, width, of=(PODS, "RayCluster"))
        self.fill("groups", waiting if picture is None else (*old, *group_lines(picture, moment, width)))
        super().show(snapshot, changed, moment)
