"""From what was typed, or from nothing, to clusters."""

from __future__ import annotations

import sys
from importlib import invalidate_caches
from pathlib import Path

import pytest

from raymon_tui.backends import local_clusters
from raymon_tui.backends.base import ConnectOptions
from raymon_tui.backends.errors import UnreachableError, UnsupportedError, UsageError
from raymon_tui.backends.local_clusters import LocalCluster
from raymon_tui.backends.resolve import one_of, resolve

ENVIRON = {"RAY_AUTH_TOKEN": ""}
SECRET = "hunter2"

PLUGIN = """
from raymon_tui.backends.http import HttpBackend
from raymon_tui.backends.targets import UrlTarget

def open_backend(text, options):
    host = text.partition("://")[2].rpartition("@")[2]
    return HttpBackend(UrlTarget("http", host, 8265), options, {}) if host != "unknown" else None
"""
ENTRY_POINTS = "[raymon_tui.backends]\nslurm = of_slurm:open_backend\nBroken = of_nothing:open_backend\n"


def cluster(port: int, pid: int = 1) -> LocalCluster:
    return LocalCluster("127.0.0.1", port, f"/tmp/ray{pid}", f"session_{pid}", "127.0.0.1:6379", pid, float(pid))


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> list[LocalCluster]:
    """What runs on this machine, none at first: what else runs on it must not matter to these tests."""
    found: list[LocalCluster] = []
    monkeypatch.setattr(local_clusters, "find_local_clusters", lambda: tuple(found))
    return found


@pytest.fixture
def plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A package as another author would install it."""
    (tmp_path / "of_slurm.py").write_text(PLUGIN)
    info = tmp_path / "raymon_slurm-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: raymon-slurm\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(ENTRY_POINTS)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "of_slurm", raising=False)
    invalidate_caches()


def test_an_address_is_its_one_cluster() -> None:
    candidate = one_of(resolve(f"https://me:{SECRET}@head/ray", ConnectOptions(), ENVIRON))
    assert candidate.title == "https://head/ray"
    assert candidate.open().describe() == "https://head/ray"


def test_nothing_typed_means_the_cluster_that_runs_here_whatever_the_environment_says(here: list[LocalCluster]) -> None:
    here.append(cluster(8265))
    environ = ENVIRON | {"RAY_API_SERVER_ADDRESS": "http://elsewhere:8265"}
    candidate = one_of(resolve(None, ConnectOptions(), environ))
    assert candidate.open().describe() == "local 127.0.0.1:8265"


def test_several_clusters_here_are_all_offered(here: list[LocalCluster]) -> None:
    here.extend((cluster(8266, pid=2), cluster(8265, pid=1)))
    candidates = resolve(None, ConnectOptions(), ENVIRON)
    assert [candidate.open().describe() for candidate in candidates] == ["local 127.0.0.1:8266", "local 127.0.0.1:8265"]


def test_where_nobody_can_choose_the_error_lists_the_address_of_each(here: list[LocalCluster]) -> None:
    here.extend((cluster(8266, pid=2), cluster(8265, pid=1)))
    with pytest.raises(UsageError) as caught:
        one_of(resolve(None, ConnectOptions(), ENVIRON))
    assert "http://127.0.0.1:8265" in caught.value.said
    assert "http://127.0.0.1:8266" in caught.value.said
    assert "/tmp/ray2" in caught.value.said


def test_the_port_of_the_dashboard_chooses_among_clusters_here(here: list[LocalCluster]) -> None:
    here.extend((cluster(8266, pid=2), cluster(8265, pid=1)))
    candidate = one_of(resolve(None, ConnectOptions(dashboard_port=8265), ENVIRON))
    assert candidate.open().describe() == "local 127.0.0.1:8265"


def test_a_port_on_which_no_cluster_listens_here_is_named(here: list[LocalCluster]) -> None:
    here.append(cluster(8265))
    with pytest.raises(UnreachableError, match="port 9000"):
        resolve(None, ConnectOptions(dashboard_port=9000), ENVIRON)


@pytest.mark.parametrize(
    ("variables", "meant"),
    [
        ({"RAY_API_SERVER_ADDRESS": "http://one:8265", "RAY_ADDRESS": "http://two:8265"}, "http://one:8265"),
        ({"RAY_ADDRESS": "HTTPS://two/ray"}, "https://two/ray"),
        ({"RAY_API_SERVER_ADDRESS": "one:8265", "RAY_ADDRESS": "http://two:8265"}, "http://two:8265"),
    ],
)
def test_without_a_cluster_here_the_environment_names_it(
    here: list[LocalCluster], variables: dict[str, str], meant: str
) -> None:
    assert one_of(resolve(None, ConnectOptions(), ENVIRON | variables)).title == meant


@pytest.mark.parametrize("address", ["", "ray://head:10001", "auto", "10.0.0.1:6379"])
def test_where_nothing_names_a_cluster_the_advice_says_how_to_get_one(here: list[LocalCluster], address: str) -> None:
    with pytest.raises(UnreachableError) as caught:
        resolve(None, ConnectOptions(), ENVIRON | {"RAY_ADDRESS": address})
    assert "raymon-tui demo" in caught.value.advice
    assert caught.value.exit_code == 3


@pytest.mark.usefixtures("plugin")
def test_another_package_opens_targets_of_its_own_scheme() -> None:
    candidate = one_of(resolve(f"SLURM://me:{SECRET}@login", ConnectOptions(), ENVIRON))
    assert SECRET not in candidate.title
    assert candidate.open().describe() == "http://login:8265"


@pytest.mark.usefixtures("plugin")
def test_a_target_that_its_package_does_not_know_is_told() -> None:
    with pytest.raises(UsageError, match="slurm://unknown"):
        one_of(resolve("slurm://unknown", ConnectOptions(), ENVIRON)).open()


@pytest.mark.usefixtures("plugin")
def test_a_package_that_cannot_be_loaded_is_told() -> None:
    with pytest.raises(UnsupportedError, match="of_nothing") as caught:
        one_of(resolve("broken://login", ConnectOptions(), ENVIRON)).open()
    assert "install" in caught.value.advice


def test_a_scheme_that_no_package_brings_is_told() -> None:
    with pytest.raises(UsageError, match="slurm"):
        resolve("slurm://login", ConnectOptions(), ENVIRON)
