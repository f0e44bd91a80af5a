"""The picture that watches make, and how it follows what changes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import anyio
import pytest
from recorded_kubernetes import NAMESPACE, RecordedKubernetes, job, recorded, renamed, service

from raymon_tui.backends.base import KubernetesObjects, KubernetesPlace
from raymon_tui.cluster.kubernetes.picture import KUBERNETES, KubernetesPicture
from raymon_tui.cluster.monitor import Monitor
from raymon_tui.cluster.snapshot import Snapshot

PATIENCE_S = 30.0


@asynccontextmanager
async def watching(backend: RecordedKubernetes) -> AsyncIterator[Monitor]:
    monitor = Monitor(backend)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(monitor.run)
        yield monitor
        tasks.cancel_scope.cancel()
    await monitor.aclose()


async def until(monitor: Monitor, holds: Callable[[KubernetesPicture], bool]) -> Snapshot:
    """Wait for a picture of which `holds` is true."""
    seen = anyio.Event()

    def look(snapshot: Snapshot, _changed: frozenset[str]) -> None:
        picture = snapshot.value(KUBERNETES)
        if picture is not None and holds(picture):
            seen.set()

    look(monitor.snapshot, frozenset())
    end = monitor.listen(look)
    with anyio.fail_after(PATIENCE_S):
        await seen.wait()
    end()
    return monitor.snapshot


def complete(picture: KubernetesPicture) -> bool:
    return bool(picture.pods and picture.events and picture.clusters)


def place(kind: str, name: str) -> KubernetesPlace:
    return KubernetesPlace(context="lab", namespace=NAMESPACE, kind=kind, name=name)


async def test_objects_pods_and_events_are_in_the_picture() -> None:
    backend = RecordedKubernetes()
    assert isinstance(backend, KubernetesObjects)
    async with watching(backend) as monitor:
        picture = (await until(monitor, complete)).value(KUBERNETES)
    assert picture is not None
    assert picture.cluster is not None
    assert [pod.name.removeprefix("demo-") for pod in picture.own_pods] == [
        "head-abcde",
        "small-worker-pending",
        "small-worker-badimg",
        "small-worker-crash",
        "small-worker-oom",
        "small-worker-w1",
    ]
    assert picture.events is not None
    times = [event.at or 0.0 for event in picture.events]
    assert times == sorted(times, reverse=True)
    assert not picture.gone


async def test_a_pod_that_comes_changes_and_goes_is_followed() -> None:
    backend = RecordedKubernetes()
    fresh = renamed({**recorded("pods.json")["items"][-1], "kind": "Pod"}, "demo-small-worker-new")
    async with watching(backend) as monitor:
        await until(monitor, complete)
        backend.put(fresh)
        await until(monitor, lambda picture: "demo-small-worker-new" in {pod.name for pod in picture.own_pods})
        backend.change(
            "Pod", "demo-small-worker-new", lambda pod: pod["status"].update(phase="Failed", reason="Evicted")
        )
        await until(monitor, lambda picture: "Evicted" in {pod.state for pod in picture.own_pods})
        backend.delete("Pod", "demo-small-worker-new")
        await until(monitor, lambda picture: "demo-small-worker-new" not in {pod.name for pod in picture.own_pods})


async def test_the_dashboard_need_not_answer_for_kubernetes_to_be_known() -> None:
    async with watching(RecordedKubernetes()) as monitor:
        monitor.want("screen", (KUBERNETES,))
        snapshot = await until(monitor, complete)
    assert snapshot.reading(KUBERNETES).error is None


async def test_a_job_that_is_tried_again_leads_to_its_new_cluster() -> None:
    demo = recorded("raycluster.json")
    backend = RecordedKubernetes(place("RayJob", "train"), job(), renamed(demo, "train-2"))
    async with watching(backend) as monitor:
        first = (await until(monitor, complete)).value(KUBERNETES)
        assert first is not None
        assert (first.followed, first.job is not None) == ("demo", True)
        backend.put(job(cluster="train-2"))
        await until(monitor, lambda picture: picture.cluster is not None and picture.cluster.name == "train-2")


async def test_a_job_without_a_cluster_yet_is_shown_by_itself() -> None:
    backend = RecordedKubernetes(place("RayJob", "train"), job(cluster="", jobDeploymentStatus="Initializing"))
    async with watching(backend) as monitor:
        picture = (await until(monitor, lambda picture: picture.job is not None)).value(KUBERNETES)
        assert picture is not None
        assert (picture.followed, picture.own_pods) == (None, ())
        backend.put(job())
        await until(monitor, complete)


async def test_a_service_shows_its_pending_cluster_and_follows_the_active_one() -> None:
    demo = recorded("raycluster.json")
    backend = RecordedKubernetes(place("RayService", "llm"), service("demo", "next"), renamed(demo, "next"))
    async with watching(backend) as monitor:
        picture = (await until(monitor, lambda picture: len(picture.clusters or ()) == 2)).value(KUBERNETES)
        assert picture is not None
        assert picture.followed == "demo"
        backend.put(service("next"))
        await until(monitor, lambda picture: picture.followed == "next" and len(picture.clusters or ()) == 1)


async def test_a_cron_job_leads_to_the_newest_job_that_it_made() -> None:
    cron = {"kind": "RayCronJob", "metadata": {"name": "nightly", "namespace": NAMESPACE}}
    child = job("nightly-1")
    child["metadata"]["labels"] = {"ray.io/cronjob-name": "nightly"}
    async with watching(RecordedKubernetes(place("RayCronJob", "nightly"), cron, child, job("other"))) as monitor:
        picture = (await until(monitor, complete)).value(KUBERNETES)
    assert picture is not None
    assert picture.job is not None
    assert (picture.followed, picture.job.name) == ("demo", "nightly-1")


async def test_an_object_that_is_deleted_is_told_as_gone() -> None:
    backend = RecordedKubernetes()
    async with watching(backend) as monitor:
        await until(monitor, complete)
        backend.delete("RayCluster", "demo")
        await until(monitor, lambda picture: picture.gone)


async def test_events_that_one_may_not_read_are_unknown_and_the_rest_is_there() -> None:
    backend = RecordedKubernetes()
    backend.refused.add("/events")
    async with watching(backend) as monitor:
        snapshot = await until(monitor, lambda picture: bool(picture.pods and picture.unread))
    picture = snapshot.value(KUBERNETES)
    assert picture is not None
    assert picture.events is None
    (unread,) = picture.unread
    assert (unread.what, unread.said) == ("events", "you may not list events in ray")
    assert snapshot.reading(KUBERNETES).error is None


async def test_rights_that_are_taken_away_leave_the_last_picture_with_why() -> None:
    backend = RecordedKubernetes()
    async with watching(backend) as monitor:
        await until(monitor, complete)
        backend.refused.add("/pods")
        backend.change("Pod", "demo-head-abcde", lambda pod: pod["status"].update(phase="Failed"))
        snapshot = await until(monitor, lambda picture: bool(picture.unread))
    error = snapshot.reading(KUBERNETES).error
    assert error is not None
    assert error.said == "you may not list pods in ray"
    picture = snapshot.value(KUBERNETES)
    assert picture is not None
    assert len(picture.own_pods) == 6


async def test_events_of_other_clusters_are_not_kept() -> None:
    other = {
        "kind": "Event",
        "metadata": {"name": "other", "namespace": NAMESPACE},
        "involvedObject": {"kind": "Pod", "name": "unrelated-head"},
    }
    async with watching(RecordedKubernetes(place("RayCluster", "demo"), other)) as monitor:
        picture = (await until(monitor, complete)).value(KUBERNETES)
    assert picture is not None
    assert "unrelated-head" not in {event.involved_object.name for event in picture.events or ()}


async def test_one_look_lists_everything_once() -> None:
    backend = RecordedKubernetes()
    monitor = Monitor(backend)
    assert monitor.source is not None
    await monitor.source.once()
    await monitor.aclose()
    picture = monitor.source.readings()[KUBERNETES.name].value
    assert complete(picture)
    assert len(backend.asked) == len(set(backend.asked)) == 3


@pytest.mark.parametrize("kind", ["RayCluster", "RayJob"])
async def test_an_object_that_was_never_there_is_gone_and_nothing_is_made_up(kind: str) -> None:
    monitor = Monitor(RecordedKubernetes(place(kind, "nobody")))
    assert monitor.source is not None
    await monitor.source.once()
    await monitor.aclose()
    picture = monitor.source.readings()[KUBERNETES.name].value
    assert picture.gone
    assert picture.cluster is None
    assert not picture.own_pods
