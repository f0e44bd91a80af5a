"""The shorter lists: jobs, placement groups, worker processes, objects, events, log files."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from simulated.draw import Draw
from simulated.listing import Kind, Row
from simulated.nodes import SimulatedNode

NODE_KIND = Kind.of("node_id node_ip is_head_node state node_name labels")
JOB_KIND = Kind.of("job_id submission_id type status")
GROUP_KIND = Kind.of("placement_group_id name creator_job_id state is_detached")
WORKER_KIND = Kind.of("worker_id is_alive worker_type exit_type node_id ip pid")
OBJECT_KIND = Kind.of("object_id task_status reference_type type pid ip")

_JOBS = ("train.py --epochs 90", "tune.py", "serve run app:main", "etl.py --day 2026-11-22", "eval.py", "sweep.py")


def make_jobs(now: float) -> list[dict[str, Any]]:
    """Return six drivers: four running, one that succeeded, one that failed."""
    states = ("RUNNING", "RUNNING", "RUNNING", "RUNNING", "SUCCEEDED", "FAILED")
    return [
        _job(f"{index + 1:02x}000000", entrypoint, state, now - 3600 * (index + 1), now)
        for index, (entrypoint, state) in enumerate(zip(_JOBS, states, strict=True))
    ]


def make_groups(draw: Draw, nodes: Sequence[SimulatedNode], jobs: Sequence[str]) -> list[Row]:
    """Return forty placement groups, a tenth of them not to be placed."""
    rows = []
    for index in range(40):
        placed = index % 10 != 0
        group_id, job = draw.hex(28), draw.random.choice(jobs)
        node = draw.random.choice(nodes).node_id if placed else ""
        bundle = {"bundle_id": {"placement_group_id": group_id, "bundle_index": 0}, "unit_resources": {"CPU": 64.0}}
        fields = {
            "placement_group_id": group_id + job,
            "name": f"group-{index}",
            "creator_job_id": job,
            "state": "CREATED" if placed else "PENDING",
        }
        stats = {"scheduling_attempt": 4, "scheduling_state": "FINISHED" if placed else "INFEASIBLE"}
        rows.append(Row(fields, {"bundles": [{**bundle, "node_id": node}], "is_detached": False, "stats": stats}))
    return sorted(rows, key=lambda row: str(row.fields["placement_group_id"]))


def make_workers(nodes: Sequence[SimulatedNode], now: float) -> list[Row]:
    """Return a row for every worker process that the nodes report."""
    rows = []
    for node in nodes:
        for worker in node.workers:
            fields = {
                "worker_id": worker["workerId"],
                "is_alive": True,
                "worker_type": "WORKER",
                "exit_type": None,
                "node_id": node.node_id,
                "ip": node.ip,
                "pid": worker["pid"],
            }
            times = {"worker_launch_time_ms": int(now * 1000), "start_time_ms": int(now * 1000), "end_time_ms": 0}
            rows.append(Row(fields, {"exit_detail": None, **times}))
    return sorted(rows, key=lambda row: str(row.fields["worker_id"]))


def make_objects(draw: Draw, nodes: Sequence[SimulatedNode], count: int) -> list[Row]:
    """Return references to objects of many sizes."""
    rows = [
        Row(
            {
                "object_id": draw.hex(56),
                "object_size": int(10 ** draw.random.uniform(2, 9)),
                "task_status": "FINISHED",
                "attempt_number": 1,
                "reference_type": "LOCAL_REFERENCE",
                "call_site": "disabled",
                "type": "WORKER",
                "pid": draw.random.randrange(65_000),
                "ip": draw.random.choice(nodes).ip,
            }
        )
        for _ in range(count)
    ]
    return sorted(rows, key=lambda row: str(row.fields["object_id"]))


def make_event(draw: Draw, now: float) -> dict[str, Any]:
    """Return one event of the autoscaler's."""
    message = draw.of(
        {
            "Resized to 14800 CPUs, 800 GPUs.": 5,
            "Adding 3 node(s) of type gpu_worker.": 3,
            "Error: No available node types can fulfill resource request {'GPU': 16.0}. Add suitable node types to "
            "this cluster to resolve this issue.": 2,
        }
    )
    return {
        "eventId": draw.hex(36),
        "sourceType": "AUTOSCALER",
        "sourceHostname": "ip-10-0-0-1",
        "sourcePid": 2936,
        "message": message,
        "timestamp": str(int(now)),
        "severity": "INFO",
        "label": "",
        "customFields": {},
    }


def log_files(node: SimulatedNode) -> dict[str, list[str]]:
    """Return a node's log files by component."""
    own = {"raylet": ["raylet.out", "raylet.err"], "agent": ["dashboard_agent.log", "runtime_env_agent.log"]}
    head = {"gcs_server": ["gcs_server.out", "gcs_server.err"], "autoscaler": ["monitor.log", "monitor.err"]}
    names = [f"worker-{worker['workerId']}-{worker['jobId']}-{worker['pid']}" for worker in node.workers]
    workers = {
        "worker_out": [f"{name}.out" for name in names],
        "worker_err": [f"{name}.err" for name in names],
    }
    return {**own, **(head if node.is_head else {}), **workers}


def _job(job_id: str, entrypoint: str, status: str, started: float, now: float) -> dict[str, Any]:
    ended = status != "RUNNING"
    failed = status == "FAILED"
    return {
        "type": "SUBMISSION",
        "job_id": job_id,
        "submission_id": f"raysubmit_{job_id}",
        "driver_info": {"id": job_id, "node_ip_address": "10.0.0.1", "pid": "2798"},
        "status": status,
        "entrypoint": f"python {entrypoint}",
        "message": "Job entrypoint command failed with exit code 1" if failed else None,
        "error_type": "JOB_ENTRYPOINT_COMMAND_ERROR" if failed else None,
        "start_time": int(started * 1000),
        "end_time": int((now - 60) * 1000) if ended else 0,
        "metadata": {},
        "runtime_env": {},
        "driver_agent_http_address": None,
        "driver_node_id": None,
        "driver_exit_code": (1 if failed else 0) if ended else None,
    }
