"""Which object a manifest leads to, or what is said where it leads to none."""

from __future__ import annotations

from pathlib import Path

import pytest

from raymon_tui.backends.base import ConnectOptions
from raymon_tui.backends.documents import documents_in
from raymon_tui.backends.errors import UsageError
from raymon_tui.backends.kubernetes.manifest import (
    ManifestObject,
    are_helm_values,
    helm_error,
    is_manifest,
    is_template,
    object_named,
    objects_in,
    template_error,
)
from raymon_tui.backends.resolve import one_of, resolve

SAMPLES = Path(__file__).parent / "manifests"

LEADS_TO = {
    "agent-sandbox__ray-cluster.yaml": "rayjob/agent-sandbox-code-execution-demo",
    "pytorch-mnist__ray-job.pytorch-mnist.yaml": "rayjob/rayjob-pytorch-mnist",
    "pytorch-text-classifier__ray-job.pytorch-distributed-training.yaml": "rayjob/pytorch-text-classifier-*",
    "ray-cluster-label-selector.yaml": "raycluster/ray-label-cluster",
    "ray-cluster-resource-isolation-with-overrides.gke.yaml": "raycluster/raycluster-resource-isolation",
    "ray-cluster-resource-isolation.gke.yaml": "raycluster/raycluster-resource-isolation",
    "ray-cluster.auth.yaml": "raycluster/ray-cluster-with-auth",
    "ray-cluster.autoscaler-v2.yaml": "raycluster/raycluster-autoscaler",
    "ray-cluster.autoscaler.yaml": "raycluster/raycluster-autoscaler",
    "ray-cluster.complete.yaml": "raycluster/raycluster-complete",
    "ray-cluster.custom-head-service.yaml": "raycluster/custom-head-svc",
    "ray-cluster.external-redis-uri.yaml": "raycluster/raycluster-external-redis-uri",
    "ray-cluster.external-redis.yaml": "raycluster/raycluster-external-redis",
    "ray-cluster.historyserver.yaml": "raycluster/raycluster-historyserver",
    "ray-cluster.kai-gpu-sharing.yaml": "raycluster/raycluster-half-gpu",
    "ray-cluster.kubernetes.auth.yaml": "raycluster/ray-cluster-with-k8s-auth",
    "ray-cluster.network-policy-deny-all.yaml": "raycluster/raycluster-deny-all",
    "ray-cluster.persistent-redis-sidecar.yaml": "raycluster/raycluster-redis-sidecar",
    "ray-cluster.py-spy.yaml": "raycluster/raycluster-py-spy",
    "ray-cluster.sample.yaml": "raycluster/raycluster-kuberay",
    "ray-cluster.sandbox.yaml": "raycluster/raycluster-sandbox",
    "ray-cluster.scheduler-plugins.yaml": "raycluster/test-podgroup-0",
    "ray-cluster.tls.yaml": "raycluster/raycluster-tls",
    "ray-cluster.tpu-v4-multihost.yaml": "raycluster/raycluster-tpu-v4-multihost",
    "ray-cluster.uv.yaml": "raycluster/raycluster-uv",
    "ray-cluster.volcano-scheduler-queue.yaml": "raycluster/test-cluster-0",
    "ray-cluster.volcano-scheduler.yaml": "raycluster/test-cluster-0",
    "ray-cluster.yunikorn-scheduler.yaml": "raycluster/test-yunikorn-0",
    "ray-cronjob.sample.yaml": "raycronjob/raycronjob-sample",
    "ray-data-image-resize__ray-data-image-resize-gcsfusecsi-job.yaml": "rayjob/ray-data-image-resize-gcsfuse",
    "ray-job.custom-head-svc.yaml": "rayjob/rayjob-sample",
    "ray-job.interactive-mode.yaml": "rayjob/rayjob-interactive-mode",
    "ray-job.kueue-toy-sample.yaml": "rayjob/rayjob-sample-*",
    "ray-job.platform-events.yaml": "rayjob/rayjob-platform-events",
    "ray-job.sample.yaml": "rayjob/rayjob-sample",
    "ray-job.sandbox.yaml": "rayjob/rayjob-sandbox",
    "ray-job.tpu-jax.yaml": "rayjob/rayjob-tpu-jax",
    "ray-job.tpu-v6e-16-multihost.yaml": "rayjob/v6e-16-job",
    "ray-job.tpu-v6e-singlehost.yaml": "rayjob/v6e-4-job",
    "ray-job.use-existing-raycluster.yaml": "rayjob/rayjob-use-existing-raycluster",
    "ray-job.volcano-scheduler-queue.yaml": "rayjob/rayjob-sample-0",
    "ray-job.yunikorn-scheduler.yaml": "rayjob/rayjob-yunikorn-0",
    "ray-service.custom-serve-service.yaml": "rayservice/rayservice-sample",
    "ray-service.deepseek.yaml": "rayservice/deepseek-r1",
    "ray-service.different-port.yaml": "rayservice/rayservice-sample",
    "ray-service.high-throughput-gemma4.yaml": "rayservice/ray-gemma4-e2b-it",
    "ray-service.high-throughput-llm.yaml": "rayservice/qwen-35-4b",
    "ray-service.incremental-upgrade.yaml": "rayservice/rayservice-incremental-upgrade",
    "ray-service.llm-serve.yaml": "rayservice/ray-serve-llm",
    "ray-service.mobilenet.yaml": "rayservice/rayservice-mobilenet",
    "ray-service.no-ray-serve-replica.yaml": "rayservice/rayservice-no-ray-serve-replica",
    "ray-service.stable-diffusion.yaml": "rayservice/stable-diffusion",
    "ray-service.text-ml.yaml": "rayservice/rayservice-sample",
    "ray-service.text-summarizer.yaml": "rayservice/text-summarizer",
    "ray-service.tpu-single-host.yaml": "rayservice/stable-diffusion-tpu",
    "vllm__ray-service.vllm-tpu-v6e-singlehost.yaml": "rayservice/vllm-tpu",
}
HOLDS_ONLY = {
    "agent-sandbox__sandbox.yaml": "SandboxTemplate, SandboxWarmPool, NetworkPolicy",
    "ingress-rayclient-tls.yaml": "Ingress",
    "ray-cluster-agc-gatewayapi.yaml": "Gateway, HTTPRoute",
    "ray-cluster-alb-ingress.yaml": "Ingress",
}


