"""Finding the clusters of this machine without Ray."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from listening import HERE, closed_port
from standing_in import StartStandIn, stand_ins

from raymon_tui.backends.local_clusters import LocalCluster, find_local_clusters, is_dashboard, options_in
from raymon_tui.tui.demo.cluster import RunningCluster


@pytest.fixture
def start(tmp_path: Path) -> Iterator[StartStandIn]:
    with stand_ins(tmp_path) as started:
        yield started


def found(pid: int) -> LocalCluster | None:
    return next((cluster for cluster in find_local_clusters() if cluster.pid == pid), None)


def at(port: int) -> list[LocalCluster]:
    return [cluster for cluster in find_local_clusters() if cluster.port == port]


def test_the_running_cluster_is_found_with_its_temp_dir_and_session(ray_cluster: RunningCluster) -> None:
    (cluster,) = at(ray_cluster.port)
    assert cluster.host == ray_cluster.host
    assert Path(cluster.temp_dir) == ray_cluster.temp_dir
    assert cluster.session_name == ray_cluster.session_name
    assert cluster.gcs_address.rpartition(":")[2] == ray_cluster.gcs_address.rpartition(":")[2]
    assert cluster.started_at == psutil.Process(cluster.pid).create_time()


def test_a_cluster_is_told_by_its_dashboard_s_command_line(start: StartStandIn) -> None:
    process = start("session_one", port=closed_port())
    cluster = found(process.pid)
    assert cluster is not None
    assert (cluster.host, cluster.port) == (HERE, process.port)
    assert (cluster.temp_dir, cluster.session_name) == ("/tmp/of_session_one", "session_one")
    assert cluster.gcs_address == "10.0.0.1:6379"
    assert cluster.title.startswith(f"http://{HERE}:{process.port} ")


def test_of_several_clusters_the_newest_comes_first_each_at_its_own_port(start: StartStandIn) -> None:
    first = start("session_one", port=closed_port())
    second = start("session_two", port=first.port, retries=50)
    assert second.port > first.port
    mine = [cluster for cluster in find_local_clusters() if cluster.pid in {first.pid, second.pid}]
    assert [(cluster.pid, cluster.port) for cluster in mine] == [(second.pid, second.port), (first.pid, first.port)]


@pytest.mark.parametrize("token", ["", "1"])
def test_of_other_users_clusters_the_port_itself_says_whose_it_is(
    start: StartStandIn, monkeypatch: pytest.MonkeyPatch, token: str
) -> None:
    first = start("session_one", port=closed_port())
    second = start("session_two", port=first.port, retries=50, token=token)
    monkeypatch.setattr(psutil.Process, "net_connections", _denied)
    one, two = found(first.pid), found(second.pid)
    assert one is not None
    assert two is not None
    assert (one.port, two.port) == (first.port, second.port)


def test_a_dashboard_that_listens_nowhere_is_none(start: StartStandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    process = start("session_one", port=closed_port())
    monkeypatch.setattr(psutil.Process, "net_connections", lambda _process, kind: [])
    assert found(process.pid) is None


def test_a_listener_on_all_addresses_is_reached_on_loopback(start: StartStandIn) -> None:
    cluster = found(start("session_one", port=closed_port(), host="0.0.0.0").pid)
    assert cluster is not None
    assert cluster.host == HERE


def test_an_ipv6_dashboard_has_its_address_in_brackets(start: StartStandIn) -> None:
    cluster = found(start("session_one", port=closed_port(), host="::1").pid)
    assert cluster is not None
    assert cluster.title.startswith(f"http://[::1]:{cluster.port} ")


def test_a_dashboard_inside_a_container_is_not_this_machine_s(start: StartStandIn) -> None:
    port = closed_port()
    user = () if os.geteuid() == 0 else ("--user", "--map-root-user")
    start("session_one", port=port, before=" ".join(("unshare", *user, "--pid", "--fork", "--kill-child")))
    assert at(port) == []


def test_a_process_that_ends_while_it_is_looked_at_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(_process: psutil.Process) -> list[str]:
        raise psutil.NoSuchProcess(1)

    monkeypatch.setattr(psutil.Process, "cmdline", gone)
    assert find_local_clusters() == ()


def test_options_are_read_with_and_without_an_equals_sign() -> None:
    line = ["python", "dashboard.py", "--host=127.0.0.1", "--port", "8265", "--minimal", "--temp-dir=/a=b", "--last"]
    assert options_in(line) == {"host": "127.0.0.1", "port": "8265", "minimal": "", "temp-dir": "/a=b", "last": ""}


@pytest.mark.parametrize(
    ("line", "is_one"),
    [
        (["python", "-u", "/opt/site-packages/ray/dashboard/dashboard.py", "--host=x"], True),
        (["/opt/ray/dashboard/dashboard.py"], True),
        (["vim", "/home/me/dashboard.py"], False),
        (["python", "/opt/ray/dashboard/agent.py"], False),
        ([], False),
    ],
)
def test_a_dashboard_is_told_by_the_script_that_it_runs(line: list[str], is_one: bool) -> None:
    assert is_dashboard(line) is is_one


def _denied(process: psutil.Process, kind: str) -> None:
    raise psutil.AccessDenied(process.pid)
