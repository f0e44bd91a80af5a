"""What all tests share: a real Ray cluster, started once, when the first test asks for it."""

from __future__ import annotations

import os
import time
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest

from raymon_tui.backends.local_clusters import find_local_clusters
from raymon_tui.tui.demo.cluster import RunningCluster, plan_cluster, running

# What the developer has configured for themselves must not count.
os.environ["RAYMON_TUI_CONFIG"] = os.devnull

REUSE = "RAYMON_TEST_DASHBOARD"
"""For developers: the URL of a cluster that runs already, to be used in place of one of the suite's own."""
CANNOT = "this machine cannot"
"""What the reason of a skipped test holds where it names a feature that cannot be had here."""


@pytest.fixture(scope="session")
def ray_cluster() -> Iterator[RunningCluster]:
    """A real Ray cluster with an autoscaler, on free ports, that holds one of everything; it ends with the suite."""
    if url := os.environ.get(REUSE):
        yield _reused(url)
        return
    with running(plan_cluster(workload="sample")) as cluster:
        _await_file(cluster.temp_dir / "sample-is-there")
        yield cluster


@pytest.fixture(scope="session")
def dashboard_url(ray_cluster: RunningCluster) -> str:
    """The address of the real cluster's dashboard."""
    return ray_cluster.dashboard_url


def _await_file(path: Path, within_s: float = 180.0) -> None:
    """Wait for another process to write a file, which is how it says that it is done."""
    until = time.monotonic() + within_s
    while not path.exists():
        assert time.monotonic() < until, f"{path.name} was not written within {within_s:.0f} s"
        time.sleep(0.2)


def _reused(url: str) -> RunningCluster:
    port = int(url.rsplit(":", 1)[1])
    found = next(cluster for cluster in find_local_clusters() if cluster.port == port)
    return RunningCluster(
        host=found.host,
        port=found.port,
        temp_dir=Path(found.temp_dir),
        gcs_address=found.gcs_address,
        session_name=found.session_name,
        ray_version="",
    )


def pytest_report_header() -> str | None:
    """Say that a cluster is reused, since what it holds is then not what the tests would start."""
    url = os.environ.get(REUSE)
    return f"Ray: the cluster at {url} ({REUSE})" if url else None


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark as `ray` whatever asks for the cluster, before tests are chosen by their marks.

    Where several processes share the tests, all that need Ray go to one of them: a machine of two cores bears one
    cluster. The tests of any other file stay together, for what they share.
    """
    for item in items:
        if "ray_cluster" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.ray)
        together = "ray" if item.get_closest_marker("ray") else str(item.path)
        if item.get_closest_marker("xdist_group") is None:
            item.add_marker(pytest.mark.xdist_group(together))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Count a skipped file as failed in CI, unless it names what the machine cannot have."""
    report = yield
    _fail_if_skipped(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Count a skipped test as failed in CI, unless it names what the machine cannot have."""
    report = yield
    _fail_if_skipped(report)
    return report


def _fail_if_skipped(report: pytest.CollectReport | pytest.TestReport) -> None:
    if os.environ.get("CI") != "true" or not report.skipped or hasattr(report, "wasxfail"):
        return
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    if CANNOT not in reason:
        report.outcome = "failed"
        report.longrepr = f"skipped in CI: {reason}"
