"""Snapshots built by hand: what is known of a cluster, and nothing else."""

from __future__ import annotations

from typing import Any

from raymon_tui.cluster.feeds.feed import Feed, Reading
from raymon_tui.cluster.findings.find import find
from raymon_tui.cluster.findings.finding import Finding
from raymon_tui.cluster.model.node import Node
from raymon_tui.cluster.snapshot import Link, Snapshot

NOW = 1_800_000_000.0
LIVE = Link(state="live", since=NOW - 1000)


def known(*values: tuple[Feed[Any], object], **fields: Any) -> Snapshot:
    """Return a snapshot in which each of these feeds has just been answered so."""
    readings = {feed.name: Reading(value=value, read_at=NOW, took_s=0.01) for feed, value in values}
    return Snapshot(**{"at": NOW, "link": LIVE, "readings": readings, **fields})


def found(snapshot: Snapshot) -> tuple[Finding, ...]:
    """Return what is found at the snapshot's own time."""
    return find(snapshot, snapshot.at)


def told(snapshot: Snapshot) -> list[tuple[str, str]]:
    """Return title and cause of each finding."""
    return [(finding.title, finding.cause) for finding in found(snapshot)]


def node(ip: str = "10.0.0.7", **fields: Any) -> Node:
    """Return a node that is alive and has just reported."""
    return Node(**{"node_id": f"id-of-{ip}", "ip": ip, "measured_at": NOW - 5, **fields})


def worker(kind: str, ip: str = "10.0.0.8", **resources: float) -> Node:
    """Return a node of a type with these resources."""
    return node(ip, node_type=kind, resources_total=resources)
