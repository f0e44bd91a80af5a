"""RayClusters whose head is not there, that are suspended, that no operator looks at, or that may have no more pods."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import structs

from raymon_tui.cluster.findings.finding import Finding, Severity
from raymon_tui.cluster.findings.kuberay_standing import UNSEEN_S, page_of, standing
from raymon_tui.cluster.findings.wording import sentence
from raymon_tui.cluster.kubernetes.metadata import Condition
from raymon_tui.cluster.kubernetes.picture import KUBERNETES, KubernetesPicture
from raymon_tui.cluster.kubernetes.ray_cluster import RayCluster
from raymon_tui.cluster.ray_api.words import spoken
from raymon_tui.cluster.snapshot import Snapshot

QUOTA_S = 600.0
"""The operator tries again within minutes; a quota that was exceeded longer ago is so no more."""


def ray_cluster_trouble(snapshot: Snapshot, now: float) -> Iterator[Finding]:
    """Name what is wrong with the clusters themselves; of a suspended one nothing else."""
    picture = snapshot.value(KUBERNETES)
    if picture is None:
        return
    for cluster in picture.clusters or ():
        if cluster.deleting:
            continue
        held_up = tuple(standing("RayCluster", cluster, now))
        of_head = cluster.name == picture.followed
        yield from held_up or (structs.replace(one, of_head=of_head) for one in _head(cluster, picture, now))
    yield from _quota(picture, now)


def _finding(cluster: RayCluster, kind: str, title: str, cause: str, since: float | None, hint: str) -> Finding:
    return Finding(
        id=f"{kind}:{cluster.name}",
        severity=Severity.ERROR,
        title=title,
        cause=cause,
        where="more",
        subject=page_of("RayCluster", cluster.name),
        since=since,
        hint=hint,
    )


def _head(cluster: RayCluster, picture: KubernetesPicture, now: float) -> Iterator[Finding]:
    said_ready = cluster.status is not None and cluster.status.state == "ready"
    head = cluster.head_ready
    if head is not None and head.status != "True":
        beside = ", though the state of the RayCluster still says ready" if said_ready else ""
        title, cause = f"the head pod of {cluster.name} is not ready", _words(head) + beside
        yield _finding(cluster, "head-not-ready", title, cause, head.since, "Its events and its log tell why: key 0.")
    elif said_ready and picture.pods is not None and cluster.name == picture.followed:
        heads = [pod for pod in picture.pods if pod.is_head and pod.cluster == cluster.name]
        if any(pod.ready for pod in heads):
            return
        changed = max((one.since for pod in heads for one in pod.status.conditions if one.since), default=None)
        if changed is not None and now - changed <= UNSEEN_S:
            return
        cause = "there is no head pod" if not heads else f"its head pod is {heads[0].state}"
        title = f"{cluster.name} says ready, but is not"
        hint = "The operator has not looked since: is it running?"
        yield _finding(cluster, "stale-ready", title, cause, changed, hint)


def _words(condition: Condition) -> str:
    said = sentence(spoken(condition.message, 200))
    return (
        f"{condition.reason}: {said}" if said and condition.reason else said or condition.reason or "no reason is told"
    )


def _quota(picture: KubernetesPicture, now: float) -> Iterator[Finding]:
    """Name the newest refusal of a pod for a quota."""
    for event in picture.events or ():
        if event.is_warning and "exceeded quota" in event.message and now - (event.at or 0.0) <= QUOTA_S:
            quota = event.message[event.message.index("exceeded quota") :]
            yield Finding(
                id=f"quota:{event.involved_object.name}",
                severity=Severity.ERROR,
                title=f"{event.involved_object.name} may have no more pods",
                cause=sentence(spoken(quota, 200)),
                where="more",
                subject=page_of(event.involved_object.kind, event.involved_object.name),
                since=event.at,
                hint="Free what else uses the namespace's ResourceQuota, or have it raised.",
            )
            return
