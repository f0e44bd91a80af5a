"""Serve, below what KubeRay says of the RayService: which cluster has the requests, which is to follow, and how far."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from raymon_tui.cluster.feeds.feed import Feed
from raymon_tui.cluster.kubernetes.picture import KUBERNETES
from raymon_tui.cluster.kubernetes.ray_service import RayService, ServiceCluster
from raymon_tui.cluster.snapshot import Snapshot
from raymon_tui.tui.panes.kubernetes.unread import unread_lines
from raymon_tui.tui.panes.serve import ServePane
from raymon_tui.tui.resources.kubernetes.marks import mark_of_object
from raymon_tui.tui.resources.serve import mark_of
from raymon_tui.widgets.content import Content, Piece, Role, plain
from raymon_tui.widgets.states import glyph
from raymon_tui.widgets.table.column import Moment
from raymon_tui.widgets.table.line import fitted


class ServiceServePane(ServePane):
    """What Serve says on the cluster that is followed, and what the operator says of both clusters."""

    def feeds(self) -> tuple[Feed[Any], ...]:
        """Return Serve's feeds, and what Kubernetes knows."""
        return (*super().feeds(), KUBERNETES)

    def summary(self, snapshot: Snapshot, moment: Moment, width: int) -> tuple[Content, ...]:
        """Return a line for the RayService and one for each of its clusters above the counts."""
        picture = snapshot.value(KUBERNETES)
        if picture is None or picture.service is None:
            return super().summary(snapshot, moment, width)
        old = unread_lines(picture.unread, moment, width, of=("RayService",))
        lines = (fitted(line, width, ascii_only=moment.ascii_only) for line in service_lines(picture.service, moment))
        return (*old, *lines, *super().summary(snapshot, moment, width))


def service_lines(service: RayService, moment: Moment) -> Iterator[Content]:
    """Yield how a RayService is, then how far each of its clusters is."""
    yield (
        glyph(mark_of_object(service.state), ascii_only=moment.ascii_only),
        Piece(" RayService ", "dim"),
        Piece(plain(service.name, 60), "ink", bold=True),
        Piece(f"  {plain(service.state, 40)}", "dim"),
    )
    for does, one in (("active ", service.active), ("pending", service.pending)):
        if one is not None:
            yield (Piece(f"  {does} ", "dim"), *_cluster(one, moment))


def _cluster(one: ServiceCluster, moment: Moment) -> Iterator[Piece]:
    yield Piece(plain(one.ray_cluster_name, 80))
    if one.traffic_routed_percent is not None:
        yield Piece(f"  {one.traffic_routed_percent}% of requests", "ink")
    if one.target_capacity is not None:
        yield Piece(f"  capacity {one.target_capacity}%", "dim")
    for name, application in one.application_statuses.items():
        mark = mark_of(application.status)
        role: Role = mark.role if mark.role in ("bad", "warning") else "dim"
        yield Piece("  ")
        yield glyph(mark, ascii_only=moment.ascii_only)
        yield Piece(f" {plain(name, 60)} {plain(application.status, 30)}", role)
        if application.failing and application.why:
            yield Piece(f": {plain(' '.join(application.why.split()), 300)}", role)
