"""`status`, `doctor`, `targets` and `dashboard` as whole processes, in front of a real Ray behind an API server."""

from __future__ import annotations

import copy
import json
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from kube_api import CLUSTER, ENTER, HEAD_POD, NAMESPACE, READ, KubeApi, in_a_thread, kubeconfig, node_ip

from raymon_tui.tui.demo.cluster import RunningCluster

Run = Callable[..., "subprocess.CompletedProcess[str]"]
RAYMON = (sys.executable, "-m", "raymon_tui.tui")
WAY = ("kubeconfig", "api_server", "rights", "object", "head_pod")
TARGET = f"raycluster/{CLUSTER}"


@pytest.fixture
def api(ray_cluster: RunningCluster) -> Iterator[KubeApi]:
    port = urlsplit(ray_cluster.dashboard_url).port
    assert port
    with in_a_thread(READ, port, node_ip(ray_cluster.dashboard_url)) as server:
        yield server


@pytest.fixture
def where(api: KubeApi, tmp_path: Path) -> tuple[str, ...]:
    return "--kubeconfig", str(kubeconfig(api, tmp_path))


@pytest.fixture
def run(where: tuple[str, ...]) -> Run:
    def run_it(command: str, target: str = TARGET, *words: str) -> subprocess.CompletedProcess[str]:
        argv = (*RAYMON, command, target, *where, *words)
        return subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120, check=False)

    return run_it


@pytest.mark.ray
def test_one_look_needs_no_more_than_the_role_of_readers(run: Run, ray_cluster: RunningCluster) -> None:
    done = run("status", TARGET, "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["session"] == ray_cluster.session_name
    assert any(node["is_head"] for node in found["nodes"])


@pytest.mark.ray
def test_one_look_lists_what_kubernetes_knows_once_and_tells_it(run: Run, api: KubeApi) -> None:
    head = api.shelves.find("pods", NAMESPACE, HEAD_POD)
    assert head
    waiting = copy.deepcopy(head)
    waiting["metadata"] |= {"name": "demo-worker-1", "uid": "worker-1"}
    waiting["metadata"]["labels"] |= {"ray.io/node-type": "worker"}
    reason = {"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": "0/3 nodes: no GPU"}
    waiting["status"] = {"phase": "Pending", "conditions": [reason]}
    api.put("pods", waiting)
    api.slow_s = 0.3
    done = run("status", TARGET)
    assert done.returncode == 0, done.stderr
    assert "demo-worker-1 cannot be scheduled" in done.stdout
    assert api.asked.count(("list", "events")) == 1


@pytest.mark.ray
def test_a_sound_chain_is_told_link_by_link(run: Run, api: KubeApi, ray_cluster: RunningCluster) -> None:
    done = run("doctor")
    assert done.returncode == 0, done.stdout + done.stderr
    for words in ("kubeconfig", "v1.36.2", "by the pod proxy", NAMESPACE, HEAD_POD, ray_cluster.session_name, "alive"):
        assert words in done.stdout
    assert "pods/exec" in next(line for line in done.stdout.splitlines() if "rights" in line)
    agents = next(line for line in done.stdout.splitlines() if "metrics agents" in line)
    answered, _, there = agents.split("  ")[-1].partition(" of ")
    assert int(answered) == int(there.split()[0]) >= 1


@pytest.mark.ray
def test_the_other_way_is_told_where_the_pod_proxy_is_not_allowed(run: Run, api: KubeApi) -> None:
    api.rights = (READ | ENTER) - {("", "pods/proxy", "get")}
    done = run("doctor")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "HTTP by port-forward" in done.stdout


@pytest.mark.ray
@pytest.mark.parametrize(
    ("taken", "broken", "words"),
    [
        (("ray.io", "rayclusters", "get"), "object", 'cannot get resource "rayclusters"'),
        (("", "pods", "list"), "object", 'cannot list resource "pods"'),
        (("", "pods/proxy", "get"), "ray", 'cannot get resource "pods/proxy"'),
    ],
)
def test_a_right_that_lacks_is_the_first_broken_link(
    run: Run, api: KubeApi, taken: tuple[str, str, str], broken: str, words: str
) -> None:
    api.rights.discard(taken)
    done = run("doctor")
    assert done.returncode == 4
    assert words in done.stdout
    assert "docs/rbac.yaml" in done.stdout
    told = {check["id"]: check for check in json.loads(run("doctor", TARGET, "--json").stdout)}
    assert list(told) == ["target", *WAY, "ray", "token", "nodes", "agents", "prometheus", "grafana"]
    assert [id_ for id_, check in told.items() if check["holds"] is False] == [broken]


@pytest.mark.ray
def test_an_object_that_is_not_there_is_told_with_those_that_are(run: Run) -> None:
    done = run("status", "raycluster/none")
    assert done.returncode == 3
    assert f"{CLUSTER} (-n {NAMESPACE})" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.ray
def test_where_metrics_are_is_listed(run: Run, ray_cluster: RunningCluster) -> None:
    done = run("targets")
    assert done.returncode == 0, done.stderr
    assert node_ip(ray_cluster.dashboard_url) in done.stdout


@pytest.mark.ray
def test_where_no_port_may_be_forwarded_there_is_no_url_but_the_right_that_is_missing(run: Run) -> None:
    done = run("dashboard")
    assert (done.returncode, done.stdout) == (4, "")
    assert "pods/portforward" in done.stderr
    assert len(done.stderr.splitlines()) == 3


@pytest.mark.ray
def test_the_dashboard_is_behind_a_port_of_loopback(
    api: KubeApi, where: tuple[str, ...], ray_cluster: RunningCluster
) -> None:
    api.rights = READ | ENTER
    argv = (*RAYMON, "dashboard", TARGET, *where, "-p", "18265", "--no-browser")
    with subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            url = process.stdout.readline().split()[0]
            found = httpx.get(f"{url}/api/version", trust_env=False).json()
            assert found["session_name"] == ray_cluster.session_name
        finally:
            process.send_signal(signal.SIGINT)