def objects(text: str, named: str = "ray.yaml") -> tuple[ManifestObject, ...]:
    return objects_in(documents_in(text.encode(), named), named)


def sample(name: str) -> str:
    return (SAMPLES / name).read_text()


def refused(text: str) -> UsageError:
    with pytest.raises(UsageError) as caught:
        objects(text)
    return caught.value


CLUSTER = "{apiVersion: ray.io/v1, kind: RayCluster, metadata: {name: one}}"


def test_every_sample_of_kuberay_is_in_the_tables() -> None:
    assert {path.name for path in SAMPLES.glob("*.yaml")} == LEADS_TO.keys() | HOLDS_ONLY.keys()


@pytest.mark.parametrize("name", LEADS_TO)
def test_a_sample_leads_to_its_object(name: str) -> None:
    found = object_named(objects(sample(name), name), None, name)
    assert str(found) == LEADS_TO[name]
    assert found.namespace is None


@pytest.mark.parametrize("name", HOLDS_ONLY)
def test_a_sample_without_an_object_of_ray_says_what_it_holds_and_what_to_name(name: str) -> None:
    error = refused(sample(name))
    assert error.said == f"no object of Ray is in it, only {HOLDS_ONLY[name]}"
    assert "raycluster/NAME" in error.advice


def test_a_job_on_a_cluster_that_is_there_already_says_which() -> None:
    (found,) = objects(sample("ray-job.use-existing-raycluster.yaml"))
    assert found.selector == (("ray.io/cluster", "ray-cluster-kuberay"),)


def test_the_namespace_of_a_document_is_kept() -> None:
    (found,) = objects("{apiVersion: ray.io/v1, kind: RayJob, metadata: {name: a, namespace: team}}")
    assert found == ManifestObject("rayjob", name="a", namespace="team")


def test_a_name_that_the_server_makes_is_a_prefix() -> None:
    (found,) = objects("{apiVersion: ray.io/v1, kind: RayJob, metadata: {generateName: nightly-}}")
    assert (found.name, found.prefix) == (None, "nightly-")


def test_lists_old_versions_and_empty_documents_are_seen_through() -> None:
    old = "{apiVersion: ray.io/v1alpha1, kind: RayCluster, metadata: {name: old}}"
    text = f"---\n---\n{{apiVersion: v1, kind: List, items: [{old}, {CLUSTER}]}}\n---\n"
    assert [str(one) for one in objects(text)] == ["raycluster/old", "raycluster/one"]


def test_of_several_objects_one_is_chosen_by_its_name() -> None:
    several = objects(f"{CLUSTER}\n---\n{{apiVersion: ray.io/v1, kind: RayJob, metadata: {{name: two}}}}")
    assert str(object_named(several, "rayjob/two", "ray.yaml")) == "rayjob/two"
    assert str(object_named(several, "RayCluster/one", "ray.yaml")) == "raycluster/one"
    assert str(object_named(several, "two", "ray.yaml")) == "rayjob/two"


