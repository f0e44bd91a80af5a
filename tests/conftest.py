"""What all tests share: a real Ray cluster, started once, when the first test asks for it."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from raymon_tui.tui.demo.cluster import RunningCluster, plan_cluster, running

# Nothing here is timed: two cores run a Ray cluster beside the tests.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")

REUSE = "RAYMON_TEST_DASHBOARD"
"""For developers: the URL of a cluster that runs already, to be used in place of one of the suite's own."""


@pytest.fixture(scope="session")
def ray_cluster() -> Iterator[RunningCluster]:
    """A real Ray cluster with an autoscaler, on free ports, which ends with the suite."""
    if url := os.environ.get(REUSE):
        yield _reused(url)
        return
    with running(plan_cluster(workload="sample")) as cluster:
        _await_file(cluster.temp_dir / "sample-is-there")
        yield cluster


def _await_file(path: Path, within_s: float = 180.0) -> None:
    """Wait for another process to write a file, which is how it says that it is done."""
    until = time.monotonic() + within_s
    while not path.exists():
        assert time.monotonic() < until, f"{path.name} was not written within {within_s:.0f} s"
        time.sleep(0.2)


def _reused(url: str) -> RunningCluster:
    from raymon_tui.backends.local_clusters import find_local_clusters

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


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark as `ray` whatever asks for the cluster, so that the quick tests can be chosen without naming them."""
    for item in items:
        if "ray_cluster" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.ray)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """Count a skipped test as failed in CI, unless it names what the machine cannot have."""
    outcome = yield
    report = outcome.get_result()  # type: ignore[attr-defined]
    if os.environ.get("CI") == "true" and report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        if "this machine cannot" not in reason:
            report.outcome = "failed"
            report.longrepr = f"skipped in CI: {reason}"
