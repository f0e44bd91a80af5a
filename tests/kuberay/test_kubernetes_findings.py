"""What is found in what Kubernetes knows."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec import structs
from recorded_kubernetes import NOW, job, recorded, service

from raymon_tui.cluster.feeds.feed import Reading
from raymon_tui.cluster.findings.find import find
from raymon_tui.cluster.findings.finding import Finding, Severity
from raymon_tui.cluster.kubernetes.event import KubernetesEvent
from raymon_tui.cluster.kubernetes.metadata import moment, read
from raymon_tui.cluster.kubernetes.picture import KUBERNETES, KubernetesPicture
from raymon_tui.cluster.kubernetes.pod import Pod
from raymon_tui.cluster.kubernetes.ray_cluster import RayCluster
from raymon_tui.cluster.kubernetes.ray_job import RayJob
from raymon_tui.cluster.kubernetes.ray_service import RayService
from raymon_tui.cluster.snapshot import Link, Snapshot


def objects(raws: list[dict[str, Any]], type_: type[Any]) -> tuple[Any, ...]:
    return tuple(found for raw in raws if (found := read(raw, type_)) is not None)


def pod(name: str) -> dict[str, Any]:
    """Return a recorded pod by the end of its name."""
    found: dict[str, Any] = next(
        one for one in recorded("pods.json")["items"] if one["metadata"]["name"].endswith(name)
    )
    return found


def picture(
    pods: list[dict[str, Any]] | None = None, cluster: dict[str, Any] | None = None, **fields: Any
) -> KubernetesPicture:
    """Return a picture with a head that is well, beside other pods."""
    clusters = objects([cluster or recorded("raycluster.json")], RayCluster)
    every = objects([pod("abcde"), *(pods or [])], Pod)
    base = KubernetesPicture(
        namespace="ray", kind="RayCluster", name="demo", followed="demo", clusters=clusters, pods=every, events=()
    )
    return structs.replace(base, **fields)


def found(of: KubernetesPicture, at: float = NOW) -> tuple[Finding, ...]:
    readings = {KUBERNETES.name: Reading(value=of, read_at=at)}
    return find(Snapshot(at=at, link=Link(state="live", since=at), readings=readings), at)


def told(of: KubernetesPicture, at: float = NOW) -> list[tuple[str, str]]:
    return [(finding.title, finding.cause) for finding in found(of, at)]


def test_a_cluster_that_is_well_needs_nobody() -> None:
    assert found(picture([pod("w1")])) == ()


def test_a_pod_without_a_place_is_told_in_the_schedulers_words() -> None:
    (finding,) = found(picture([pod("pending")]))
    assert finding.title == "demo-small-worker-pending cannot be scheduled"
    assert finding.cause == "0/1 nodes are available: 1 Insufficient cpu"
    assert (finding.severity, finding.where, finding.subject) == (
        Severity.WARNING,
        "nodes",
        "demo-small-worker-pending",
    )
    assert finding.since == moment("2026-11-23T10:43:33Z")


def test_pods_of_a_group_in_the_same_trouble_are_one_finding() -> None:
    pods = [pod("pending"), pod("pending"), pod("pending")]
    for number, one in enumerate(pods):
        one["metadata"]["name"] = f"demo-big-{number}"
    assert told(picture(pods)) == [("3 pods of big cannot be scheduled", "0/1 nodes are available: 1 Insufficient cpu")]


def test_an_image_that_cannot_be_pulled_is_named_with_the_innermost_reason() -> None:
    assert told(picture([pod("badimg")])) == [
        ("demo-small-worker-badimg cannot pull its image", "lab.local/none:1: lookup lab.local: no such host")
    ]


def test_a_container_that_crashes_again_and_again_is_told_with_its_exit_code() -> None:
    assert told(picture([pod("crash")])) == [
        (
            "demo-small-worker-crash crashes again and again",
            "container ray-worker ended with exit code 1, and was started anew 3 times",
        )
    ]


def test_a_loop_is_told_while_it_backs_off() -> None:
    raw = pod("crash")
    raw["status"]["containerStatuses"][0]["state"] = {"waiting": {"reason": "CrashLoopBackOff", "message": "back-off"}}
    ((title, cause),) = told(picture([raw]))
    assert title.endswith("crashes again and again")
    assert "exit code 1" in cause


def test_a_container_that_failed_once_is_no_loop() -> None:
    raw = pod("crash")
    raw["status"]["containerStatuses"][0]["restartCount"] = 1
    assert told(picture([raw])) == []


def test_out_of_memory_is_told_with_the_limit() -> None:
    (finding,) = found(picture([pod("oom")]))
    assert finding.title == "demo-small-worker-oom ran out of memory (OOMKilled)"
    assert finding.cause == "container ray-worker was killed 3 times; its limit is 64.0 MiB"


def test_out_of_memory_long_ago_needs_nobody_once_the_container_runs_again() -> None:
    raw = pod("oom")
    status = raw["status"]["containerStatuses"][0]
    status |= {"ready": True, "state": {"running": {"startedAt": "2026-11-23T10:44:30Z"}}}
    assert len(found(picture([raw]))) == 1
    assert found(picture([raw]), NOW + 7200) == ()


def test_a_pod_that_is_about_to_end_is_no_trouble() -> None:
    raw = pod("badimg")
    raw["metadata"]["deletionTimestamp"] = "2026-11-23T11:00:00Z"
    assert told(picture([raw])) == []


def test_a_head_that_is_not_ready_is_told_though_the_state_says_ready() -> None:
    cluster = recorded("raycluster.json")
    cluster["status"]["conditions"][0] |= {"status": "False", "reason": "ImagePullBackOff", "message": "no such image"}
    assert told(picture(cluster=cluster)) == [
        (
            "the head pod of demo is not ready",
            "ImagePullBackOff: no such image, though the state of the RayCluster still says ready",
        )
    ]


def test_ready_that_nobody_has_taken_back_is_told() -> None:
    of = picture()
    assert told(structs.replace(of, pods=())) == [("demo says ready, but is not", "there is no head pod")]


def test_pods_that_cannot_be_read_are_no_missing_head() -> None:
    assert told(structs.replace(picture(), pods=None)) == []


def test_a_suspended_cluster_is_told_and_nothing_else_of_it() -> None:
    cluster = recorded("raycluster.json")
    cluster["spec"]["suspend"] = True
    (finding,) = found(structs.replace(picture(cluster=cluster), pods=()))
    assert (finding.title, finding.severity) == ("demo is suspended", Severity.WARNING)


def test_a_cluster_that_no_operator_looks_at_is_told_after_a_while() -> None:
    cluster = {key: value for key, value in recorded("raycluster.json").items() if key != "status"}
    of = structs.replace(picture(cluster=cluster), pods=())
    made = moment("2026-11-23T10:16:37Z")
    assert made is not None
    assert told(of, made + 20) == []
    assert told(of, made + 40) == [("no operator looks at demo", "the object is there, but has no status")]


QUOTA = 'pods "demo-small-x" is forbidden: exceeded quota: gpus, requested: cpu=4, used: cpu=8, limited: cpu=10'


@pytest.mark.parametrize(("ago_s", "number"), [(60, 1), (3600, 0)])
def test_a_quota_that_is_exceeded_is_told_while_it_is(ago_s: float, number: int) -> None:
    event = {
        "metadata": {"name": "e", "creationTimestamp": "2026-11-23T11:05:00Z"},
        "type": "Warning",
        "reason": "FailedToCreateWorkerPod",
        "message": QUOTA,
        "involvedObject": {"kind": "RayCluster", "name": "demo"},
    }
    of = picture(events=objects([event], KubernetesEvent))
    assert (
        told(of, NOW + ago_s)
        == [("demo may have no more pods", "exceeded quota: gpus, requested: cpu=4, used: cpu=8, limited: cpu=10")]
        * number
    )


def test_a_job_whose_deployment_failed_is_told_with_the_operators_words() -> None:
    raw = job(jobDeploymentStatus="Failed", reason="DeadlineExceeded", message="The RayJob has passed its deadline.")
    assert told(picture(job=read(raw, RayJob))) == [
        ("RayJob train failed", "DeadlineExceeded: The RayJob has passed its deadline")
    ]


def test_a_job_that_runs_is_no_trouble() -> None:
    assert told(picture(job=read(job(), RayJob))) == []


def test_a_service_on_its_way_to_another_cluster_is_told_as_news() -> None:
    raw = service("demo", "next", trafficRoutedPercent=70)
    (finding,) = found(picture(service=read(raw, RayService)))
    assert (finding.title, finding.severity) == ("next is to take over from demo", Severity.INFO)
    assert finding.cause == "RayService llm is being upgraded; it still has 70% of requests"


def test_a_pending_cluster_whose_application_fails_is_told_as_trouble() -> None:
    raw = service("demo", "next")
    raw["status"]["pendingServiceStatus"]["applicationStatuses"] = {
        "chat": {"status": "DEPLOY_FAILED", "message": "no module named vllm"}
    }
    (finding,) = found(picture(service=read(raw, RayService)))
    assert (finding.severity, finding.cause) == (Severity.WARNING, "chat is DEPLOY_FAILED: no module named vllm")


def test_on_other_clusters_none_of_this_is_looked_for() -> None:
    assert find(Snapshot(at=NOW, link=Link(state="live", since=NOW)), NOW) == ()
