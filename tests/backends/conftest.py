"""What several tests of backends share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import trustme
from certificates import Authority

LIVE = "RAYMON_TEST_KUBECONFIG"
"""The kubeconfig of a real cluster, for the tests that need one."""
collect_ignore = [] if os.environ.get(LIVE) else ["test_kubernetes_live.py"]


def pytest_report_header() -> str:
    """Say which Kubernetes the tests run against."""
    named = os.environ.get(LIVE)
    return (
        f"Kubernetes: a stand-in, and {named}" if named else f"Kubernetes: a stand-in alone ({LIVE} names no real one)"
    )


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    """A certificate authority that nobody trusts yet."""
    ca = trustme.CA()
    pem = tmp_path / "ca.pem"
    ca.cert_pem.write_to_path(str(pem))
    return Authority(pem, ca)
