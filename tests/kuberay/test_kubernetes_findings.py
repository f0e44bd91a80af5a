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
from raymon_tui.cluster.kubernetes.failed_pods import FailedPod
from raymon_tui.cluster.kubernetes.metadata import moment, read
from raymon_tui.cluster.kubernetes.picture import KUBERNETES, KubernetesPicture
from raymon_tui.cluster.kubernetes.pod import Pod
from raymon_tui.cluster.kubernetes.ray_cluster import RayCluster
from raymon_tui.cluster.kubernetes.ray_job import RayCronJob, RayJob
from raymon_tui.cluster.kubernetes.ray_service import RayService
from raymon_tui.cluster.kubernetes.unread import Unread
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


def test_what_the_head_is_in_comes_before_older_trouble_of_workers() -> None:
    head = pod("abcde")
    ended = {"exitCode": 137, "reason": "OOMKilled", "finishedAt": "2026-11-23T11:04:00Z"}
    head["status"]["containerStatuses"][0] |= {"ready": False, "lastState": {"terminated": ended}}
    head["metadata"]["name"] = "demo-head-later"
    workers = [pod("badimg"), pod("crash")]
    assert [finding.title.split()[0] for finding in found(picture([*workers, head]))] == [
        "demo-head-later",
        "demo-small-worker-badimg",
        "demo-small-worker-crash",
    ]
    of_another = picture([*workers, head], followed="other")
    assert found(of_another)[0].title.split()[0] == "demo-small-worker-badimg"
    lost = Link(state="lost", since=NOW, said="Connection refused")
    readings = {KUBERNETES.name: Reading(value=picture(workers), read_at=NOW)}
    assert find(Snapshot(at=NOW, link=lost, readings=readings), NOW)[0].id == "link-lost"


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


def crashing(name: str, restarts: int) -> dict[str, Any]:
    raw = pod("crash")
    raw["metadata"]["name"] = name
    raw["status"]["containerStatuses"][0]["restartCount"] = restarts
    return raw


def test_pods_of_a_group_that_crash_are_one_finding_which_stays_the_same_while_they_do() -> None:
    (before,) = found(picture([crashing("demo-a", 3), crashing("demo-b", 4), crashing("demo-c", 5)]))
    (after,) = found(picture([crashing("demo-a", 4), crashing("demo-b", 4), crashing("demo-d", 7)]))
    assert before.title == after.title == "3 pods of small crash again and again"
    assert before.cause == "container ray-worker ended with exit code 1, and was started anew 12 times"
    assert after.cause.endswith("15 times")
    assert before.id == after.id


def test_pods_that_are_replaced_under_new_names_are_a_loop_too() -> None:
    deleted = [
        {
            "metadata": {"name": f"e{number}", "creationTimestamp": f"2026-11-23T10:5{number}:00Z"},
            "type": "Normal",
            "reason": "DeletedWorkerPod",
            "message": f"Deleted worker Pod ray/demo-small-worker-{number}abcd; Pod status: Failed; Pod restart policy:"
            " Never; Ray container terminated status: &ContainerStateTerminated{ExitCode:137,Reason:OOMKilled,}",
            "involvedObject": {"kind": "RayCluster", "name": "demo"},
        }
        for number in range(4)
    ]
    idle = deleted[0] | {"message": "Deleted worker Pod ray/demo-small-worker-idle0; Pod status: Running; "}
    of = picture([pod("w1")], events=objects([*deleted, idle], KubernetesEvent))
    (finding,) = found(of)
    assert finding.title == "pods of small crash again and again"
    assert finding.cause == ("4 pods failed within 15m and came again under new names, with exit code 137 (OOMKilled)")
    assert (finding.where, finding.subject) == ("nodes", "demo-small-worker-w1")
    assert finding.id == found(picture([crashing("demo-a", 3)]))[0].id
    assert found(picture([pod("w1")], events=objects(deleted[:2], KubernetesEvent))) == ()
    assert found(of, NOW + 7200) == ()


def test_pods_that_were_seen_to_fail_count_where_events_cannot_be_read() -> None:
    failed = tuple(
        FailedPod(name=f"demo-small-worker-{number}", cluster="demo", group="small", at=NOW - 60 * number, exit_code=1)
        for number in range(1, 4)
    )
    (finding,) = found(picture([pod("w1")], events=None, failed_pods=failed))
    assert finding.cause == "3 pods failed within 3m and came again under new names, with exit code 1"


def test_the_pod_that_submits_a_job_is_in_trouble_of_its_own() -> None:
    raw = pod("badimg")
    raw["metadata"] |= {"name": "train-x7k2q", "labels": {"job-name": "train"}}
    (finding,) = found(picture([raw], job=read(job(), RayJob)))
    assert finding.title == "train-x7k2q, which submits train, cannot pull its image"
    assert (finding.where, finding.subject) == ("more", "kubernetes:Pod/train-x7k2q")


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


