"""What a user sees of Kubernetes, and what the keys do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from recorded_kubernetes import NAMESPACE, RecordedKubernetes, job, recorded, service, submitter
from still import comes, line_with, text
from still_kubernetes import StillKubernetes, picture_of, snapshot_of, still

from raymon_tui.backends.base import KubernetesPlace
from raymon_tui.backends.errors import RefusedError, UnreachableError
from raymon_tui.cluster.model.job import Job
from raymon_tui.tui.options import MonitorOptions
from raymon_tui.tui.session import open_session

WIDE, NARROW = (140, 45), (80, 24)


def of(kind: str, name: str, *others: dict[str, Any]) -> RecordedKubernetes:
    return RecordedKubernetes(KubernetesPlace(context="lab", namespace=NAMESPACE, kind=kind, name=name), *others)


async def test_nodes_stand_beside_their_pods_and_pods_that_are_none_are_rows_with_why() -> None:
    async with (app := await still("nodes")).run_test(size=WIDE) as pilot:
        await comes(pilot, "4 pods are no nodes")
        assert "headgroup" in line_with(app, "10.244.0.28")
        assert "Running" in line_with(app, "10.244.0.28")
        pending = line_with(app, "small-worker-pend")
        assert "Unschedulable  0/1 nodes are" in pending
        assert " 3 " in line_with(app, "small-worker-oom")


@pytest.mark.parametrize("size", [WIDE, (120, 34), NARROW])
async def test_the_trouble_of_a_pod_is_seen_at_every_size(size: tuple[int, int]) -> None:
    async with (app := await still("nodes")).run_test(size=size) as pilot:
        for word in ("Unschedulable", "ImagePullBackOff", "OOMKilled"):
            await comes(pilot, word)
        assert all(len(line) <= size[0] for line in text(app).splitlines())


async def test_pods_are_shown_while_ray_does_not_answer() -> None:
    async with (await still("nodes", ray=False)).run_test(size=WIDE) as pilot:
        await comes(pilot, "6 pods, of which Ray has said nothing")
        await comes(pilot, "head-abcde")


async def test_a_node_is_opened_with_its_pod() -> None:
    async with (await still("nodes")).run_test(size=WIDE) as pilot:
        await comes(pilot, "10.244.0.28")
        await pilot.press("enter")
        await comes(pilot, "ray/demo-head-abcde")
        await comes(pilot, "1.5 CPU, 4.0 GiB")
        await comes(pilot, "node id")


async def test_a_pod_that_is_no_node_is_opened_with_its_containers_and_events() -> None:
    async with (await still("nodes")).run_test(size=WIDE) as pilot:
        await comes(pilot, "small-worker-oom")
        await pilot.press("G", "enter")
        await comes(pilot, "OOMKilled (exit code 137) 20m ago, 3 restarts, before that OOMKilled")
        await comes(pilot, "BackOff 3 times  Back-off restarting failed container")


async def test_a_pod_that_is_no_node_is_shown_as_yaml_from_the_list_of_nodes() -> None:
    async with (await still("nodes")).run_test(size=WIDE) as pilot:
        await comes(pilot, "small-worker-oom")
        await pilot.press("G", "y")
        await comes(pilot, "YAML /api/v1/namespaces/ray/pods/demo-small-worker-")


async def test_what_kubernetes_says_of_a_pod_is_told_to_its_end_on_a_narrow_screen() -> None:
    async with (app := await still("nodes")).run_test(size=NARROW) as pilot:
        await comes(pilot, "small-worker-badi")
        await pilot.press("/", *"badimg", "enter", "enter")
        await comes(pilot, "Pod demo-small-worker-badimg")
        await pilot.press("G")
        await comes(pilot, "no such host")
        assert "…" not in text(app)


async def test_a_finding_leads_to_its_pod() -> None:
    async with (await still("overview")).run_test(size=WIDE) as pilot:
        await comes(pilot, "demo-small-worker-badimg cannot pull its image")
        await pilot.press("enter")
        await comes(pilot, "pods are no nodes")
        await pilot.press("enter")
        await comes(pilot, "Pod demo-small-worker-badimg")


async def test_a_finding_leads_to_the_row_of_an_object_on_the_page_of_kubernetes() -> None:
    backend = RecordedKubernetes()
    backend.change("RayCluster", "demo", lambda one: one["spec"].update(suspend=True))
    for name in ("badimg", "oom", "crash", "pending"):
        backend.delete("Pod", f"demo-small-worker-{name}")
    async with (await still("overview", backend=backend)).run_test(size=WIDE) as pilot:
        await comes(pilot, "RayCluster demo is suspended")
        await pilot.press("enter")
        await comes(pilot, "RayCluster demo  namespace ray")
        await pilot.press("enter")
        await comes(pilot, "HeadPodReady")


async def test_worker_groups_are_joined_with_their_pods() -> None:
    async with (app := await still("autoscaler")).run_test(size=WIDE) as pilot:
        await comes(pilot, "Worker groups")
        assert line_with(app, "small   ").split()[1:8] == ["small", "0", "3", "1", "4", "3", "1"]
        assert "autoscaler none: enableInTreeAutoscaling is not set" in text(app)


async def test_a_group_without_a_bound_and_a_suspended_one_say_so() -> None:
    backend = RecordedKubernetes()

    def change(cluster: dict[str, Any]) -> None:
        cluster["spec"] |= {"enableInTreeAutoscaling": True, "autoscalerOptions": {"idleTimeoutSeconds": 60}}
        cluster["spec"]["workerGroupSpecs"] = [
            {"groupName": "free", "maxReplicas": 2147483647, "replicas": 0},
            {"groupName": "asleep", "maxReplicas": 4, "suspend": True},
        ]

    backend.change("RayCluster", "demo", change)
    async with (app := await still("autoscaler", backend=backend)).run_test(size=WIDE) as pilot:
        await comes(pilot, "autoscaler v2, idle nodes go after 1m 0s")
        assert "∞" in line_with(app, "free ")
        assert "suspended" in line_with(app, "asleep")


async def test_the_page_of_kubernetes_lists_objects_and_pods() -> None:
    async with (app := await still("more")).run_test(size=WIDE) as pilot:
        await comes(pilot, "Kubernetes events")
        await pilot.press("[", "[")
        await comes(pilot, "RayCluster demo  namespace ray  context lab")
        assert "1/1" in line_with(app, "● demo ")
        assert "ImagePullBackOff" in line_with(app, "demo-small-worker-badimg")
        await pilot.press("enter")
        await comes(pilot, "HeadPodReady")
        await comes(pilot, "1 ready, 1 running, 1 desired")


async def test_the_pod_that_submits_a_job_stands_behind_those_of_nodes() -> None:
    async with (app := await still("more", backend=of("RayJob", "train", job(), submitter()))).run_test(
        size=WIDE
    ) as pilot:
        await comes(pilot, "Kubernetes events")
        await pilot.press("[", "[")
        await comes(pilot, "train-x7k2q")
        rows = [line.split()[2] for line in text(app).splitlines() if line.lstrip().startswith("Pod ")]
        assert rows[0] == "demo-head-abcde"
        assert rows[-1] == "train-x7k2q"


async def test_events_of_kubernetes_stand_newest_first_and_open() -> None:
    async with (app := await still("more")).run_test(size=WIDE) as pilot:
        await comes(pilot, "Kubernetes events")
        await pilot.press("[")
        await comes(pilot, "13 warnings")
        ages = [line.split()[2] for line in text(app).splitlines() if line.lstrip().startswith(("▲", "·"))]
        assert ages == sorted(ages)
        await pilot.press("enter")
        await comes(pilot, "last seen")


async def test_events_that_one_may_not_read_say_so() -> None:
    backend = RecordedKubernetes()
    backend.refused.add("/events")
    async with (await still("more", backend=backend)).run_test(size=WIDE) as pilot:
        await pilot.press("[")
        await comes(pilot, "events cannot be read for 0s: you may not list events in ray")


async def test_a_job_says_how_its_deployment_is() -> None:
    failed = job(jobDeploymentStatus="Failed", jobStatus="FAILED", message="Job failed due to an application error")
    async with (await still("jobs", backend=of("RayJob", "train", failed))).run_test(size=WIDE) as pilot:
        await comes(pilot, "RayJob train  deployment Failed, job failed")
        await comes(pilot, "Job failed due to an application error")


@pytest.mark.parametrize("size", [WIDE, (120, 34), NARROW])
async def test_a_job_of_ray_bears_the_name_of_its_rayjob_and_how_its_deployment_is(size: tuple[int, int]) -> None:
    ray_job = job(jobId="train-7x2kq", failed=1)
    ray_job["spec"]["backoffLimit"] = 2
    jobs = (
        Job(type="SUBMISSION", submission_id="train-7x2kq", status="RUNNING", entrypoint="python train.py"),
        Job(type="SUBMISSION", submission_id="by-hand", status="SUCCEEDED", entrypoint="python x.py"),
    )
    async with (app := await still("jobs", backend=of("RayJob", "train", ray_job), jobs=jobs)).run_test(
        size=size
    ) as pilot:
        await comes(pilot, "train-7x2kq")
        assert "● train  Running" in line_with(app, "train-7x2kq")
        assert "train " not in line_with(app, "by-hand")
        await pilot.press("enter")
        await comes(pilot, "ray/train")
        await comes(pilot, "1 failed of 3")


async def test_a_service_says_which_cluster_has_its_requests() -> None:
    backend = of("RayService", "llm", service("demo", "next", trafficRoutedPercent=70))
    async with (await still("jobs", backend=backend)).run_test(size=WIDE) as pilot:
        await comes(pilot, "RayService llm  Upgrading  demo serves 70% of requests, next is to follow")


async def test_serve_is_joined_with_the_service_and_both_of_its_clusters() -> None:
    raw = service("demo", "next", trafficRoutedPercent=70)
    raw["status"]["activeServiceStatus"]["applicationStatuses"] = {"chat": {"status": "RUNNING"}}
    raw["status"]["pendingServiceStatus"] |= {
        "trafficRoutedPercent": 30,
        "applicationStatuses": {
            "chat": {
                "status": "DEPLOY_FAILED",
                "message": "The deployments ['LLM'] are UNHEALTHY.",
                "serveDeploymentStatuses": {"LLM": {"status": "UNHEALTHY", "message": "no module named vllm"}},
            }
        },
    }
    async with (app := await still("more", backend=of("RayService", "llm", raw))).run_test(size=WIDE) as pilot:
        await comes(pilot, "Placement groups")
        await pilot.press("]", "]")
        await comes(pilot, "RayService llm  Upgrading")
        assert "active  demo  70% of requests  ● chat RUNNING" in text(app)
        assert "pending next  30% of requests  ✕ chat DEPLOY_FAILED: no module named vllm" in text(app)


async def test_the_palette_opens_the_pages_under_more_by_their_names() -> None:
    async with (await still("nodes")).run_test(size=WIDE) as pilot:
        await comes(pilot, "pods are no nodes")
        await pilot.press("colon", *"kubernetes ev")
        await comes(pilot, "Open Kubernetes events (0)")
        await pilot.press("enter")
        await comes(pilot, "13 warnings")


async def test_the_yaml_of_a_pod_is_shown_without_what_was_given_to_it_in_confidence() -> None:
    backend = RecordedKubernetes()

    def add(pod: dict[str, Any]) -> None:
        pod["spec"]["containers"][0]["env"] = [
            {"name": "HF_TOKEN", "value": "hunter2"},
            {"name": "FROM", "valueFrom": {"secretKeyRef": {"name": "mine", "key": "auth_token"}}},
        ]
        pod["spec"]["containers"][0]["args"] = ["ray start --redis-password=hunter3 --head; export API_KEY=hunter4"]

    backend.change("Pod", "demo-head-abcde", add)
    async with (app := await still("more", backend=backend)).run_test(size=WIDE) as pilot:
        await pilot.press("[", "[")
        await comes(pilot, "demo-head-abcde")
        await pilot.press("j", "y")
        await comes(pilot, "--redis-password=<hidden> --head; export API_KEY=<hidden>")
        assert "hunter" not in text(app)
        await pilot.press("ctrl+f")
        await comes(pilot, "name: HF_TOKEN")
        assert "value: <hidden>" in text(app)
        assert "key: auth_token" in text(app)
        assert "hunter" not in text(app)


async def test_names_from_kubernetes_are_data_and_never_markup() -> None:
    backend = RecordedKubernetes()
    wild = recorded("pods.json")["items"][1] | {"kind": "Pod"}
    wild["metadata"] = {**wild["metadata"], "name": "demo-[bold]\x1b[31mx", "uid": "wild"}
    backend.put(wild)
    async with (app := await still("nodes", backend=backend)).run_test(size=WIDE) as pilot:
        await comes(pilot, "[bold]␛[31mx")
        assert "\x1b" not in text(app)


async def test_ascii_alone_is_drawn_where_that_is_asked_for() -> None:
    for pane in ("nodes", "autoscaler", "jobs"):
        async with (app := await still(pane, ascii_only=True)).run_test(size=WIDE) as pilot:
            await pilot.pause()
            assert text(app).isascii(), pane


async def test_a_pod_that_goes_while_one_looks_at_it_stays_on_the_page() -> None:
    backend = RecordedKubernetes()
    app: StillKubernetes = await still("nodes", backend=backend)
    async with app.run_test(size=WIDE) as pilot:
        await comes(pilot, "small-worker-oom")
        await pilot.press("G", "enter")
        await comes(pilot, "Pod demo-small-worker-oom")
        backend.delete("Pod", "demo-small-worker-oom")
        app.knows(snapshot_of(await picture_of(backend)))
        await comes(pilot, "The pod is gone. What was last known of it:")


async def test_a_cluster_whose_head_is_down_is_watched_all_the_same() -> None:
    session = open_session(RecordedKubernetes(), MonitorOptions())
    assert await session._first_failure() is None
    await session.monitor.aclose()


@pytest.mark.parametrize(
    ("backend", "refusal"),
    [(lambda: of("RayCluster", "nobody"), None), (RecordedKubernetes, RefusedError("ask", "no", "do"))],
    ids=["not there", "refused"],
)
async def test_a_cluster_that_is_not_there_or_refuses_ends_the_program(
    backend: Callable[[], RecordedKubernetes], refusal: RefusedError | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = open_session(backend(), MonitorOptions())
    if refusal is not None:

        async def refuse() -> None:
            raise refusal

        monkeypatch.setattr(session.monitor.api, "version", refuse)
    failure = await session._first_failure()
    assert isinstance(failure, UnreachableError if refusal is None else RefusedError)
    await session.monitor.aclose()
