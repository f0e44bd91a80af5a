"""Serve on the suite's cluster, for this group of tests alone."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from raymon_tui.tui.demo.cluster import RunningCluster

WITHIN_S = 180.0
"""Long, because the machine may be busy: three replicas fail one after the other, each a process of its own."""
SETTLED = {"greeting": "RUNNING", "broken": "DEPLOY_FAILED"}


@pytest.fixture(scope="session")
def serving(ray_cluster: RunningCluster) -> Iterator[int]:
    """Deploy an application that serves and one that fails, and return the port of the proxies; both end after it."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
    script = Path(__file__).with_name("applications.py")
    environ = {**os.environ, "RAY_ADDRESS": ray_cluster.gcs_address}
    driver = subprocess.Popen([sys.executable, str(script), str(port)], env=environ, stdin=subprocess.PIPE)
    try:
        _until_settled(ray_cluster.dashboard_url, driver)
        yield port
    finally:
        assert driver.stdin is not None
        driver.stdin.close()
        try:
            driver.wait(WITHIN_S)
        finally:
            driver.kill()


def _until_settled(url: str, driver: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + WITHIN_S
    found: dict[str, str] = {}
    while found != SETTLED:
        assert driver.poll() is None, f"the driver ended with {driver.returncode}"
        assert time.monotonic() < until, f"after {WITHIN_S:.0f} s it is {found}"
        time.sleep(0.5)
        answer = httpx.get(f"{url}/api/serve/applications/", timeout=60, trust_env=False)
        found = {name: one["status"] for name, one in answer.json()["applications"].items()}
