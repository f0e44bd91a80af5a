"""Where metrics are: read from whatever Ray says, and written so that a real Prometheus server takes it."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from prometheus import prometheus, up

from raymon_tui.backends.base import Endpoint
from raymon_tui.backends.local import LocalBackend
from raymon_tui.cluster.metrics.discovery_file import read_discovery_file
from raymon_tui.cluster.metrics.targets import beside_agents, discovered, endpoint_of, known_targets, told_apart
from raymon_tui.cluster.metrics.written import as_file_sd, as_json, as_prometheus
from raymon_tui.cluster.model.node import Node
from raymon_tui.cluster.ray_api.client import RayApi
from raymon_tui.tui.demo.cluster import RunningCluster

HEAD = Node(node_id="a" * 56, ip="10.0.0.1", hostname="head", state="ALIVE", metrics_export_port=8080)
DEAD = Node(node_id="b" * 56, ip="10.0.0.2", hostname="gone", state="DEAD", metrics_export_port=8080)
FILE = (
    b'[{"labels": {"job": "ray"}, "targets": ["10.0.0.1:8080", "10.0.0.2:8080", "10.0.0.1:44217", "[fd00::1]:44227"]}]'
)


def test_what_ray_writes_for_service_discovery_is_read() -> None:
    assert discovered(FILE) == (
        Endpoint("10.0.0.1", 8080),
        Endpoint("10.0.0.2", 8080),
        Endpoint("10.0.0.1", 44217),
        Endpoint("fd00::1", 44227),
    )


@pytest.mark.parametrize("cut", range(1, len(FILE) - 1, 7))
def test_a_file_in_the_middle_of_being_written_says_nothing(cut: int) -> None:
    assert discovered(FILE[:cut]) is None


@pytest.mark.parametrize("text", [b"{}", b"null", b"1", b"<html>", b"\xff\xfe", b""])
def test_what_is_no_service_discovery_says_nothing(text: bytes) -> None:
    assert discovered(text) is None


def test_entries_that_are_no_addresses_are_left_out() -> None:
    assert discovered(b'[{"targets": ["x", 5, "h:0", "h:99999", ":80", "h:80", null]}, 3, {"targets": 1}]') == (
        Endpoint("h", 80),
    )
    assert endpoint_of("[::1]:80") == Endpoint("::1", 80)


def test_each_exporter_is_named_once_and_dead_nodes_are_none() -> None:
    addresses = beside_agents(discovered(FILE) or (), [HEAD, DEAD])
    found = known_targets([HEAD, DEAD], addresses, [Endpoint("10.0.0.1", 44217), Endpoint("10.0.0.9", 9400)])
    assert [(str(one.endpoint), one.source, one.node_id) for one in found] == [
        ("10.0.0.1:8080", "nodes", HEAD.node_id),
        ("10.0.0.1:44217", "service discovery", None),
        ("[fd00::1]:44227", "service discovery", None),
        ("10.0.0.9:9400", "named by the user", None),
    ]


def test_nodes_whose_hosts_bear_one_name_are_told_apart() -> None:
    def named(*nodes: tuple[str, str, int]) -> list[str]:
        agents = [
            Node(node_id=str(place), ip=ip, hostname=hostname, metrics_export_port=port)
            for place, (hostname, ip, port) in enumerate(nodes)
        ]
        return list(told_apart(known_targets(agents, ())).values())

    assert named(("head", "10.0.0.1", 8080), ("worker", "10.0.0.2", 8080)) == ["head", "worker"]
    assert named(("vm", "10.0.0.1", 8080), ("vm", "10.0.0.2", 8080)) == ["10.0.0.1", "10.0.0.2"]
    assert named(("vm", "10.0.0.1", 8080), ("vm", "10.0.0.1", 8081)) == ["vm:8080", "vm:8081"]


def test_the_whole_configuration_passes_prometheus_own_check(tmp_path: Path) -> None:
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("this machine cannot check the configuration: promtool is not installed")
    file = tmp_path / "prometheus.yml"
    file.write_text(as_prometheus(known_targets([HEAD], ()), 'a "quoted": name'))
    done = subprocess.run((promtool, "check", "config", str(file)), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.ray
@pytest.mark.parametrize("form", ["prometheus", "file_sd", "json"])
def test_a_real_prometheus_scrapes_what_targets_prints(ray_cluster: RunningCluster, tmp_path: Path, form: str) -> None:
    argv = (sys.executable, "-m", "raymon_tui.tui", "targets", ray_cluster.dashboard_url, "--format", form)
    printed = subprocess.run(argv, capture_output=True, text=True, check=True).stdout
    if form == "prometheus":
        config = printed.replace("15s", "1s")
    else:
        groups = (
            printed if form == "file_sd" else json.dumps([{"targets": [one["address"] for one in json.loads(printed)]}])
        )
        (tmp_path / "ray.json").write_text(groups)
        config = (
            "global: {scrape_interval: 1s}\nscrape_configs:\n"
            f"- job_name: ray\n  file_sd_configs: [{{files: ['{tmp_path}/ray.json']}}]\n"
        )
    with prometheus(tmp_path, config) as url:
        found: dict[str, str] = {}
        for _ in range(600):
            found = up(url)
            if found and set(found.values()) == {"up"}:
                break
        assert set(found.values()) == {"up"}, found
        assert len(found) >= 4


@pytest.mark.ray
async def test_the_file_on_the_head_says_what_the_route_says_in_any_temp_dir(ray_cluster: RunningCluster) -> None:
    backend = LocalBackend(Endpoint("127.0.0.1", ray_cluster.port), environ={})
    async with backend.http(backend.dashboard) as http:
        by_route = discovered(await RayApi(http).service_discovery())
    assert by_route
    assert discovered(await read_discovery_file(backend)) == by_route
    await backend.aclose()


@pytest.mark.ray
def test_a_watched_file_is_kept_whole_until_control_c(ray_cluster: RunningCluster, tmp_path: Path) -> None:
    file = tmp_path / "ray.json"
    argv = (sys.executable, "-m", "raymon_tui.tui", "targets", ray_cluster.dashboard_url, "--watch", str(file))
    with subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        assert process.stderr.readline() == f"wrote {file}\n"
        assert discovered(file.read_bytes())
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 130
    assert [path.name for path in tmp_path.iterdir()] == ["ray.json"]


def test_a_cluster_that_cannot_be_reached_is_told_without_a_traceback(ray_free_url: str) -> None:
    argv = (sys.executable, "-m", "raymon_tui.tui", "targets", ray_free_url)
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    assert done.returncode == 3
    assert "Traceback" not in done.stderr


@pytest.fixture
def ray_free_url() -> str:
    return "http://127.0.0.1:9"


def test_all_three_forms_are_what_they_say() -> None:
    targets = known_targets([HEAD], [Endpoint("10.0.0.1", 44217)])
    assert json.loads(as_file_sd(targets))[0]["targets"] == ["10.0.0.1:8080"]
    assert json.loads(as_json(targets))[1] == {
        "address": "10.0.0.1:44217",
        "host": "10.0.0.1",
        "port": 44217,
        "node_id": None,
        "title": "10.0.0.1:44217",
        "source": "service discovery",
    }
