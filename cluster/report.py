"""A snapshot as a document for programs: the public interface of `status --json`, schema 1.

Every field is always there; what is not known is None. Field names and units change only with `SCHEMA`.
"""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

from raymon_tui.cluster import totals
from raymon_tui.cluster.feeds.catalogue import ACTOR_COUNTS, AUTOSCALER, JOBS, NODES, TASK_COUNTS, VERSION
from raymon_tui.cluster.feeds.feed import Reading
from raymon_tui.cluster.findings.finding import Finding
from raymon_tui.cluster.findings.verdict import why_demand_waits
from raymon_tui.cluster.model.autoscaler import AutoscalerStatus, Demand
from raymon_tui.cluster.model.job import Job
from raymon_tui.cluster.model.node import Gpu, Node
from raymon_tui.cluster.model.page import Counts
from raymon_tui.cluster.snapshot import Snapshot

SCHEMA = 1

Document = dict[str, Any]


def document(snapshot: Snapshot) -> Document:
    """Return the snapshot as plain dicts, lists, strings, numbers and None, fit for `json.dumps`.

    Moments are ISO 8601 in UTC; sizes are bytes, ages and durations seconds.
    """
    version, status = snapshot.value(VERSION), snapshot.value(AUTOSCALER)
    nodes, jobs = snapshot.value(NODES), snapshot.value(JOBS)
    return {
        "schema": SCHEMA,
        "as_of": moment(snapshot.at),
        "target": snapshot.target,
        "ray_version": version.ray_version if version else None,
        "session": version.session_name if version else None,
        "nodes": None if nodes is None else [_node(node) for node in nodes],
        "resources": None if nodes is None else _resources(nodes),
        "autoscaler": None if status is None else _autoscaler(status, snapshot),
        "jobs": None if jobs is None else [_job(job) for job in jobs],
        "tasks": _counts(snapshot.value(TASK_COUNTS)),
        "actors": _counts(snapshot.value(ACTOR_COUNTS)),
        "findings": [_finding(finding) for finding in snapshot.findings],
        "feeds": [_feed(name, reading, snapshot.at) for name, reading in sorted(snapshot.readings.items())],
    }


def moment(seconds: float | None) -> str | None:
    """Return seconds since the epoch as ISO 8601 in UTC, to the millisecond."""
    if seconds is None:
        return None
    return datetime.fromtimestamp(seconds, timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _node(node: Node) -> Document:
    return {
        "node_id": node.node_id,
        "ip": node.ip or None,
        "name": node.hostname or None,
        "type": node.node_type,
        "is_head": node.is_head,
        "state": node.state,
        "state_reason": node.state_message,
        "resources_total": node.resources_total,
        "resources_used": node.resources_used,
        "cpu_percent": node.cpu_percent,
        "mem_used": node.mem_used,
        "mem_total": node.mem_total,
        "disk_used": node.disk_used,
        "disk_total": node.disk_total,
        "object_store_used": node.object_store_used,
        "object_store_total": node.object_store_total,
        "gpus": [_gpu(gpu) for gpu in node.gpus],
    }


def _gpu(gpu: Gpu) -> Document:
    return {
        "index": gpu.index,
        "name": gpu.name or None,
        "utilization_percent": gpu.utilization_percent,
        "mem_used": gpu.memory_used,
        "mem_total": gpu.memory_total,
    }


def _resources(nodes: tuple[Node, ...]) -> Document:
    return {name: {"used": used, "total": total} for name, (used, total) in totals.resources(nodes).items()}


def _autoscaler(status: AutoscalerStatus, snapshot: Snapshot) -> Document:
    return {
        "version": status.version,
        "node_types": [
            {
                "name": one.name,
                "min": one.minimum,
                "max": one.maximum,
                "active": one.active,
                "idle": one.idle,
                "pending": one.pending,
            }
            for one in status.node_types
        ],
        "pending": [
            {"type": one.node_type, "count": one.count, "ip": one.ip, "status": one.status or None}
            for one in status.pending
        ],
        "failed": [
            {"type": one.node_type, "ip": one.ip, "reason": one.reason or None, "at": moment(one.at)}
            for one in status.failed
        ],
        "demands": [_demand(one, snapshot) for one in status.demands],
    }


def _demand(demand: Demand, snapshot: Snapshot) -> Document:
    return {
        "shape": demand.shape,
        "count": demand.count,
        "kind": demand.kind,
        "why": why_demand_waits(demand, snapshot),
    }


def _job(job: Job) -> Document:
    return {
        "id": job.job_id,
        "submission_id": job.submission_id,
        "status": job.status,
        "entrypoint": job.entrypoint,
        "start": moment(job.start_time / 1000 if job.start_time else None),
        "end": moment(job.end_time / 1000 if job.end_time else None),
        "message": job.message,
    }


def _counts(counts: Counts | None) -> Document:
    if counts is None:
        return {"by_state": None, "total": None, "source": None}
    return {"by_state": counts.by_state, "total": counts.total, "source": counts.source}


def _finding(finding: Finding) -> Document:
    return {
        "id": finding.id,
        "severity": finding.severity.name.lower(),
        "title": finding.title,
        "cause": finding.cause or None,
        "where": finding.where or None,
        "since": moment(finding.since),
        "hint": finding.hint or None,
    }


def _feed(name: str, reading: Reading[Any], at: float) -> Document:
    return {
        "name": name,
        "ok": reading.known and reading.error is None,
        "age_s": None if reading.read_at is None else max(0.0, at - reading.read_at),
        "took_s": reading.took_s,
        "error": reading.error.said if reading.error else None,
    }
