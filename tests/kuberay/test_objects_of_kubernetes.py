"""What is read of the objects that an API server sends, however odd they are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from recorded_kubernetes import job, recorded, service

from raymon_tui.cluster.kubernetes.event import KubernetesEvent
from raymon_tui.cluster.kubernetes.metadata import moment, read
from raymon_tui.cluster.kubernetes.pod import Pod
from raymon_tui.cluster.kubernetes.quantity import quantity
from raymon_tui.cluster.kubernetes.ray_cluster import RayCluster
from raymon_tui.cluster.kubernetes.ray_job import RayJob
from raymon_tui.cluster.kubernetes.ray_service import RayService

ODD = (None, "", "x", -1, 1e300, True, [], [None], {}, {"a": None})
PROPERTIES = ("state", "why", "ready", "restarts", "cpus", "gpus", "autoscaler_version", "at", "times", "containers")


def paths_of(value: Any, before: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield where each value lies in decoded JSON."""
    if before:
        yield before
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in inner:
        yield from paths_of(one, (*before, key))


def with_value(raw: Any, path: tuple[Any, ...], value: Any) -> Any:
    """Return the same with another value in one place."""
    if not path:
        return value
    first, *rest = path
    copied = dict(raw) if isinstance(raw, dict) else list(raw)
    copied[first] = with_value(raw[first], tuple(rest), value)
    return copied


def pods() -> dict[str, Pod]:
    found = [read(raw, Pod) for raw in recorded("pods.json")["items"]]
    return {pod.name.removeprefix("demo-small-worker-"): pod for pod in found if pod is not None}


def cluster(**changes: Any) -> RayCluster:
    raw = recorded("raycluster.json")
    for path, value in changes.items():
        *outer, last = path.split("__")
        place = raw
        for key in outer:
            place = place.setdefault(key, {})
        place[last] = value
    found = read(raw, RayCluster)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("500m", 0.5),
        ("2Gi", 2.0**31),
        ("64", 64.0),
        ("1.5", 1.5),
        ("1e3", 1000.0),
        ("12E6", 12e6),
        ("3E", 3e18),
        ("100k", 1e5),
        ("250n", 2.5e-7),
        (".5", 0.5),
        ("-1", -1.0),
    ],
)
def test_a_quantity_is_read_as_kubernetes_means_it(text: str, value: float) -> None:
    assert quantity(text) == pytest.approx(value)


@pytest.mark.parametrize("text", [None, "", "two", "2 Gi", "2GiB", "1e9999", "9" * 300, "Gi", "NaN"])
def test_what_is_no_quantity_is_unknown(text: str | None) -> None:
    assert quantity(text) is None


def test_each_recorded_pod_says_how_it_is_as_kubectl_would() -> None:
    assert {name: pod.state for name, pod in pods().items()} == {
        "demo-head-abcde": "Running",
        "badimg": "ImagePullBackOff",
        "crash": "Error",
        "oom": "OOMKilled",
        "pending": "Unschedulable",
        "w1": "Running",
    }


def test_a_recorded_pod_is_read_in_full() -> None:
    head = pods()["demo-head-abcde"]
    assert (head.ip, head.cluster, head.group, head.is_head) == ("10.244.0.28", "demo", "headgroup", True)
    assert (head.ready, head.restarts, head.spec.node_name) == (True, 0, "vm")
    assert (head.requested("cpu"), head.limit("cpu"), head.limit("memory")) == (0.2, 1.5, 2.0**32)
    assert head.created_at == 1795430612.0


def test_a_pod_that_no_kubelet_has_seen_has_unknown_restarts() -> None:
    pending = pods()["pending"]
    assert (pending.restarts, pending.ip, pending.containers) == (None, "", ())
    assert pending.why.startswith("0/1 nodes are available: 1 Insufficient cpu")


def test_how_a_container_ended_is_told() -> None:
    oom = pods()["oom"]
    (container,) = oom.containers
    assert container.last_end is not None
    assert (container.last_end.reason, container.last_end.exit_code, oom.restarts) == ("OOMKilled", 137, 3)
    assert pods()["crash"].why == "container ray-worker ended with exit code 1"


def test_a_pod_without_a_limit_has_none() -> None:
    raw = recorded("pods.json")["items"][0]
    raw["spec"]["containers"].append({"name": "autoscaler", "resources": {"requests": {"cpu": "500m"}}})
    pod = read(raw, Pod)
    assert pod is not None
    assert (pod.limit("cpu"), pod.requested("cpu")) == (None, 0.7)


def test_the_containers_of_a_pod_are_in_the_order_of_its_spec() -> None:
    raw = recorded("pods.json")["items"][0]
    raw["spec"]["containers"].append({"name": "autoscaler"})
    raw["status"]["containerStatuses"].insert(0, {"name": "autoscaler", "restartCount": 2})
    pod = read(raw, Pod)
    assert pod is not None
    assert [one.name for one in pod.containers] == ["ray-head", "autoscaler"]


