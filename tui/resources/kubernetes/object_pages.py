"""An object of KubeRay in full: what it is to be, what the operator says, what happened to it."""

from __future__ import annotations

from collections.abc import Sequence

from raymon_tui.cluster.kubernetes.event import KubernetesEvent
from raymon_tui.cluster.kubernetes.metadata import KubernetesObject
from raymon_tui.cluster.kubernetes.quantity import quantity
from raymon_tui.cluster.kubernetes.ray_cluster import RayCluster
from raymon_tui.cluster.kubernetes.ray_job import RayCronJob, RayJob
from raymon_tui.cluster.kubernetes.ray_service import RayService, ServiceCluster
from raymon_tui.tui.resources.cells import clock
from raymon_tui.tui.resources.kubernetes.marks import mark_of_object
from raymon_tui.tui.resources.kubernetes.objects import ObjectRow, conditions_of, conditions_words
from raymon_tui.tui.resources.kubernetes.pods import event_section
from raymon_tui.tui.resources.kubernetes.worker_groups import autoscaler_words
from raymon_tui.tui.screens.document import Field, Section
from raymon_tui.widgets.content import Content, Piece, plain
from raymon_tui.widgets.numbers import amount, count, duration, size
from raymon_tui.widgets.states import glyph
from raymon_tui.widgets.table.column import Moment


def object_sections(row: ObjectRow, events: Sequence[KubernetesEvent] | None, moment: Moment) -> list[Section]:
    """Return an object in full; `events` are its own, newest first, None where they cannot be read."""
    found = row.found
    state = (glyph(mark_of_object(row.state), ascii_only=moment.ascii_only), Piece(" " + plain(row.state, 60)))
    fields = [Field("state", state)]
    if row.why:
        fields.append(Field("why", row.why))
    fields += [Field("name", f"{found.namespace}/{found.name}"), *_fields(found)]
    fields.append(Field("age", "–" if found.created_at is None else duration(moment.now - found.created_at)))
    conditions = [Field(plain(type_, 60), words, folds=True) for type_, words in conditions_words(conditions_of(found))]
    return [Section(row.kind, fields), Section("Conditions", conditions), event_section(events, moment)]


def _fields(found: KubernetesObject) -> list[Field]:
    if isinstance(found, RayCluster):
        return _of_cluster(found)
    if isinstance(found, RayJob):
        return _of_job(found)
    if isinstance(found, RayService):
        return [Field("active", _cluster(found.active)), Field("pending", _cluster(found.pending))]
    if isinstance(found, RayCronJob):
        return [
            Field("schedule", " ".join((found.spec.schedule, found.spec.time_zone)).strip() or None),
            Field("last job", clock(found.scheduled_at)),
        ]
    return []


def _of_cluster(cluster: RayCluster) -> list[Field]:
    status = cluster.status
    fields = [Field("Ray version", cluster.spec.ray_version or None), Field("autoscaler", autoscaler_words(cluster))]
    if status is None:
        return fields
    memory = size(quantity(status.desired_memory))
    ready, available = count(status.ready_worker_replicas), count(status.available_worker_replicas)
    return [
        *fields,
        Field("workers", f"{ready} ready, {available} running, {count(status.desired_worker_replicas)} desired"),
        Field("resources", f"{amount(cluster.cpus)} CPU, {memory}, {amount(cluster.gpus)} GPU"),
        Field("head pod", status.head.pod_name or None),
        Field("head service", status.head.service_name or None),
        Field("status written", clock(cluster.updated_at)),
    ]


def _of_job(job: RayJob) -> list[Field]:
    status = job.status
    fields = [Field("entrypoint", job.spec.entrypoint or None), Field("cluster", job.cluster or "none yet")]
    if status is None:
        return fields
    return [
        *fields,
        Field("submission id", status.job_id or None),
        Field("job", status.job_status or None),
        Field("deployment", status.job_deployment_status or None),
        Field("tries", f"{count(status.failed)} failed of {count(job.spec.backoff_limit + 1)}"),
        Field("started", clock(job.started_at)),
        Field("ended", clock(job.ended_at)),
    ]


def _cluster(one: ServiceCluster | None) -> Content | str:
    if one is None:
        return "none"
    share = "" if one.traffic_routed_percent is None else f"  {one.traffic_routed_percent}% of requests"
    apps = "".join(f"  {plain(name, 40)} {plain(app.status, 20)}" for name, app in one.application_statuses.items())
    return (Piece(plain(one.ray_cluster_name, 60)), Piece(share, "dim"), Piece(apps, "dim"))
