"""The document of `status --json`, a public interface."""

from __future__ import annotations

import json

from raymon_tui.cluster.feeds.catalogue import AUTOSCALER, JOBS, NODES, TASK_COUNTS, VERSION
from raymon_tui.cluster.feeds.feed import FeedError, Reading
from raymon_tui.cluster.findings.finding import Finding, Severity
from raymon_tui.cluster.model.autoscaler import AutoscalerStatus, Demand, FailedNode, NodeType, PendingNode
from raymon_tui.cluster.model.job import Job
from raymon_tui.cluster.model.node import Gpu, Node
from raymon_tui.cluster.model.page import Counts
from raymon_tui.cluster.model.version import Version
from raymon_tui.cluster.report import document
from raymon_tui.cluster.snapshot import Snapshot

AT = 1_800_000_000.0
NODE = Node(
    node_id="n1",
    ip="10.0.0.1",
    hostname="head",
    node_type="gpu_worker",
    is_head=True,
    resources_total={"GPU": 1.0},
    resources_used={"GPU": 0.5},
    cpu_percent=12.5,
    gpus=(Gpu(index=0, name="A100", utilization_percent=40.0),),
)
STATUS = AutoscalerStatus(
    version="v2",
    node_types=(NodeType(name="gpu_worker", maximum=1, active=1),),
    pending=(PendingNode(node_type="cpu_worker", count=2, status="launching"),),
    failed=(FailedNode(node_type="cpu_worker", reason="quota", at=AT - 5),),
    demands=(Demand(shape={"GPU": 1.0}, count=12),),
)
JOB = Job(job_id="01", submission_id="train", status="RUNNING", entrypoint="python t.py", start_time=(AT - 60) * 1000)
FULL = Snapshot(
    at=AT,
    target="cluster.yaml",
    findings=(Finding(id="f", severity=Severity.WARNING, title="T", since=AT - 1),),
    readings={
        feed.name: Reading(value=value, read_at=AT - 0.5, took_s=0.1)
        for feed, value in (
            (VERSION, Version(ray_version="2.60.0", session_name="s1")),
            (NODES, (NODE,)),
            (AUTOSCALER, STATUS),
            (JOBS, (JOB,)),
            (TASK_COUNTS, Counts(by_state={"RUNNING": 2}, total=2)),
        )
    }
    | {"events": Reading(error=FeedError(said="HTTP 500", since=AT))},
)


def test_every_field_of_schema_1_is_there() -> None:
    told = document(FULL)
    assert list(told) == [
        "schema", "as_of", "target", "ray_version", "session", "nodes", "resources", "autoscaler", "jobs", "tasks",
        "actors", "findings", "feeds",
    ]  # fmt: skip
    assert (told["schema"], told["as_of"], told["target"]) == (1, "2027-01-15T08:00:00.000Z", "cluster.yaml")
    assert (told["ray_version"], told["session"]) == ("2.60.0", "s1")
    assert list(told["nodes"][0]) == [
        "node_id", "ip", "name", "type", "is_head", "state", "state_reason", "resources_total", "resources_used",
        "cpu_percent", "mem_used", "mem_total", "disk_used", "disk_total", "object_store_used", "object_store_total",
        "gpus",
    ]  # fmt: skip
    assert list(told["autoscaler"]) == ["version", "node_types", "pending", "failed", "demands"]
    assert list(told["jobs"][0]) == ["id", "submission_id", "status", "entrypoint", "start", "end", "message"]


def test_what_is_known_is_told() -> None:
    told = document(FULL)
    assert told["resources"] == {"GPU": {"used": 0.5, "total": 1.0}}
    assert told["autoscaler"]["node_types"] == [
        {"name": "gpu_worker", "min": None, "max": 1, "active": 1, "idle": None, "pending": 0}
    ]
    assert told["autoscaler"]["demands"] == [
        {"shape": {"GPU": 1.0}, "count": 12, "kind": "task_actor", "why": "gpu_worker is at its maximum, 1 of 1"}
    ]
    assert told["jobs"][0]["start"] == "2027-01-15T07:59:00.000Z"
    assert told["jobs"][0]["end"] is None
    assert told["tasks"] == {"by_state": {"RUNNING": 2}, "total": 2, "source": "state_api"}
    assert told["findings"] == [
        {
            "id": "f",
            "severity": "warning",
            "title": "T",
            "cause": None,
            "where": None,
            "since": "2027-01-15T07:59:59.000Z",
            "hint": None,
        }
    ]


def test_what_is_not_known_is_null_and_never_zero() -> None:
    told = document(FULL)
    assert told["nodes"][0]["mem_used"] is None
    assert told["actors"] == {"by_state": None, "total": None, "source": None}
    nothing = document(Snapshot(at=AT))
    unknown = ("ray_version", "session", "nodes", "resources", "autoscaler", "jobs")
    assert [nothing[name] for name in unknown] == [None] * len(unknown)


def test_each_feed_says_whether_it_was_answered() -> None:
    feeds = {feed["name"]: feed for feed in document(FULL)["feeds"]}
    assert feeds["nodes"] == {"name": "nodes", "ok": True, "age_s": 0.5, "took_s": 0.1, "error": None}
    assert feeds["events"] == {"name": "events", "ok": False, "age_s": None, "took_s": None, "error": "HTTP 500"}


def test_it_can_be_written_as_json() -> None:
    assert json.loads(json.dumps(document(FULL), allow_nan=False)) == document(FULL)
