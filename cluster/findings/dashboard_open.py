"""A dashboard that anybody who reaches it may use."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_address

from raymon_tui.cluster.feeds.catalogue import AUTHENTICATION_MODE
from raymon_tui.cluster.findings.finding import Finding, Severity
from raymon_tui.cluster.snapshot import Snapshot


def dashboard_open(snapshot: Snapshot, _now: float) -> Iterator[Finding]:
    """Say that no token is asked for, where the dashboard is reached at more than the loopback address.

    Where it is reached there (as through SSH) one cannot know whether it listens elsewhere too.
    """
    host = snapshot.dashboard_host
    if host and snapshot.value(AUTHENTICATION_MODE) == "disabled" and not _is_loopback(host):
        yield Finding(
            id="dashboard-open",
            severity=Severity.INFO,
            title="The dashboard is open to all who reach it",
            cause=f"{host} asks for no token, and whoever gets there can run code on the cluster",
            hint="Set RAY_AUTH_MODE=token (Ray 2.52 or later), or keep the port behind a firewall.",
        )


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
