"""The objects of KubeRay and the pods in one list, and each object of KubeRay in full."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from raymon_tui.cluster.kubernetes.metadata import Condition, KubernetesObject
from raymon_tui.cluster.kubernetes.picture import KubernetesPicture
from raymon_tui.cluster.kubernetes.pod import Pod
from raymon_tui.cluster.kubernetes.ray_cluster import RayCluster
from raymon_tui.cluster.kubernetes.ray_job import RayCronJob, RayJob
from raymon_tui.cluster.kubernetes.ray_service import RayService
from raymon_tui.tui.resources.cells import ago, counted, optional, text_column
from raymon_tui.tui.resources.kubernetes.marks import mark_of_object, mark_of_pod
from raymon_tui.widgets.content import UNKNOWN, Content, Piece, piece, plain
from raymon_tui.widgets.numbers import count
from raymon_tui.widgets.states import Mark, glyph
from raymon_tui.widgets.table.column import Column, Moment

MOST_JOBS = 20
"""Of those that a RayCronJob has made, the newest."""


class ObjectRow(NamedTuple):
    """One object of Kubernetes, and how it is."""

    kind: str
    found: KubernetesObject
    state: str
    mark: Mark
    why: str = ""

    @property
    def key(self) -> str:
        """What names it among all kinds."""
        return f"{self.kind}/{self.found.name}"

    @property
    def pod(self) -> Pod | None:
        """The pod that it is."""
        return self.found if isinstance(self.found, Pod) else None


def rows_of(picture: KubernetesPicture) -> list[ObjectRow]:
    """Return what was opened first, then what it made: job, clusters, pods."""
    rows: list[ObjectRow] = []
    if picture.cron_job is not None:
        rows.append(_row("RayCronJob", picture.cron_job, picture.cron_job.state, picture.cron_job.spec.schedule))
    if picture.service is not None:
        rows.append(_row("RayService", picture.service, picture.service.state, traffic_words(picture.service)))
    if picture.job is not None:
        rows.append(_row("RayJob", picture.job, picture.job.state, picture.job.why))
    rows += [_row("RayJob", one, one.state, one.why) for one in picture.jobs[:MOST_JOBS] if one is not picture.job]
    rows += [_row("RayCluster", one, one.state, one.why) for one in picture.clusters or ()]
    pods = sorted(picture.pods or (), key=_order)
    return rows + [ObjectRow("Pod", pod, pod.state, mark_of_pod(pod), pod.why) for pod in pods]


def _order(pod: Pod) -> tuple[bool, bool, str, bool, str, str]:
    """Return by what pods stand in order: those of nodes first, the head before the workers; those that end last."""
    return pod.deleting, not pod.is_ray_node, pod.cluster, not pod.is_head, pod.group, pod.name


def _row(kind: str, found: KubernetesObject, state: str, why: str) -> ObjectRow:
    return ObjectRow(kind, found, state, mark_of_object(state), why)


def traffic_words(service: RayService) -> str:
    """Return which cluster of a service serves, and which is to follow: `demo serves 70%, next is to follow, 30%`."""
    parts = []
    for one, does in ((service.active, "serves"), (service.pending, "is to follow")):
        if one is not None:
            share = "" if one.traffic_routed_percent is None else f" {one.traffic_routed_percent}% of requests"
            parts.append(f"{one.ray_cluster_name} {does}{share}{': ' + one.trouble if one.trouble else ''}")
    return ", ".join(parts)


def conditions_words(conditions: Sequence[Condition]) -> list[tuple[str, Content]]:
    """Return each condition by its type: its status, reason and message."""
    return [
        (
            one.type,
            (
                Piece(plain(one.status or "–", 20)),
                Piece(f"  {plain(one.reason, 80)}" if one.reason else "", "dim"),
                Piece(f"  {plain(' '.join(one.message.split()), 1024)}" if one.message else "", "dim"),
            ),
        )
        for one in conditions
    ]


def conditions_of(found: KubernetesObject) -> tuple[Condition, ...]:
    """Return what a controller says of an object's sides."""
    if isinstance(found, Pod):
        return found.status.conditions
    return found.conditions if isinstance(found, RayCluster | RayService) else ()


def _name(row: ObjectRow, moment: Moment) -> Content:
    return (glyph(row.mark, ascii_only=moment.ascii_only), Piece(" " + plain(row.found.name, 80)))


def _state(row: ObjectRow, _moment: Moment) -> Content:
    return (Piece(plain(row.state, 40), row.mark.role if row.mark.role in ("bad", "warning") else "dim"),)


def _ready(row: ObjectRow, _moment: Moment) -> Content:
    if row.pod is not None:
        containers = row.pod.containers
        ready = sum(one.ready for one in containers)
        return (Piece(f"{ready}/{len(row.pod.spec.containers)}", "ink" if ready else "faint"),)
    status = row.found.status if isinstance(row.found, RayCluster) else None
    if status is None:
        return () if isinstance(row.found, RayJob | RayService | RayCronJob) else (UNKNOWN,)
    return (Piece(f"{count(status.ready_worker_replicas)}/{count(status.desired_worker_replicas)}"),)


def _restarts(row: ObjectRow, _moment: Moment) -> Content:
    return () if row.pod is None else counted(row.pod.restarts, "warning" if row.pod.restarts else "ink")


def _of_pods(
    title: str, of: Callable[[Pod], str], *, width: int, priority: int, wide: bool = False
) -> Column[ObjectRow]:
    """Return a column that only pods have."""
    return Column(
        title,
        lambda row, _: () if row.pod is None else optional(of(row.pod)),
        lambda row: None if row.pod is None else of(row.pod) or None,
        width=width,
        priority=priority,
        wide=wide,
    )


COLUMNS: tuple[Column[ObjectRow], ...] = (
    text_column("kind", lambda r: r.kind, width=10, priority=2),
    Column("name", _name, lambda r: r.found.name, width=28, flex=1, max_width=50),
    Column("state", _state, lambda r: r.state, width=16),
    Column("ready", _ready, None, width=5, align="right", priority=3),
    Column(
        "restarts",
        _restarts,
        lambda r: None if r.pod is None else r.pod.restarts,
        width=8,
        align="right",
        priority=4,
        descending=True,
    ),
    Column(
        "why",
        lambda r, _: piece(" ".join(r.why.split()), "dim"),
        lambda r: r.why or None,
        width=16,
        flex=8,
        max_width=200,
        priority=1,
    ),
    _of_pods("group", lambda pod: pod.group, width=10, priority=6),
    _of_pods("machine", lambda pod: pod.spec.node_name, width=12, priority=7),
    Column(
        "age", lambda r, m: ago(r.found.created_at, m), lambda r: r.found.created_at, width=4, align="right", priority=5
    ),
    _of_pods("address", lambda pod: pod.ip, width=15, wide=True, priority=8),
)
