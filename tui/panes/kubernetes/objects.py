"""Kubernetes: the objects of KubeRay and the pods of the cluster, with logs and YAML."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.screen import Screen

from raymon_tui.cluster.feeds.feed import Feed
from raymon_tui.cluster.kubernetes import paths
from raymon_tui.cluster.kubernetes.picture import KUBERNETES, KubernetesPicture
from raymon_tui.cluster.snapshot import Snapshot
from raymon_tui.tui.panes.kubernetes.unread import place_line, unread_lines
from raymon_tui.tui.panes.table_pane import TablePane
from raymon_tui.tui.resources.kubernetes import objects
from raymon_tui.tui.resources.kubernetes.object_pages import object_sections
from raymon_tui.tui.resources.kubernetes.objects import ObjectRow
from raymon_tui.tui.screens.document import Section
from raymon_tui.tui.screens.kubernetes.manifest_screen import ManifestScreen
from raymon_tui.tui.screens.kubernetes.object_screen import ObjectScreen
from raymon_tui.tui.screens.kubernetes.open_log import open_log
from raymon_tui.tui.screens.kubernetes.pod_screen import PodScreen
from raymon_tui.widgets.content import Content
from raymon_tui.widgets.table.column import Column, Moment


class KubernetesPane(TablePane[ObjectRow]):
    """What was opened, what it made, and the pods of that."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("l", "log", "log"), Binding("y", "raw", "YAML")]
    pane_id: ClassVar[str] = "kubernetes"
    title: ClassVar[str] = "Kubernetes"

    @property
    def columns(self) -> Sequence[Column[ObjectRow]]:
        """The columns of an object or a pod."""
        return objects.COLUMNS

    def main_feed(self) -> Feed[KubernetesPicture]:
        """Return what Kubernetes knows."""
        return KUBERNETES

    def rows(self, snapshot: Snapshot) -> Sequence[ObjectRow] | None:
        """Return objects first, then pods."""
        picture = snapshot.value(KUBERNETES)
        return None if picture is None else objects.rows_of(picture)

    def key(self, row: ObjectRow) -> str:
        """Return kind and name."""
        return row.key

    def copied(self, row: ObjectRow) -> str:
        """Return the name."""
        return row.found.name

    def empty(self, snapshot: Snapshot) -> str:
        """Say that the object is gone."""
        picture = snapshot.value(KUBERNETES)
        if picture is not None and picture.gone:
            return f"{picture.kind} {picture.name} is not in namespace {picture.namespace} (any more)."
        return "Nothing of this cluster is there yet."

    def summary(self, snapshot: Snapshot, moment: Moment, width: int) -> tuple[Content, ...]:
        """Return where this is, and what of it cannot be read."""
        picture = snapshot.value(KUBERNETES)
        return () if picture is None else (place_line(picture), *unread_lines(picture.unread, moment, width))

    def detail(self, row: ObjectRow) -> Screen[None] | None:
        """Open the object, or the pod with its containers."""
        if row.pod is not None:
            return PodScreen(self.session, row.pod)
        last = row

        def describe(snapshot: Snapshot, moment: Moment) -> Sequence[Section]:
            nonlocal last
            picture = snapshot.value(KUBERNETES) or KubernetesPicture()
            last = next((one for one in objects.rows_of(picture) if one.key == row.key), last)
            events = None if picture.events is None else picture.events_of(row.kind, row.found.name)
            return object_sections(last, events, moment)

        return ObjectScreen(self.session, row.kind, row.found.name, _path(row), describe)

    def action_raw(self) -> None:
        """Show the row under the cursor as YAML."""
        row = self.table.cursor_row
        if row is not None and self.session.kubernetes is not None:
            ascii_only = self.session.options.ascii_only
            self.app.push_screen(ManifestScreen(self.session.kubernetes, _path(row), ascii_only=ascii_only))

    def action_log(self) -> None:
        """Open the log of the pod under the cursor."""
        row = self.table.cursor_row
        if row is not None and row.pod is not None:
            open_log(self.app, self.session, row.pod)


def _path(row: ObjectRow) -> str:
    found = row.found
    if row.pod is not None:
        return paths.pod(found.namespace, found.name)
    return paths.ray(row.kind, found.namespace, found.name)