def test_the_trouble_of_pods_that_cannot_be_read_any_more_says_how_old_it_is() -> None:
    unread = (Unread(what="pods", said="forbidden", since=NOW - 720, known=True, lasts=True),)
    causes = {one.title: one.cause for one in found(picture([pod("badimg")], unread=unread))}
    assert causes["demo-small-worker-badimg cannot pull its image"].endswith("no such host; as of 12m ago")
    assert causes["Kubernetes tells nothing of pods any more"] == "forbidden"


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
    assert (finding.title, finding.severity) == ("RayCluster demo is suspended", Severity.WARNING)


def test_a_cluster_that_no_operator_looks_at_is_told_after_a_while() -> None:
    cluster = {key: value for key, value in recorded("raycluster.json").items() if key != "status"}
    of = structs.replace(picture(cluster=cluster), pods=())
    made = moment("2026-11-23T10:16:37Z")
    assert made is not None
    assert told(of, made + 20) == []
    assert told(of, made + 40) == [("no operator looks at RayCluster demo", "the object is there, but has no status")]


MADE = "2026-11-23T10:40:00Z"


def bare(kind: str, **spec: Any) -> dict[str, Any]:
    """Return an object of KubeRay that no operator has written to."""
    return {"kind": kind, "metadata": {"name": "one", "creationTimestamp": MADE}, "spec": spec}


def of_object(kind: str, raw: dict[str, Any]) -> KubernetesPicture:
    fields = {"RayJob": ("job", RayJob), "RayService": ("service", RayService), "RayCronJob": ("cron_job", RayCronJob)}
    name, type_ = fields[kind]
    changes: dict[str, Any] = {name: read(raw, type_), "clusters": (), "pods": ()}
    return structs.replace(picture(), **changes)


@pytest.mark.parametrize("kind", ["RayJob", "RayService"])
@pytest.mark.parametrize("status", [None, {}, {"conditions": []}])
def test_what_no_operator_looks_at_is_told_whatever_it_is(kind: str, status: dict[str, Any] | None) -> None:
    raw = bare(kind) | ({} if status is None else {"status": status})
    made = moment(MADE)
    assert made is not None
    assert told(of_object(kind, raw), made + 20) == []
    assert told(of_object(kind, raw), made + 40) == [
        (f"no operator looks at {kind} one", "the object is there, but has no status")
    ]


@pytest.mark.parametrize("kind", ["RayJob", "RayService", "RayCronJob"])
def test_what_is_suspended_is_told_whatever_it_is(kind: str) -> None:
    (finding,) = found(of_object(kind, bare(kind, suspend=True)))
    assert (finding.title, finding.severity) == (f"{kind} one is suspended", Severity.WARNING)
    assert finding.subject == f"kubernetes:{kind}/one"


def test_what_a_queue_holds_back_is_told_with_its_queue() -> None:
    raw = bare("RayJob", suspend=True)
    raw["metadata"]["labels"] = {"kueue.x-k8s.io/queue-name": "gpus"}
    (finding,) = found(of_object("RayJob", raw))
    assert "Kueue holds it in the queue gpus" in finding.hint


def test_what_another_controller_manages_is_no_trouble_of_the_operator() -> None:
    (finding,) = found(of_object("RayJob", bare("RayJob", managedBy="kueue.x-k8s.io/multikueue")))
    assert (finding.title, finding.severity) == ("kueue.x-k8s.io/multikueue runs one", Severity.INFO)


def test_a_job_that_has_ended_is_held_up_by_nothing() -> None:
    raw = bare("RayJob", suspend=True) | {"status": {"jobDeploymentStatus": "Complete"}}
    assert told(of_object("RayJob", raw)) == []


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


def test_a_failed_job_leads_to_the_log_of_its_submitter_where_there_is_one() -> None:
    raw = pod("w1")
    raw["metadata"] |= {"name": "train-x7k2q", "labels": {"job-name": "train"}}
    failed = read(job(jobDeploymentStatus="Failed", message="no"), RayJob)
    assert "train-x7k2q" in found(picture([raw], job=failed))[0].hint
    assert "train" not in found(picture(job=failed))[0].hint


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


def test_an_application_that_fails_on_the_active_cluster_is_told_without_asking_ray() -> None:
    raw = service("demo")
    raw["status"]["activeServiceStatus"]["applicationStatuses"] = {
        "chat": {"status": "UNHEALTHY", "serveDeploymentStatuses": {"LLM": {"status": "UNHEALTHY", "message": "gone"}}},
        "other": {"status": "DEPLOYING", "message": "wait"},
    }
    raw["status"]["conditions"] = [{"type": "Ready", "status": "True"}]
    assert told(picture(service=read(raw, RayService))) == [("Serve application chat is unhealthy", "gone")]


def test_on_other_clusters_none_of_this_is_looked_for() -> None:
    assert find(Snapshot(at=NOW, link=Link(state="live", since=NOW)), NOW) == ()
