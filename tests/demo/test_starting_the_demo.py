"""What stands in the way of a demo is said before Ray is started; what guards a cluster does from the start."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest

from raymon_tui.backends.errors import UnsupportedError
from raymon_tui.tui.demo import machine
from raymon_tui.tui.demo.cluster import plan_cluster, running
from raymon_tui.tui.demo.machine import GIB, check_machine


def shown(ask: Callable[[], str], words: str) -> bool:
    """Whether an answer holds these words before long."""
    until = time.monotonic() + 120
    while time.monotonic() < until:
        if words in ask():
            return True
        time.sleep(0.5)
    return False


def test_without_ray_the_user_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(machine, "NEEDED", ("no_such_package",))
    with pytest.raises(UnsupportedError, match="not installed") as raised:
        check_machine(tmp_path)
    assert raised.value.advice == "pip install 'raymon-tui[demo]'"


def test_a_full_disk_is_named_with_what_is_free(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    full = SimpleNamespace(total=100 * GIB, used=97 * GIB, free=3 * GIB)
    monkeypatch.setattr("shutil.disk_usage", lambda _path: full)
    with pytest.raises(UnsupportedError, match="97% full") as raised:
        check_machine(tmp_path)
    assert "3.0 GiB of 100 GiB are free" in raised.value.advice


def test_too_little_memory_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("psutil.virtual_memory", lambda: SimpleNamespace(available=GIB))
    with pytest.raises(UnsupportedError, match=r"1\.0 GiB of memory are free"):
        check_machine(tmp_path)


@pytest.mark.ray
@pytest.mark.slow
def test_a_guarded_cluster_with_the_second_autoscaler_answers_only_who_has_its_token() -> None:
    with running(plan_cluster(workload=None, autoscaler="v2", token=True)) as cluster:
        assert cluster.token_file is not None
        assert cluster.token_file.stat().st_mode & 0o077 == 0
        token = {"Authorization": f"Bearer {cluster.token_file.read_text()}"}
        with httpx.Client(base_url=cluster.dashboard_url, timeout=60) as asked:
            assert asked.get("/api/version").status_code == 401
            assert asked.get("/api/version", headers=token).json()["session_name"] == cluster.session_name
            assert shown(lambda: asked.get("/api/cluster_status?format=1", headers=token).text, "1 cpu_worker")
