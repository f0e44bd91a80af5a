"""Where the opened object leads, and what is known to belong to it."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec import structs
from recorded_kubernetes import NAMESPACE, NOW, RecordedKubernetes, job, recorded, renamed, service, submitter
from still_kubernetes import picture_of
from test_watching_kubernetes import complete, place, until, watching

from raymon_tui.backends.base import WatchEvent
from raymon_tui.cluster.feeds.catalogue import VERSION
from raymon_tui.cluster.feeds.feed import Reading
from raymon_tui.cluster.findings.find import find
from raymon_tui.cluster.kubernetes.event import KubernetesEvent
from raymon_tui.cluster.kubernetes.failed_pods import FailedPods
from raymon_tui.cluster.kubernetes.following import Leads, leads_of, newest_job
from raymon_tui.cluster.kubernetes.metadata import moment, read
from raymon_tui.cluster.kubernetes.picture import KUBERNETES, KubernetesPicture
from raymon_tui.cluster.kubernetes.pod import Pod
from raymon_tui.cluster.kubernetes.ray_job import RayJob
from raymon_tui.cluster.kubernetes.ray_service import RayService
from raymon_tui.cluster.kubernetes.shelf import Shelf
from raymon_tui.cluster.kubernetes.watched import MOST_EVENTS
from raymon_tui.cluster.model.version import Version
from raymon_tui.cluster.snapshot import Link, Snapshot


def of_job(name: str, created: str = "2026-11-23T10:40:00Z", **status: Any) -> RayJob:
    raw = job(name, **status)
    raw["metadata"]["creationTimestamp"] = created
    found = read(raw, RayJob)
    assert found is not None
    return found


def event(kind: str, name: str, number: int = 0, at: str = "2026-11-23T11:00:00Z") -> dict[str, Any]:
    return {
        "kind": "Event",
        "metadata": {"name": f"{name}.{kind}.{number}", "namespace": NAMESPACE, "creationTimestamp": at},
        "involvedObject": {"kind": kind, "name": name},
        "lastTimestamp": at,
    }


@pytest.mark.parametrize(
    ("jobs", "chosen"),
    [
        ([of_job("old", "2026-11-23T09:00:00Z"), of_job("new", "2026-11-23T10:00:00Z")], "new"),
        (
            [
                of_job("runs", "2026-11-23T09:00:00Z"),
                of_job("over", "2026-11-23T10:00:00Z", jobDeploymentStatus="Complete"),
            ],
            "runs",
        ),
        (
            [
                of_job("runs", "2026-11-23T09:00:00Z"),
                of_job("invalid", "2026-11-23T10:00:00Z", jobDeploymentStatus="ValidationFailed"),
            ],
            "runs",
        ),
        ([of_job("over", jobDeploymentStatus="Failed")], "over"),
    ],
)
def test_what_runs_comes_before_what_ended_and_then_the_newest(jobs: list[RayJob], chosen: str) -> None:
    found = newest_job(jobs)
    assert found is not None
    assert found.name == chosen


def test_each_kind_leads_to_its_clusters() -> None:
    assert leads_of(of_job("train"), (), "known") == Leads(("demo",), "train")
    assert leads_of(of_job("train", cluster=""), (), "known") == Leads(("known",), "train")
    assert leads_of(None, [of_job("nightly-1")], None) == Leads(("demo",), "nightly-1")
    assert leads_of(None, (), None) == Leads()
    assert leads_of(read(service("a", "b"), RayService), (), "known") == Leads(("a", "b"), service="llm")


async def test_events_of_a_cluster_whose_name_begins_alike_are_not_taken() -> None:
    others = [
        event("Pod", "demo-2-head-abcde"),
        event("RayCluster", "demo-2"),
        event("Pod", "demo-2-small-worker-x2x4z"),
        event("Service", "demo"),
    ]
    ours = [event("RayCluster", "demo"), event("Pod", "demo-small-worker-g0n3x"), event("Pod", "demo-head-0ld00")]
    reading = await picture_of(RecordedKubernetes(place("RayCluster", "demo"), *others, *ours))
    names = {(one.involved_object.kind, one.involved_object.name) for one in reading.value.events}
    assert {(one["involvedObject"]["kind"], one["involvedObject"]["name"]) for one in ours} < names
    assert not {name for _, name in names if name.startswith("demo-2")}
    assert ("Service", "demo") not in names


async def test_the_newest_events_are_kept_wherever_they_stand_in_the_list() -> None:
    late = [event("RayCluster", "demo", number, "2026-11-23T11:04:00Z") for number in range(10)]
    early = [event("RayCluster", "demo", number, "2026-11-23T09:00:00Z") for number in range(100, 2500)]
    reading = await picture_of(RecordedKubernetes(place("RayCluster", "demo"), *late, *early))
    assert len(reading.value.events) == MOST_EVENTS
    assert [one.name for one in reading.value.events[:10]] == [one["metadata"]["name"] for one in late]
    assert reading.value.more_events


async def test_a_shelf_that_is_full_lets_the_oldest_go() -> None:
    shelf = Shelf(KubernetesEvent, 2, order=lambda one: one.at or 0.0)
    times = ("2026-11-23T10:00:00Z", "2026-11-23T12:00:00Z", "2026-11-23T11:00:00Z")
    await shelf.replace({"items": [event("RayCluster", "demo", number, at) for number, at in enumerate(times)]})
    assert [one.at for one in shelf.objects] == sorted(one.at or 0.0 for one in shelf.objects)
    assert {one.name for one in shelf.objects} == {"demo.RayCluster.1", "demo.RayCluster.2"}


async def test_the_pod_that_submits_a_job_is_watched_and_is_no_node() -> None:
    backend = RecordedKubernetes(place("RayJob", "train"), job(), submitter(), submitter("other-x7k2q", "other"))
    async with watching(backend) as monitor:
        picture = (await until(monitor, lambda now: complete(now) and len(now.pods or ()) == 7)).value(KUBERNETES)
        assert picture is not None
        assert "train-x7k2q" in {pod.name for pod in picture.pods or ()}
        assert "train-x7k2q" not in {pod.name for pod in picture.own_pods}
        backend.put(event("Pod", "train-g0n3x"))
        backend.put(event("Job", "train"))
        await until(monitor, lambda now: {"train-g0n3x", "train"} <= {e.involved_object.name for e in now.events or ()})


@pytest.mark.parametrize(("kind", "owner"), [("RayJob", "train"), ("RayService", "llm")])
async def test_a_cluster_is_shown_with_the_object_that_has_made_it(kind: str, owner: str) -> None:
    backend = RecordedKubernetes(place("RayCluster", "demo"), job(), service("demo"), submitter())

    def made(cluster: dict[str, Any]) -> None:
        cluster["metadata"]["labels"] = {"ray.io/originated-from-crd": kind, "ray.io/originated-from-cr-name": owner}

    backend.change("RayCluster", "demo", made)
    async with watching(backend) as monitor:
        picture = (
            await until(monitor, lambda now: complete(now) and None not in (now.job or now.service, now.cluster))
        ).value(KUBERNETES)
        assert picture is not None
        assert (picture.job is not None, picture.service is not None) == (kind == "RayJob", kind == "RayService")
        if kind == "RayJob":
            await until(monitor, lambda now: "train-x7k2q" in {pod.name for pod in now.pods or ()})


async def test_a_job_of_a_made_name_is_followed_to_the_one_that_comes_next() -> None:
    first, second = job("nightly-a"), job("nightly-b", cluster="next")
    backend = RecordedKubernetes(
        place("RayJob", "nightly-a"), first, second, renamed(recorded("raycluster.json"), "next")
    )
    async with watching(backend) as monitor:
        await until(monitor, lambda now: complete(now) and now.followed == "demo")
        backend.goes_on(name="nightly-b", ray_cluster="next")
        picture = (
            await until(monitor, lambda now: now.followed == "next" and now.cluster is not None and now.job is not None)
        ).value(KUBERNETES)
        assert picture is not None
        assert picture.job is not None
        assert (picture.name, picture.job.name) == ("nightly-b", "nightly-b")
        assert not picture.gone


def failed(name: str, *, deleting: bool = False, at: str = "2026-11-23T11:00:00Z") -> dict[str, Any]:
    """Return a pod of the recorded ones that has failed."""
    raw: dict[str, Any] = next(one for one in recorded("pods.json")["items"] if one["metadata"]["name"].endswith("w1"))
    raw["metadata"]["name"] = name
    if deleting:
        raw["metadata"]["deletionTimestamp"] = at
    ended = {"exitCode": 1, "reason": "Error", "finishedAt": at}
    raw["status"] |= {"phase": "Failed", "containerStatuses": [{"name": "ray-worker", "state": {"terminated": ended}}]}
    return raw


async def test_a_pod_that_failed_is_remembered_for_an_hour_also_when_it_is_gone() -> None:
    now = NOW
    remembered = FailedPods(lambda: now)
    shelf = Shelf(Pod, seen=remembered.look_at)
    raws = [failed("a"), failed("scaled-down", deleting=True), recorded("pods.json")["items"][0]]
    await shelf.replace({"items": raws})
    await shelf.take(WatchEvent("DELETED", raws[0]))
    (one,) = remembered.lately()
    assert (one.name, one.group, one.exit_code, one.at) == ("a", "small", 1, moment("2026-11-23T11:00:00Z"))
    now += 3600
    assert remembered.lately() == ()


def moved(**changes: Any) -> Snapshot:
    picture = structs.replace(
        KubernetesPicture(kind="RayService", name="llm", followed="next"),
        moved="the RayService switched: RayCluster next in place of demo",
        moved_at=NOW - 20,
    )
    readings: dict[str, Reading[Any]] = {
        VERSION.name: Reading(value=Version(ray_version="2.60.0", session_name="two"), read_at=NOW),
        KUBERNETES.name: Reading(value=structs.replace(picture, **changes), read_at=NOW, pushed=True),
    }
    return Snapshot(at=NOW, link=Link(state="live", since=NOW), readings=readings, restarted_at=NOW - 19)


def test_a_switch_is_told_in_its_own_words_and_not_as_a_new_start() -> None:
    (finding,) = find(moved(), NOW)
    assert finding.title == "The RayService switched: RayCluster next in place of demo"
    assert finding.since == NOW - 20


def test_a_new_start_long_after_a_switch_is_told_beside_it() -> None:
    titles = {one.title for one in find(moved(moved_at=NOW - 200), NOW)}
    assert titles == {"The cluster was started anew", "The RayService switched: RayCluster next in place of demo"}


def test_a_switch_is_told_for_some_minutes() -> None:
    assert {one.title for one in find(moved(moved_at=NOW - 900), NOW)} == {"The cluster was started anew"}
