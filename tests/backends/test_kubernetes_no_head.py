"""Why there is no head that runs, in the words of whoever keeps it from that, and what to do about it."""

from __future__ import annotations

from typing import Any

import pytest

from raymon_tui.backends.kubernetes.no_head import why_no_cluster, why_no_job, why_no_pod, why_not_running

RAY = {"containers": [{"name": "ray-head"}, {"name": "autoscaler"}]}
INITIALIZING = {"name": "ray-head", "state": {"waiting": {"reason": "PodInitializing"}}}
BACKS_OFF = {"reason": "CrashLoopBackOff", "message": "back-off 40s restarting failed container=wait-gcs"}
NO_IMAGE = {"reason": "ImagePullBackOff", "message": 'Back-off pulling image "registry.test/ray:none"'}
OOM_KILLED = {"reason": "OOMKilled", "exitCode": 137}


def of_ray(state: dict[str, Any], **others: Any) -> dict[str, Any]:
    """Return the status of a pod by that of Ray's container, beside one that runs."""
    autoscaler = {"name": "autoscaler", "state": {"running": {}}}
    return {"containerStatuses": [autoscaler, {"name": "ray-head", "state": state, **others}]}


@pytest.mark.parametrize(
    ("status", "said", "advice"),
    [
        ({"phase": "Pending"}, "its phase is Pending", "events"),
        ({"containerStatuses": [INITIALIZING], "phase": "Pending"}, "its phase is Pending", "events"),
        (
            {"initContainerStatuses": [{"name": "wait-gcs", "state": {"waiting": BACKS_OFF}}]},
            "init container wait-gcs: CrashLoopBackOff: back-off 40s restarting failed container=wait-gcs",
            "l on the pod",
        ),
        (
            {"initContainerStatuses": [{"name": "prepare", "state": {"terminated": {"exitCode": 2}}}]},
            "init container prepare: ended with exit code 2",
            "l on the pod",
        ),
        (
            of_ray({"waiting": NO_IMAGE}),
            'ImagePullBackOff: Back-off pulling image "registry.test/ray:none"',
            "imagePullSecrets",
        ),
        (
            {"conditions": [{"status": "False", "reason": "Unschedulable", "message": "0/3 nodes are available"}]},
            "Unschedulable: 0/3 nodes are available",
            "node pool",
        ),
        (
            {"phase": "Failed", "reason": "Evicted", "message": "The node was low on resource: memory."},
            "Evicted: The node was low on resource: memory.",
            "resources.requests",
        ),
        (
            {"phase": "Running", **of_ray({"waiting": BACKS_OFF}, lastState={"terminated": OOM_KILLED})},
            "CrashLoopBackOff, last OOMKilled (exit code 137): back-off 40s restarting failed container=wait-gcs",
            "memory limit",
        ),
        (
            {"phase": "Running", **of_ray({"waiting": BACKS_OFF}, lastState={"terminated": {"exitCode": 1}})},
            "CrashLoopBackOff, last ended (exit code 1): back-off 40s restarting failed container=wait-gcs",
            "p for the run before",
        ),
        ({"phase": "Failed", **of_ray({"terminated": OOM_KILLED})}, "OOMKilled (exit code 137)", "memory limit"),
    ],
)
def test_what_keeps_ray_from_running_is_told_with_what_to_do(status: dict[str, Any], said: str, advice: str) -> None:
    initial = [INITIALIZING] if "initContainerStatuses" in status else []
    why = why_not_running({"spec": RAY, "status": {"phase": "Pending", "containerStatuses": initial, **status}})
    assert why is not None
    assert why.said == said
    assert advice in why.advice


@pytest.mark.parametrize("state", [{}, {"running": {"startedAt": "2026-11-23T10:45:00Z"}}])
def test_a_container_that_runs_is_no_trouble_though_another_beside_it_ended(state: dict[str, Any]) -> None:
    status = {"phase": "Running", **of_ray(state)}
    status["containerStatuses"][0]["state"] = {"terminated": {"exitCode": 1}}
    assert why_not_running({"spec": RAY, "status": status}) is None


QUOTA = 'pods "demo-head" is forbidden: exceeded quota: team, requested: cpu=4, used: cpu=8, limited: cpu=10'


@pytest.mark.parametrize(
    ("cluster", "said", "advice"),
    [
        ({"spec": {"suspend": True}, "status": {"state": "suspended"}}, "it is suspended", "spec.suspend: false"),
        (
            {"spec": {"suspend": True}, "metadata": {"labels": {"kueue.x-k8s.io/queue-name": "gpu"}}},
            "it is suspended",
            "Kueue holds it in the queue gpu",
        ),
        ({"metadata": {"deletionTimestamp": "2026-11-23T10:45:00Z"}}, "it is being deleted", ""),
        ({}, "no operator has looked at it", "does KubeRay's operator run"),
        ({"status": {"state": "failed", "reason": QUOTA}}, QUOTA, "ResourceQuota"),
        (
            {"status": {"conditions": [{"type": "ReplicaFailure", "status": "True", "reason": "R", "message": QUOTA}]}},
            f"R: {QUOTA}",
            "ResourceQuota",
        ),
        ({"status": {"state": "ready"}}, "its state is ready", "events"),
    ],
)
def test_why_there_is_no_head_pod_is_told_with_what_to_do(cluster: dict[str, Any], said: str, advice: str) -> None:
    why = why_no_pod(cluster)
    assert why.said.startswith("it has no head pod")
    assert said in why.said
    assert advice in why.advice


@pytest.mark.parametrize(
    ("owner", "said", "advice"),
    [
        (
            {"spec": {"suspend": True}, "metadata": {"labels": {"kueue.x-k8s.io/queue-name": "gpu"}}},
            "it has no cluster: it is suspended",
            "Kueue holds it in the queue gpu",
        ),
        ({"spec": {}}, "it has no cluster, and no status: no operator has looked at it", "does KubeRay's operator run"),
        (
            {"status": {"jobDeploymentStatus": "Failed", "message": QUOTA}},
            f"it has no cluster: Failed, {QUOTA}",
            "ResourceQuota",
        ),
        ({"status": {"observedGeneration": 1}}, "it has no cluster yet", "events"),
    ],
)
def test_why_a_job_or_a_service_has_no_cluster_is_told(owner: dict[str, Any], said: str, advice: str) -> None:
    why = why_no_cluster(owner)
    assert why.said == said
    assert advice in why.advice


def test_a_cron_job_that_is_suspended_is_not_waited_for() -> None:
    spec = {"schedule": "0 2 * * *"}
    assert "0 2 * * *" in why_no_job({"spec": spec}).said
    assert why_no_job({"spec": {**spec, "suspend": True}}) == (
        "it makes no jobs: it is suspended",
        "spec.suspend: false starts it",
    )
