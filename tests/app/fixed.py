"""A made-up cluster at one moment that never passes, and the program as it draws it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from still import StillApp

from raymon_tui.backends.http import HttpBackend
from raymon_tui.backends.resolve import Candidate
from raymon_tui.backends.targets import UrlTarget
from raymon_tui.cluster import series
from raymon_tui.cluster.feeds.catalogue import (
    ACTOR_COUNTS,
    ACTOR_SUMMARY,
    AUTOSCALER,
    JOB_PROGRESS,
    JOBS,
    NODES,
    TASK_COUNTS,
    TASK_SUMMARY,
    VERSION,
)
from raymon_tui.cluster.feeds.feed import Feed, Reading
from raymon_tui.cluster.findings.finding import Finding, Severity
from raymon_tui.cluster.history import History
from raymon_tui.cluster.model.actor import ActorSummary, ClassSummary
from raymon_tui.cluster.model.autoscaler import AutoscalerStatus, Demand, NodeType, PendingNode
from raymon_tui.cluster.model.job import Job, JobProgress
from raymon_tui.cluster.model.node import Gpu, Node
from raymon_tui.cluster.model.page import Counts
from raymon_tui.cluster.model.task import FunctionSummary, TaskSummary
from raymon_tui.cluster.model.version import Version
from raymon_tui.cluster.snapshot import Link, Snapshot
from raymon_tui.tui.app import MonitorApp
from raymon_tui.tui.options import MonitorOptions

NOW = 1_795_456_400.0
GIB = 2.0**30


def still(pane_id: str = "overview", *, options: MonitorOptions | None = None, **changes: Any) -> StillApp:
    """Return the program on the made-up cluster, or on one in which something is otherwise."""
    app = StillApp(pane_id, cluster(**changes), options, clock=lambda: NOW)
    if app.monitor.snapshot.readings:
        _remember(app.monitor.history)
    return app


def several() -> MonitorApp:
    """Return the program where two clusters run on this machine."""
    titles = ("127.0.0.1:8265  /tmp/ray  session_one", "127.0.0.1:8266  /scratch/ray  session_two")
    options = MonitorOptions()
    return MonitorApp([Candidate(title, _unreachable) for title in titles], options)


def _unreachable() -> HttpBackend:
    return HttpBackend(UrlTarget("http", "127.0.0.1", 9), environ={})


def cluster(**changes: Any) -> Snapshot:
    """Return the picture of a cluster that works, and of which three things need attention."""
    values: dict[str, Any] = {
        "at": NOW,
        "target": "prod-train",
        "reached_by": "http head-a1:8265",
        "link": Link(state="live", since=NOW - 3600),
        "readings": _readings(),
        "findings": _findings(),
    }
    return Snapshot(**(values | changes))


def _readings() -> Mapping[str, Reading[Any]]:
    answers: dict[Feed[Any], Any] = {
        VERSION: Version(ray_version="2.60.0", session_name="session_2026"),
        NODES: _nodes(),
        AUTOSCALER: _autoscaler(),
        JOBS: _jobs(),
        JOB_PROGRESS: (
            JobProgress(job_id="01000000", total=1000, finished=620, running=380, waiting=0, failed=0),
            JobProgress(job_id="02000000", total=4203, finished=883, running=32, waiting=3274, failed=14),
        ),
        TASK_COUNTS: Counts(
            by_state={"RUNNING": 412, "PENDING_NODE_ASSIGNMENT": 1204, "FINISHED": 31_200, "FAILED": 14}, total=32_830
        ),
        ACTOR_COUNTS: Counts(by_state={"ALIVE": 96, "PENDING_CREATION": 4, "RESTARTING": 1, "DEAD": 12}, total=113),
        TASK_SUMMARY: TaskSummary(functions=tuple(_function(*row) for row in FUNCTIONS), total=32_830),
        ACTOR_SUMMARY: ActorSummary(classes=tuple(_class(*row) for row in CLASSES), total=113),
    }
    return {
        feed.name: Reading(value=value, read_at=NOW - 0.8, took_s=0.02, interval_s=2.0)
        for feed, value in answers.items()
    }


FUNCTIONS = (
    ("train_step", 380, 0, 28_114, 0),
    ("load_shard", 32, 1192, 3011, 14),
    ("evaluate", 0, 12, 75, 0),
    ("read_parquet", 0, 0, 902, 0),
    ("tokenize_with_a_name_that_is_longer_than_its_room", 0, 0, 640, 0),
)
CLASSES = (
    ("Trainer", 13, 3, 0, 3),
    ("DataWorker", 64, 1, 1, 9),
    ("ParameterServerOfTheWholeCluster", 19, 0, 0, 0),
    ("Evaluator", 0, 0, 0, 0),
)


def _function(name: str, running: int, waiting: int, finished: int, failed: int) -> FunctionSummary:
    states = {"RUNNING": running, "PENDING_NODE_ASSIGNMENT": waiting, "FINISHED": finished, "FAILED": failed}
    return FunctionSummary(func_or_class_name=name, type="NORMAL_TASK", state_counts=states)


def _class(name: str, alive: int, pending: int, restarting: int, dead: int) -> ClassSummary:
    states = {"ALIVE": alive, "PENDING_CREATION": pending, "RESTARTING": restarting, "DEAD": dead}
    return ClassSummary(class_name=name, state_counts=states)


def _nodes() -> tuple[Node, ...]:
    gpu_nodes = tuple(_node(number, "gpu_worker", cpus=32.0, gpus=4) for number in range(2, 6))
    cpu_nodes = tuple(_node(number, "cpu_worker", cpus=8.0, idle_s=90.0 * (number == 12)) for number in range(6, 13))
    dead = Node(
        node_id="de" * 28,
        ip="10.0.0.7",
        hostname="node-13",
        node_type="gpu_worker",
        state="DEAD",
        state_message="Unexpected termination: health check failed",
        start_time=NOW - 80_000,
        end_time=NOW - 41,
    )
    return (_node(1, "head", cpus=4.0), *gpu_nodes, *cpu_nodes, dead)


def _node(number: int, kind: str, *, cpus: float, gpus: int = 0, idle_s: float = 0.0) -> Node:
    busy = 0.0 if idle_s else (25 + 17 * number % 70) / 100
    memory = cpus * 4 * GIB
    cards = tuple(
        Gpu(index=i, name="NVIDIA A100-SXM4-80GB", utilization_percent=90.0 + i, memory_used=6e10, memory_total=8e10)
        for i in range(gpus)
    )
    return Node(
        node_id=f"{number:02x}" * 28,
        ip=f"10.0.0.{number}" if number < 9 else f"10.0.0.{number + 90}",
        hostname=f"node-{number}",
        node_type=kind,
        is_head=kind == "head",
        start_time=NOW - 273_600 + 3600 * (number - 1),
        idle_s=idle_s,
        resources_total={"CPU": cpus, "memory": memory} | ({"GPU": float(gpus)} if gpus else {}),
        resources_used={"CPU": round(cpus * busy), "memory": 0.0} | ({"GPU": float(gpus)} if gpus else {}),
        cpu_percent=100 * busy,
        cpu_count=int(cpus),
        mem_used=memory * (0.2 + busy / 2),
        mem_total=memory,
        disk_used=(188 if number == 8 else 20 + number) * GIB,
        disk_total=200 * GIB,
        object_store_used=memory * 0.3 * busy,
        object_store_total=memory * 0.3,
        network_received_per_s=1e6 * number,
        network_sent_per_s=3e5 * number,
        gpus=cards,
        worker_count=int(cpus),
    )


def _autoscaler() -> AutoscalerStatus:
    return AutoscalerStatus(
        version="v2",
        reported_at=NOW - 3,
        node_types=(
            NodeType(name="head", minimum=1, maximum=1, active=1, idle=0),
            NodeType(name="gpu_worker", minimum=0, maximum=4, active=4, idle=0),
            NodeType(name="cpu_worker", minimum=2, maximum=20, active=6, idle=1, pending=2),
        ),
        pending=(PendingNode(node_type="cpu_worker", count=2, status="setting-up"),),
        demands=(Demand(shape={"GPU": 1.0}, count=12), Demand(shape={"CPU": 4.0, "memory": 2.0**33}, count=1)),
    )


def _jobs() -> tuple[Job, ...]:
    return (
        _job("train-7f", "RUNNING", 7200, job_id="01000000"),
        _job("raysubmit_Tw7wZ7CtWDxSkTgi", "RUNNING", 600, job_id="02000000"),
        _job("eval-3", "SUCCEEDED", 1500, 720),
        _job("prep-9", "FAILED", 3700, 3600, exit_code=1),
        _job("warmup", "SUCCEEDED", 11_000, 10_800),
        _job("warmup-0", "STOPPED", 12_000, 11_800),
    )


def _job(
    name: str, status: str, began: float, ended: float = 0.0, *, job_id: str | None = None, exit_code: int | None = None
) -> Job:
    return Job(
        type="SUBMISSION",
        submission_id=name,
        job_id=job_id,
        status=status,
        entrypoint=f"python {name}.py --epochs 3",
        start_time=1000 * (NOW - began),
        end_time=1000 * (NOW - ended) if ended else 0,
        driver_exit_code=exit_code,
    )


def _findings() -> tuple[Finding, ...]:
    return (
        Finding(
            id="demand:gpu",
            severity=Severity.ERROR,
            title="12 × {GPU: 1} wait",
            cause="gpu_worker is at its maximum, 4 of 4",
            where="autoscaler",
            since=NOW - 260,
        ),
        Finding(
            id="actor:Trainer",
            severity=Severity.ERROR,
            title="Trainer died 3 times",
            cause="out of memory on 10.0.0.7, which had 61.2 of 64.0 GiB in use when Ray killed its worker",
            where="actors",
            subject="Trainer",
            since=NOW - 41,
        ),
        Finding(
            id="disk:10.0.0.8",
            severity=Severity.WARNING,
            title="10.0.0.8 disk 94% full",
            cause="Ray stops creating objects at 95%",
            where="nodes",
            subject="08" * 28,
            since=NOW - 545,
        ),
    )


def _remember(history: History) -> None:
    """Fill in the last quarter of an hour."""
    for step in range(0, 901, 2):
        at, wave = NOW - 900 + step, math.sin(step / 140)
        history.add(series.CPU_PERCENT, at, 60 + 30 * wave)
        history.add(series.TASKS_RUNNING, at, round(330 + 130 * wave + 20 * math.sin(step / 9)))
        history.add(series.resource_used("CPU"), at, 100 + 30 * wave)
        history.add(series.resource_used("GPU"), at, 16)
        history.add(series.MEMORY_USED, at, (300 + 60 * wave) * GIB)
        history.add(series.MEMORY_TOTAL, at, 752 * GIB)
        history.add(series.OBJECT_STORE_USED, at, (60 - 20 * wave) * GIB)
        history.add(series.DISK_PERCENT, at, 90 + step / 225)
        for node in _nodes():
            if node.alive:
                history.add(series.NODE_CPU, at, 50 + 30 * wave, node_id=node.node_id)
