"""Pods that Kubernetes cannot start or keep, with the words of whoever says why."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from raymon_tui.cluster.findings.crash_loop import crash_loops
from raymon_tui.cluster.findings.finding import Finding
from raymon_tui.cluster.findings.kuberay_standing import page_of
from raymon_tui.cluster.findings.pod_troubles import Trouble, troubles_of
from raymon_tui.cluster.findings.wording import several
from raymon_tui.cluster.kubernetes.picture import KUBERNETES, KubernetesPicture
from raymon_tui.cluster.kubernetes.pod import HEAD_GROUP, Pod
from raymon_tui.cluster.kubernetes.watched import PODS
from raymon_tui.cluster.model.quantity import age
from raymon_tui.cluster.snapshot import Snapshot

Member = tuple[Pod, Trouble]


def pod_trouble(snapshot: Snapshot, now: float) -> Iterator[Finding]:
    """Name the pods in trouble, together where pods of a group are in trouble of the same kind."""
    picture = snapshot.value(KUBERNETES)
    if picture is None:
        return
    groups: defaultdict[tuple[str, str], list[Member]] = defaultdict(list)
    for pod in picture.pods or ():
        for trouble in () if pod.deleting else troubles_of(pod, now):
            groups[trouble.kind, owner_of(pod)].append((pod, trouble))
    replaced, old_since = crash_loops(picture, now), picture.old_since(PODS)
    old = "" if old_since is None else f"as of {age(now - old_since)} ago"
    for (kind, owner), members in groups.items():
        crashed = replaced.pop(owner, "") if kind == "crash" else ""
        yield _finding(f"pod-{kind}:{owner}", members, (crashed, old), picture)
    for owner, cause in replaced.items():
        yield _of_replaced(owner, cause, picture)


def owner_of(pod: Pod) -> str:
    """Return what keeps its name while pods come and go: the worker group, or the Job that submits."""
    return f"{pod.cluster}/{pod.group}" if pod.cluster else f"job/{pod.job or pod.name}"


def _finding(id_: str, members: Sequence[Member], beside: Sequence[str], picture: KubernetesPicture) -> Finding:
    # The longest first, which is told while others join it.
    pod, trouble = min(members, key=lambda one: one[1].since or 0.0)
    since = [one.since for _, one in members if one.since is not None]
    causes = (_cause([one for _, one in members]), *beside)
    what = trouble.what if len(members) == 1 else trouble.what.replace("crashes", "crash")
    return Finding(
        id=id_,
        severity=max(one.severity for _, one in members),
        title=f"{_who(pod, len(members))} {what}",
        cause="; ".join(one for one in causes if one),
        where="nodes" if pod.is_ray_node else "more",
        subject=pod.name if pod.is_ray_node else page_of("Pod", pod.name),
        since=min(since, default=None),
        hint=trouble.hint,
        of_head=any(one.is_head and one.cluster == picture.followed for one, _ in members),
    )


def _who(pod: Pod, number: int) -> str:
    if number > 1:
        return f"{several(number, 'pod')} of {pod.group or pod.cluster or pod.job}"
    return pod.name if pod.is_ray_node or not pod.job else f"{pod.name}, which submits {pod.job},"


def _cause(troubles: Sequence[Trouble]) -> str:
    """Return the cause that most of them have, with how often it came to that in all."""
    counted = Counter(one.cause for one in troubles)
    cause, _ = counted.most_common(1)[0]
    times = sum(one.times for one in troubles if one.cause == cause)
    told = next(one for one in troubles if one.cause == cause).told(times)
    others = len(counted) - 1
    return f"{told}, and {several(others, 'other cause')}" if others else told


def _of_replaced(owner: str, cause: str, picture: KubernetesPicture) -> Finding:
    """Return the finding for pods that fail and are replaced by others, none of which is in trouble by itself."""
    cluster, _, group = owner.partition("/")
    trouble = Trouble.of_crash(cause)
    now = next((pod for pod in picture.own_pods if owner_of(pod) == owner), None)
    is_head = group == HEAD_GROUP
    return Finding(
        id=f"pod-crash:{owner}",
        severity=trouble.severity,
        title="the head crashes again and again" if is_head else f"pods of {group} crash again and again",
        cause=cause,
        where="nodes" if now is not None else "more",
        subject=now.name if now is not None else page_of("RayCluster", cluster),
        hint=trouble.hint,
        of_head=is_head and cluster == picture.followed,
    )
