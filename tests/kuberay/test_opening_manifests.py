"""From a manifest that the user names to the live object: through every command, and an API server with the Roles."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from kube_api import CLUSTER, ENTER, READ, KubeApi, kube_api, kubeconfig, node_ip

from raymon_tui.backends.base import ConnectOptions
from raymon_tui.backends.errors import UsageError
from raymon_tui.backends.resolve import one_of, resolve
from raymon_tui.tui.demo.cluster import RunningCluster

MANIFESTS = Path(__file__).parent / "manifests"
TWO = """\
apiVersion: ray.io/v1
kind: RayCluster
metadata: {name: a}
---
apiVersion: ray.io/v1
kind: RayJob
metadata: {name: b}
"""


def test_a_manifest_opens_the_object_that_it_points_to() -> None:
    (candidate,) = resolve(str(MANIFESTS / "ray-cluster.sample.yaml"), ConnectOptions(), {})
    backend = candidate.open()
    assert candidate.title.startswith("raycluster/")
    assert backend.describe() in candidate.title


def test_of_several_objects_one_is_chosen_by_name_or_by_whoever_looks(tmp_path: Path) -> None:
    file = tmp_path / "two.yaml"
    file.write_text(TWO)
    found = resolve(str(file), ConnectOptions(), {})
    assert [one.title.split()[0] for one in found] == ["raycluster/a", "rayjob/b"]
    with pytest.raises(UsageError, match="raycluster/a"):
        one_of(found)
    (chosen,) = resolve(str(file), ConnectOptions(object_name="rayjob/b"), {})
    assert chosen.title.startswith("rayjob/b")


@pytest.fixture
async def api(ray_cluster: RunningCluster) -> AsyncIterator[KubeApi]:
    port = urlsplit(ray_cluster.dashboard_url).port
    assert port
    async with kube_api(READ | ENTER, port, node_ip(ray_cluster.dashboard_url)) as server:
        yield server


async def run(*words: str) -> tuple[int | None, str, str]:
    """Run the program with these words; return its exit code, its output and its complaints."""
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "raymon_tui.tui", *words, stdin=-3, stdout=pipe, stderr=pipe
    )
    out, err = await process.communicate()
    return process.returncode, out.decode(), err.decode()


@pytest.mark.ray
async def test_commands_work_on_a_manifest_as_on_any_target(api: KubeApi, tmp_path: Path) -> None:
    file = tmp_path / "demo.yaml"
    file.write_text(f"apiVersion: ray.io/v1\nkind: RayCluster\nmetadata: {{name: {CLUSTER}}}\n")
    config = ("--kubeconfig", str(kubeconfig(api, tmp_path)))
    code, out, err = await run("status", str(file), "--json", *config)
    assert (code, err) == (0, "")
    assert json.loads(out)["ray_version"]
    assert (await run("exec", str(file), *config, "--", "sh", "-c", "echo out; exit 5"))[:2] == (5, "out\n")
    code, out, _ = await run("doctor", f"raycluster/{CLUSTER}", "--json", *config)
    found = {one["name"]: one["said"] for one in json.loads(out)}
    assert "pod proxy" in found["rights"]
    assert found["head pod"].startswith("demo-head")
    code, _, err = await run("status", "raycluster/nothing", *config)
    assert (code, "there are: demo" in err) == (3, True)


@pytest.mark.ray
async def test_doctor_names_what_is_not_allowed(api: KubeApi, tmp_path: Path) -> None:
    api.rights = set(READ)
    code, out, _ = await run(
        "doctor", f"raycluster/{CLUSTER}", "--kubeconfig", str(kubeconfig(api, tmp_path)), "--json"
    )
    (rights,) = [one["said"] for one in json.loads(out) if one["name"] == "rights"]
    assert "not allowed: get pods/portforward, get pods/exec" in rights
    assert code == 0
    code, _, err = await run(
        "exec", f"raycluster/{CLUSTER}", "--kubeconfig", str(kubeconfig(api, tmp_path)), "--", "true"
    )
    assert code == 4
    assert "pods/exec" in err