@pytest.mark.parametrize(
    ("wanted", "said"), [(None, "it holds 2 objects of Ray"), ("rayjob/no", "it holds no rayjob/no")]
)
def test_several_objects_and_no_choice_lists_them(wanted: str | None, said: str) -> None:
    several = objects(f"{CLUSTER}\n---\n{{apiVersion: ray.io/v1, kind: RayJob, metadata: {{name: two}}}}")
    with pytest.raises(UsageError) as caught:
        object_named(several, wanted, "ray.yaml")
    assert (caught.value.said, caught.value.advice) == (said, "name one with --name: raycluster/one, rayjob/two")


def test_the_same_object_twice_is_one() -> None:
    assert len(objects(f"{CLUSTER}\n---\n{CLUSTER}")) == 1


def test_values_for_helm_are_told_as_such() -> None:
    assert are_helm_values(documents_in(b"image: {tag: 2.60.0}\nhead: {}\nworker: {}\n", "values.yaml"))
    assert not are_helm_values(documents_in(b"services: {web: {image: nginx}}", "compose.yaml"))
    assert "helm template" in helm_error("values.yaml").advice


@pytest.mark.parametrize("name", ["'{{ .Release.Name }}'", "$NAME", "'<your-name>'"])
def test_a_name_that_is_to_be_filled_in_says_how(name: str) -> None:
    error = refused(f"apiVersion: ray.io/v1\nkind: RayCluster\nmetadata:\n  name: {name}\n")
    assert "can be no name" in error.said
    assert "render it first" in error.advice


@pytest.mark.parametrize("metadata", ["{}", "null", "[a]", "{name: true}", "{name: ''}"])
def test_an_object_without_a_name_says_so(metadata: str) -> None:
    assert refused(f"{{apiVersion: ray.io/v1, kind: RayCluster, metadata: {metadata}}}").said.endswith("has no name")


def test_a_template_is_told_from_a_broken_file() -> None:
    assert is_template(b"metadata:\n  name: {{ .Release.Name }}\n")
    assert not is_template(b"metadata: [")
    assert "helm template" in template_error("ray.yaml").advice


def test_a_secret_is_never_read() -> None:
    text = f"{CLUSTER}\n---\n{{apiVersion: v1, kind: Secret, metadata: {{name: s}}, stringData: {{token: hunter2}}}}"
    assert "hunter2" not in repr(objects(text))
    only = refused("{apiVersion: v1, kind: Secret, metadata: {name: s}, stringData: {token: hunter2}}")
    assert "hunter2" not in f"{only.said} {only.advice} {only!r}"


def test_a_file_of_the_launcher_is_no_manifest() -> None:
    assert is_manifest(documents_in(CLUSTER.encode(), "a"))
    assert not is_manifest(documents_in(b"cluster_name: a\nprovider: {type: aws}", "a"))


TWO = f"{CLUSTER}\n---\n{{apiVersion: ray.io/v1, kind: RayJob, metadata: {{name: two, namespace: team}}}}"


def test_several_objects_are_several_candidates_and_a_script_is_told_how_to_choose(tmp_path: Path) -> None:
    path = tmp_path / "two.yaml"
    path.write_text(TWO)
    candidates = resolve(str(path), ConnectOptions(), {})
    assert [candidate.title.split()[0] for candidate in candidates] == ["raycluster/one", "rayjob/two"]
    with pytest.raises(UsageError) as caught:
        one_of(candidates)
    assert "--name" in caught.value.advice
    chosen = one_of(resolve(str(path), ConnectOptions(object_name="rayjob/two"), {}))
    assert chosen.open().describe() == "rayjob/two -n team"


def test_the_namespace_of_the_command_line_comes_first(tmp_path: Path) -> None:
    path = tmp_path / "two.yaml"
    path.write_text(TWO)
    options = ConnectOptions(object_name="rayjob/two", namespace="mine")
    assert one_of(resolve(str(path), options, {})).open().describe() == "rayjob/two -n mine"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("metadata:\n  name: {{ .Release.Name }}\n", "it is a template"),
        ("image: {}\nhead: {}\nworker: {}\n", "these are values for Helm"),
        ("metadata: [\n", "it is no YAML"),
    ],
)
def test_what_leads_to_no_object_says_what_it_is(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "file.yaml"
    path.write_text(text)
    with pytest.raises(UsageError) as caught:
        resolve(str(path), ConnectOptions(), {})
    assert said in caught.value.said
