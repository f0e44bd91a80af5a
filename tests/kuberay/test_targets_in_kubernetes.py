"""What a target means that only the API server can tell: in all namespaces, without a name, by a selector."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from kube_api import NAMESPACE, READ, KubeApi, in_a_thread, kubeconfig, ray_cluster_object

from raymon_tui.backends.base import ConnectOptions, KubernetesObjects
from raymon_tui.backends.errors import ObjectMissingError, RefusedError, UsageError
from raymon_tui.backends.resolve import Candidate, one_of, resolve

NO_DASHBOARD = 9
ON_DEMO = """\
apiVersion: ray.io/v1
kind: RayJob
metadata: {name: train}
spec: {clusterSelector: {ray.io/cluster: demo}}
"""


@pytest.fixture
def api() -> Iterator[KubeApi]:
    with in_a_thread(READ, NO_DASHBOARD, "10.244.0.29") as server:
        server.granted.everywhere = set(READ)
        yield server


@pytest.fixture
def options(api: KubeApi, tmp_path: Path) -> ConnectOptions:
    return ConnectOptions(kubeconfig=kubeconfig(api, tmp_path))


def put(api: KubeApi, name: str, namespace: str, plural: str = "rayclusters", created: str = "") -> None:
    found = ray_cluster_object(NO_DASHBOARD, name)
    found["metadata"] |= {"namespace": namespace, "creationTimestamp": created}
    api.put(plural, found)


def titles(found: tuple[Candidate, ...]) -> list[str]:
    return [one.title for one in found]


def place_of(candidate: Candidate) -> str:
    backend = candidate.open()
    assert isinstance(backend, KubernetesObjects)
    return f"{backend.place.namespace}/{backend.place.name}"


def test_a_name_is_looked_for_in_all_namespaces_and_asked_for_where_several_have_it(
    api: KubeApi, options: ConnectOptions
) -> None:
    everywhere = replace(options, all_namespaces=True)
    (only,) = resolve("raycluster/demo", everywhere, {})
    assert place_of(only) == f"{NAMESPACE}/demo"
    put(api, "demo", "team")
    put(api, "other", "team")
    found = resolve("RayClusters/demo", everywhere, {})
    assert titles(found) == ["raycluster/demo -n ray", "raycluster/demo -n team"]
    assert place_of(found[1]) == "team/demo"
    with pytest.raises(UsageError) as caught:
        one_of(found)
    assert "raycluster/demo -n team" in caught.value.said
    assert "-n" in caught.value.advice


def test_a_name_that_is_nowhere_is_told_so(options: ConnectOptions) -> None:
    with pytest.raises(ObjectMissingError, match="there is none in any namespace"):
        resolve("rayservice/none", replace(options, all_namespaces=True), {})


def test_whoever_may_not_look_everywhere_is_told_to_name_a_namespace(api: KubeApi, options: ConnectOptions) -> None:
    api.granted.everywhere.clear()
    with pytest.raises(RefusedError) as caught:
        resolve("raycluster/demo", replace(options, all_namespaces=True), {})
    assert "at the cluster scope" in caught.value.said
    assert "-n" in caught.value.advice


def test_a_manifest_is_looked_for_in_all_namespaces_too(api: KubeApi, options: ConnectOptions, tmp_path: Path) -> None:
    for name, made in (("nightly-aaaaa", "2026-11-23T09:00:00Z"), ("nightly-bbbbb", "2026-11-23T10:00:00Z")):
        put(api, name, "team", "rayjobs", made)
    file = tmp_path / "job.yaml"
    file.write_text("apiVersion: ray.io/v1\nkind: RayJob\nmetadata: {generateName: nightly-}\n")
    (only,) = resolve(str(file), replace(options, all_namespaces=True), {})
    assert only.title == "rayjob/nightly-bbbbb -n team"
    assert only.open().describe().startswith("rayjob/nightly-* -n team")


def test_a_namespace_alone_means_its_clusters(api: KubeApi, options: ConnectOptions) -> None:
    put(api, "one", "team")
    put(api, "two", "team")
    for found in (resolve("ns/team", options, {}), resolve(None, replace(options, namespace="team"), {})):
        assert titles(found) == ["raycluster/one -n team", "raycluster/two -n team"]
    with pytest.raises(ObjectMissingError, match="there is none in the namespace empty") as caught:
        resolve("ns/empty", options, {})
    assert "-A" in caught.value.advice


def test_a_job_that_is_not_there_leads_to_the_cluster_that_it_chooses(
    api: KubeApi, options: ConnectOptions, tmp_path: Path
) -> None:
    file = tmp_path / "job.yaml"
    file.write_text(ON_DEMO)
    (candidate,) = resolve(str(file), options, {})
    assert candidate.title.startswith("raycluster/demo")
    assert place_of(candidate).endswith("/demo")
    put(api, "train", NAMESPACE, "rayjobs")
    (candidate,) = resolve(str(file), options, {})
    assert candidate.title.startswith("rayjob/train")


def test_a_kubernetes_without_kuberay_is_told(api: KubeApi, options: ConnectOptions) -> None:
    api.kinds = ()
    with pytest.raises(ObjectMissingError, match="KubeRay is not installed"):
        resolve("raycluster/demo", replace(options, all_namespaces=True), {})