def test_the_recorded_cluster_is_read_in_full() -> None:
    demo = cluster()
    assert (demo.name, demo.state, demo.spec.ray_version, demo.cpus, demo.gpus) == ("demo", "ready", "2.60.0", 2.0, 0.0)
    (group,) = demo.spec.worker_group_specs
    assert (group.group_name, group.least_pods, group.most_pods, group.desired_pods) == ("small", 0, 3, 1)


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({"status": {}}, "not seen"),
        ({"status": None}, "not seen"),
        ({"spec__suspend": True}, "suspending"),
        ({"spec__suspend": True, "status__state": "suspended"}, "suspended"),
        ({"status__state": ""}, "starting"),
        ({"status__conditions": [{"type": "HeadPodReady", "status": "False"}]}, "head not ready"),
        ({"metadata__deletionTimestamp": "2026-11-23T11:00:00Z"}, "terminating"),
    ],
)
def test_a_cluster_says_how_it_is_in_one_word(changes: dict[str, Any], state: str) -> None:
    assert cluster(**changes).state == state


def test_a_maximum_that_nobody_gave_is_no_bound() -> None:
    (group,) = cluster(spec__workerGroupSpecs=[{"groupName": "a", "maxReplicas": 2147483647}]).spec.worker_group_specs
    assert group.most_pods is None


def test_a_group_on_several_hosts_counts_pods() -> None:
    written = {"groupName": "tpu", "replicas": 2, "minReplicas": 1, "maxReplicas": 3, "numOfHosts": 4}
    (group,) = cluster(spec__workerGroupSpecs=[written]).spec.worker_group_specs
    assert (group.least_pods, group.desired_pods, group.most_pods) == (4, 8, 12)


@pytest.mark.parametrize(
    ("version", "asked", "used"),
    [("2.46.0", "", "v1"), ("2.47.0", "", "v2"), ("2.60.0", "v1", "v1"), ("", "", None), ("nightly", "", None)],
)
def test_the_autoscalers_version_goes_by_rays_where_none_is_asked_for(version: str, asked: str, used: str) -> None:
    found = cluster(
        spec__rayVersion=version, spec__enableInTreeAutoscaling=True, spec__autoscalerOptions={"version": asked}
    )
    assert found.autoscaler_version == used


def test_a_cluster_without_an_autoscaler_has_no_version_of_it() -> None:
    assert cluster().autoscaler_version is None


def test_an_event_is_as_old_as_its_last_sight() -> None:
    raw = next(one for one in recorded("events.json")["items"] if one.get("series"))
    event = read(raw, KubernetesEvent)
    assert event is not None
    assert (event.times, event.at) == (2, moment("2026-11-23T10:28:23.686564Z"))


@pytest.mark.parametrize(
    ("fields", "at"),
    [
        ({"lastTimestamp": "2026-11-23T10:00:00Z"}, "2026-11-23T10:00:00Z"),
        ({"eventTime": "2026-11-23T10:00:01.5Z", "lastTimestamp": None}, "2026-11-23T10:00:01.5Z"),
        ({}, "2026-11-23T09:00:00Z"),
    ],
)
def test_each_writer_of_events_tells_the_time_in_its_own_field(fields: dict[str, Any], at: str) -> None:
    raw = {"metadata": {"name": "e", "creationTimestamp": "2026-11-23T09:00:00Z"}, **fields}
    event = read(raw, KubernetesEvent)
    assert event is not None
    assert event.at == moment(at)


@pytest.mark.parametrize("text", [None, "", "yesterday", "0001-01-01T00:00:00Z"])
def test_no_time_is_no_time(text: str | None) -> None:
    assert moment(text) is None


@pytest.mark.parametrize(
    ("type_", "raw"),
    [
        (Pod, recorded("pods.json")["items"][3]),
        (RayCluster, recorded("raycluster.json")),
        (RayJob, job(startTime="2026-11-23T10:40:00Z")),
        (RayService, service("a", "b", applicationStatuses={"app": {"status": "UNHEALTHY"}})),
        (KubernetesEvent, recorded("events.json")["items"][-1]),
    ],
    ids=lambda one: one.__name__ if isinstance(one, type) else "",
)
def test_no_object_raises_whichever_of_its_values_is_mangled(type_: type[Any], raw: dict[str, Any]) -> None:
    for path in paths_of(raw):
        for odd in ODD:
            found = read(with_value(raw, path, odd), type_)
            for name in PROPERTIES:
                getattr(found, name, None)


@pytest.mark.parametrize("raw", [{}, {"metadata": None}, {"metadata": {"name": ""}}, {"metadata": "x"}])
def test_what_has_no_name_is_no_object(raw: dict[str, Any]) -> None:
    assert read(raw, Pod) is None


def test_what_is_mistyped_costs_no_more_than_itself() -> None:
    raw = recorded("pods.json")["items"][0]
    raw["status"]["containerStatuses"][0]["restartCount"] = {"oops": 1}
    raw["status"]["podIP"] = 7
    pod = read(raw, Pod)
    assert pod is not None
    assert (pod.name, pod.state, pod.group) == ("demo-head-abcde", "Running", "headgroup")
