"""Why an object of KubeRay leads to no head that runs, in the words of Kubernetes and of KubeRay's operator: pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from raymon_tui.backends.kuberay import PULL_REASONS, QUEUE_LABEL
from raymon_tui.backends.kubernetes.ray_objects import labels_of, phase_of, ray_container, what_it_says

_INITIALIZING = "PodInitializing"
"""What all containers wait for while others prepare the pod, which tells nothing of why that takes long."""
_QUOTA = "exceeded quota"
_OPERATOR = "does KubeRay's operator run, and watch this namespace?"
_SEE_EVENTS = "the monitor has its events: key 0, Kubernetes events"
_SEE_LOG = "its log tells why: in the monitor key 2, l on the pod, then p for the run before"
_BY_WORDS = (
    (_QUOTA, "free what else uses the namespace's ResourceQuota, or have it raised"),
    ("Unschedulable", "ask for less, free a machine, or let the node pool grow"),
    ("OOMKilled", "raise the memory limit of headGroupSpec's template"),
    ("Evicted", "the machine had too little left: ask for as much as the head uses (resources.requests)"),
    *(
        (reason, "is the image's name right, and may this namespace pull it (imagePullSecrets)?")
        for reason in PULL_REASONS
    ),
    ("CrashLoopBackOff", _SEE_LOG),
    ("exit code", _SEE_LOG),
)


class NoHead(NamedTuple):
    """Why there is no head, and what to do about it."""

    said: str
    advice: str


def why_not_running(pod: Mapping[str, Any]) -> NoHead | None:
    """Return why Ray's container in a pod does not run; None where it does.

    A pod whose container crashes again and again is in the phase Running all the same.
    """
    status = _mapping(pod.get("status"))
    said = _why_ray_waits(pod) or ("" if phase_of(pod) == "Running" else _why_pod_waits(pod, status))
    return NoHead(said, _advice(said)) if said else None


def why_no_pod(cluster: Mapping[str, Any]) -> NoHead:
    """Return why a RayCluster has no head pod, as far as its spec and its status tell."""
    spec, status = _mapping(cluster.get("spec")), _mapping(cluster.get("status"))
    if _mapping(cluster.get("metadata")).get("deletionTimestamp"):
        return NoHead("it has no head pod: it is being deleted", "whoever deleted it knows why")
    if spec.get("suspend") is True:
        return NoHead("it has no head pod: it is suspended", _way_on(cluster))
    if not status:
        return NoHead("it has no head pod, and no status: no operator has looked at it", _OPERATOR)
    why = _why_failed(status)
    said = (
        f"it has no head pod: {why}" if why else f"it has no head pod; its state is {status.get('state') or 'not told'}"
    )
    return NoHead(said, _advice(said))


def why_no_cluster(owner: Mapping[str, Any]) -> NoHead:
    """Return why a RayJob or a RayService has no RayCluster, as far as its spec and its status tell."""
    if _mapping(owner.get("spec")).get("suspend") is True:
        return NoHead("it has no cluster: it is suspended", _way_on(owner))
    if not owner.get("status"):
        return NoHead("it has no cluster, and no status: no operator has looked at it", _OPERATOR)
    said = what_it_says(owner)
    return NoHead(f"it has no cluster: {said}" if said else "it has no cluster yet", _advice(said))


def why_no_job(cron_job: Mapping[str, Any]) -> NoHead:
    """Return why a RayCronJob has made no RayJob."""
    spec = _mapping(cron_job.get("spec"))
    if spec.get("suspend") is True:
        return NoHead("it makes no jobs: it is suspended", _way_on(cron_job))
    return NoHead(f"it has made no job yet; its schedule is {spec.get('schedule') or 'not told'}", "wait for its time")


def _way_on(suspended: Mapping[str, Any]) -> str:
    queue = labels_of(suspended).get(QUEUE_LABEL)
    by_kueue = f"Kueue holds it in the queue {queue}, whose Workload tells what it waits for"
    return by_kueue if queue else "spec.suspend: false starts it"


def _why_failed(status: Mapping[str, Any]) -> str:
    """Return what the operator could not do: the condition of that is newer than `reason`, which stays."""
    for one in status.get("conditions") or ():
        if one.get("type") == "ReplicaFailure" and one.get("status") == "True" and one.get("message"):
            return f"{one.get('reason') or 'it failed'}: {one['message']}"
    return str(status.get("reason") or "")


def _advice(said: str) -> str:
    return next((advice for words, advice in _BY_WORDS if words in said), _SEE_EVENTS)


def _why_pod_waits(pod: Mapping[str, Any], status: Mapping[str, Any]) -> str:
    if why := _why_container_waits(status):
        return why
    if status.get("reason"):
        return _with_message(str(status["reason"]), status)
    for one in status.get("conditions") or ():
        if one.get("status") == "False" and one.get("message"):
            return f"{one.get('reason') or 'it waits'}: {one['message']}"
    return f"its phase is {phase_of(pod) or 'not known'}"


def _why_ray_waits(pod: Mapping[str, Any]) -> str:
    """Return why the container that Ray runs in does not run, and how it ended before; "" where nothing is told."""
    name, found = ray_container(pod).get("name"), _mapping(pod.get("status")).get("containerStatuses") or ()
    own = _mapping(next((one for one in found if one.get("name") == name), None))
    state = _mapping(own.get("state"))
    waiting, ended = _mapping(state.get("waiting")), _mapping(state.get("terminated"))
    if ended:
        return _with_message(_end(ended), ended)
    reason = waiting.get("reason")
    if reason in (None, "", _INITIALIZING):
        return ""
    before = _mapping(_mapping(own.get("lastState")).get("terminated"))
    return _with_message(f"{reason}, last {_end(before)}" if before else str(reason), waiting)


def _end(ended: Mapping[str, Any]) -> str:
    return f"{ended.get('reason') or 'ended'} (exit code {ended.get('exitCode')})"


def _why_container_waits(status: Mapping[str, Any]) -> str:
    """Return why a container waits that only prepares the pod, for which the others wait; else any other."""
    for key, what in (("initContainerStatuses", "init container {}: "), ("containerStatuses", "container {}: ")):
        for one in status.get(key) or ():
            state = _mapping(one.get("state"))
            waiting, ended = _mapping(state.get("waiting")), _mapping(state.get("terminated"))
            if waiting.get("reason") not in (None, "", _INITIALIZING):
                return what.format(one.get("name")) + _with_message(str(waiting["reason"]), waiting)
            if ended.get("exitCode"):
                return f"{what.format(one.get('name'))}ended with exit code {ended['exitCode']}"
    return ""


def _with_message(reason: str, said: Mapping[str, Any]) -> str:
    return f"{reason}: {said.get('message') or ''}".rstrip(": ")


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
