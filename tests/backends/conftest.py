"""What several tests of backends share."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme
from certificates import Authority
from ssh_home import make_home, settings_for
from sshd import Sshd, running_sshd

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


@pytest.fixture
def sshd(tmp_path: Path) -> Iterator[Sshd]:
    folder = tmp_path / "sshd"
    folder.mkdir()
    with running_sshd(folder) as running:
        yield running


@pytest.fixture
def home(sshd: Sshd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The `.ssh` of a home whose configuration knows the server."""
    return make_home(tmp_path / "home", monkeypatch, *settings_for(sshd))
