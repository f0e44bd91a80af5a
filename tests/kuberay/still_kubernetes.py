"""The program on a cluster in Kubernetes that stands still: two nodes of Ray, four pods that are none."""

from __future__ import annotations

from typing import Any

from recorded_kubernetes import NOW, RecordedKubernetes
from still import StillApp, StillMonitor

from raymon_tui.backends.base import Backend, KubernetesObjects
from raymon_tui.cluster.feeds.catalogue import AUTOSCALER, JOBS, NODES, VERSION
from raymon_tui.cluster.feeds.feed import Reading
from raymon_tui.cluster.findings.find import find
from raymon_tui.cluster.kubernetes.picture import KUBERNETES
from raymon_tui.cluster.kubernetes.source import KubernetesSource
from raymon_tui.cluster.model.autoscaler import AutoscalerStatus, NodeType
from raymon_tui.cluster.model.job import Job
from raymon_tui.cluster.model.node import Node
from raymon_tui.cluster.model.version import Version
from raymon_tui.cluster.snapshot import Link, Snapshot
from raymon_tui.tui.options import MonitorOptions

GIB = 2.0**30


def node(number: int, ip: str, kind: str, *, is_head: bool = False) -> Node:
    return Node(
        node_id=f"{number:02x}" * 28,
        ip=ip,
        hostname=f"pod-{number}",
        node_type=kind,
        is_head=is_head,
        start_time=NOW - 1200,
        resources_total={"CPU": 1.0, "memory": 2 * GIB},
        resources_used={"CPU": 0.5, "memory": 0.0},
        cpu_percent=12.0 * number,
        mem_used=0.8 * GIB,
        mem_total=4 * GIB,
        disk_used=12 * GIB,
        disk_total=60 * GIB,
        object_store_used=0.0,
        object_store_total=GIB,
        measured_at=NOW - 4,
    )


NODES_OF_DEMO = (node(1, "10.244.0.28", "headgroup", is_head=True), node(2, "10.244.0.29", "small"))


async def picture_of(backend: KubernetesObjects) -> Reading[Any]:
    """Return what a source reads of these objects."""
    source = KubernetesSource(backend, lambda: NOW)
    await source.once()
    return source.readings()[KUBERNETES.name]


def snapshot_of(kubernetes: Reading[Any], *, ray: bool = True, jobs: tuple[Job, ...] = ()) -> Snapshot:
    """Return a picture with what Kubernetes knows, and, with `ray`, what the dashboard answered."""
    answers: dict[Any, Any] = {
        VERSION: Version(ray_version="2.60.0", session_name="one"),
        NODES: NODES_OF_DEMO,
        AUTOSCALER: AutoscalerStatus(version="v2", node_types=(NodeType(name="small", active=1, idle=0),)),
        JOBS: jobs,
    }
    readings: dict[str, Reading[Any]] = {KUBERNETES.name: kubernetes}
    if ray:
        readings |= {
            feed.name: Reading(value=value, read_at=NOW - 1, took_s=0.02, interval_s=2.0)
            for feed, value in answers.items()
        }
    link = Link(state="live", since=NOW - 900) if ray else Link(state="lost", since=NOW - 60, said="connection refused")
    bare = Snapshot(at=NOW, target="raycluster/demo", reached_by="kubernetes lab/ray", link=link, readings=readings)
    return Snapshot(
        at=NOW,
        target=bare.target,
        reached_by=bare.reached_by,
        link=link,
        readings=readings,
        findings=find(bare, NOW),
    )


class StillKubernetes(StillApp):
    """The program, opened on one pane of a cluster in Kubernetes."""

    def __init__(self, pane_id: str, backend: Backend, snapshot: Snapshot, *, now: float = NOW, **options: Any) -> None:
        super().__init__(pane_id, snapshot, MonitorOptions(**options), clock=lambda: now)
        self.kubernetes = backend
        self.monitor = StillMonitor(backend, snapshot)

    def open_cluster(self, backend: Backend, own: MonitorOptions | None = None) -> None:
        super().open_cluster(self.kubernetes)


async def still(
    pane_id: str,
    *,
    ray: bool = True,
    backend: RecordedKubernetes | None = None,
    jobs: tuple[Job, ...] = (),
    **options: Any,
) -> StillKubernetes:
    """Return the program on the recorded cluster."""
    of = backend or RecordedKubernetes()
    return StillKubernetes(pane_id, of, snapshot_of(await picture_of(of), ray=ray, jobs=jobs), **options)
