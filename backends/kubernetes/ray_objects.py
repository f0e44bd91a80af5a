"""What objects of KubeRay and their pods say of where Ray is: pure."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal, NamedTuple

from raymon_tui.backends.kuberay import CLUSTER_LABEL, GROUP, JOB_ENDED, TYPE_LABEL, job_order, plural

DASHBOARD_PORT = 8265
TOKEN_KEY = "auth_token"  # noqa: S105 - the key in a Secret
LONGEST_SECRET = 50
"""KubeRay names a cluster's Secret by so many of the last characters of the cluster's name."""


def objects_path(kind: str, namespace: str) -> str:
    """Return the path of all objects of a kind of KubeRay; the empty namespace stands for all."""
    return f"{GROUP}/namespaces/{namespace}/{plural(kind)}" if namespace else f"{GROUP}/{plural(kind)}"


def pods_path(namespace: str) -> str:
    """Return the path of all pods of a namespace."""
    return f"/api/v1/namespaces/{namespace}/pods"


def cluster_of(kind: str, found: Mapping[str, Any]) -> str | None:
    """Return the RayCluster that an object leads to now; None while there is none."""
    status = _mapping(found.get("status"))
    if kind == "raycluster":
        return name_of(found) or None
    if kind == "rayjob":
        selector = _mapping(_mapping(found.get("spec")).get("clusterSelector"))
        return _text(status, "rayClusterName") or _text(selector, CLUSTER_LABEL)
    active = _mapping(status.get("activeServiceStatus"))
    return _text(active, "rayClusterName") or _text(_mapping(status.get("pendingServiceStatus")), "rayClusterName")


def what_it_says(found: Mapping[str, Any]) -> str:
    """Return what an object says of how it is; "" where it says nothing."""
    status = _mapping(found.get("status"))
    words = [_text(status, key) for key in ("jobDeploymentStatus", "jobStatus", "reason", "message")]
    return ", ".join(word for word in words if word)


def newest_job(jobs: Iterable[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """Return of several RayJobs the newest that has not ended, or else the newest."""

    def order(job: Mapping[str, Any]) -> tuple[bool, str]:
        return job_order(_deployment_state(job), _text(_mapping(job.get("metadata")), "creationTimestamp"))

    return max(jobs, key=order, default=None)


def has_ended(found: Mapping[str, Any]) -> bool:
    """Return whether an object is a RayJob of which nothing more comes."""
    return _deployment_state(found) in JOB_ENDED


def attempts_of(found: Mapping[str, Any]) -> int:
    """Return how often a RayJob was tried and failed."""
    failed = _mapping(found.get("status")).get("failed")
    return failed if isinstance(failed, int) else 0


def _deployment_state(found: Mapping[str, Any]) -> str | None:
    return _text(_mapping(found.get("status")), "jobDeploymentStatus")


def head_pod(pods: Sequence[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """Return the head among pods: for a moment there may be two, of which one goes, or is not ready yet."""
    staying = [pod for pod in pods if not _mapping(pod.get("metadata")).get("deletionTimestamp")]
    return max(staying, key=lambda pod: (is_ready(pod), phase_of(pod) == "Running"), default=None)


def heads_among(pods: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return those pods that are heads."""
    return [pod for pod in pods if labels_of(pod).get(TYPE_LABEL) == "head"]


def is_ready(pod: Mapping[str, Any]) -> bool:
    """Return whether a pod's containers are all ready."""
    conditions = _mapping(pod.get("status")).get("conditions") or ()
    return any(one.get("type") == "Ready" and one.get("status") == "True" for one in conditions)


def is_going(pod: Mapping[str, Any]) -> bool:
    """Return whether a pod runs no more, or not for long."""
    return bool(_mapping(pod.get("metadata")).get("deletionTimestamp")) or phase_of(pod) != "Running"


def name_of(found: Mapping[str, Any]) -> str:
    """Return an object's name."""
    return _text(_mapping(found.get("metadata")), "name") or ""


def namespace_of(found: Mapping[str, Any]) -> str:
    """Return the namespace that an object is in."""
    return _text(_mapping(found.get("metadata")), "namespace") or ""


def uid_of(found: Mapping[str, Any]) -> str:
    """Return what tells an object from another of the same name."""
    return _text(_mapping(found.get("metadata")), "uid") or name_of(found)


def labels_of(found: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return an object's labels."""
    return _mapping(_mapping(found.get("metadata")).get("labels"))


def phase_of(pod: Mapping[str, Any]) -> str:
    """Return how far a pod is: Pending, Running, Succeeded, Failed; "" where that is not told."""
    return _text(_mapping(pod.get("status")), "phase") or ""


def pod_ip(pod: Mapping[str, Any]) -> str:
    """Return a pod's address; "" while it has none."""
    return _text(_mapping(pod.get("status")), "podIP") or ""


def ray_container(pod: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the container that Ray runs in: always the first one, whatever its name."""
    containers = _mapping(pod.get("spec")).get("containers") or ()
    return _mapping(containers[0]) if containers else {}


def dashboard_port(cluster: Mapping[str, Any], pod: Mapping[str, Any]) -> int:
    """Return where the dashboard listens in the head pod."""
    parameters = _mapping(_mapping(_mapping(cluster.get("spec")).get("headGroupSpec")).get("rayStartParams"))
    named = _text(parameters, "dashboard-port") or ""
    if named.isdecimal():
        return int(named)
    for port in ray_container(pod).get("ports") or ():
        if port.get("name") == "dashboard" and isinstance(port.get("containerPort"), int):
            return int(port["containerPort"])
    return DASHBOARD_PORT


class TokenSource(NamedTuple):
    """Where Ray's token is: in a `value`, whose `name` it then is, in a `secret`, or the `kubeconfig`'s own."""

    kind: Literal["value", "secret", "kubeconfig"]
    name: str = ""
    key: str = ""

    def __repr__(self) -> str:
        return f"TokenSource({self.kind})"


def token_source(cluster: Mapping[str, Any], pod: Mapping[str, Any]) -> TokenSource | None:
    """Return where Ray's token is; None where none is named.

    What the pod was really given covers KubeRay's own way and one by hand, so that is looked at first.
    """
    for one in ray_container(pod).get("env") or ():
        if one.get("name") == "RAY_AUTH_TOKEN":
            if one.get("value"):
                return TokenSource("value", str(one["value"]))
            reference = _mapping(_mapping(one.get("valueFrom")).get("secretKeyRef"))
            if reference.get("name"):
                return TokenSource("secret", str(reference["name"]), str(reference.get("key") or TOKEN_KEY))
    options = _mapping(_mapping(cluster.get("spec")).get("authOptions"))
    if options.get("enableK8sTokenAuth"):
        return TokenSource("kubeconfig")
    if options.get("mode") == "token":
        return TokenSource("secret", _text(options, "secretName") or name_of(cluster)[-LONGEST_SECRET:], TOKEN_KEY)
    return None


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(values: Mapping[str, Any], key: str) -> str | None:
    value = values.get(key)
    return value if isinstance(value, str) and value else None


def decoded(secret: Mapping[str, Any], key: str) -> str | None:
    """Return what a Secret holds under a key; None where that is not there, or no text."""
    data = _text(_mapping(secret.get("data")), key)
    try:
        return base64.b64decode(data, validate=True).decode("ascii").strip() or None if data else None
    except ValueError:
        return None
