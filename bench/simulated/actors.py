"""Actors of a dozen classes, of which now and then one dies and another is made."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Sequence
from typing import Any

import msgspec

from simulated.draw import Draw
from simulated.listing import Kind, Row, envelope
from simulated.nodes import SimulatedNode

KIND = Kind.of("actor_id class_name state job_id name node_id pid ray_namespace repr_name placement_group_id")
CLASSES = (
    *("Trainer", "ReplayBuffer", "ParameterServer", "RolloutWorker", "DataLoader", "Tokenizer", "InferenceReplica"),
    *("ServeController", "HTTPProxy", "Checkpointer", "Evaluator", "MetricsSink"),
)
_SHARES = {"ALIVE": 0.92, "PENDING_CREATION": 0.02, "DEPENDENCIES_UNREADY": 0.01, "RESTARTING": 0.01, "DEAD": 0.04}
_DIED = "The actor is dead because its worker process has died. Worker exit type: SYSTEM_ERROR"


class Actors:
    """All actors that GCS remembers: always `count` of them."""

    def __init__(self, draw: Draw, nodes: Sequence[SimulatedNode], jobs: Sequence[str], count: int, now: float) -> None:
        self._draw, self._nodes, self._jobs = draw, nodes, jobs
        self.rows = [self._make(draw.of(_SHARES), now) for _ in range(count)]
        self._sort()
        self._dead = deque(row for row in self.rows if row.fields["state"] == "DEAD")

    def step(self, now: float) -> None:
        """Let a second pass: one actor dies, a new one is made, one that died long ago is forgotten."""
        dying = self._draw.random.choice(self.rows)
        if dying.fields["state"] == "ALIVE" and self._dead:
            dying.change({"state": "DEAD", "death_cause": _death(self._draw)}, {"end_time": int(now * 1000)})
            self._dead.append(dying)
            self.rows.remove(self._dead.popleft())
            self.rows.append(self._make("ALIVE", now))
            self._sort()

    def summary(self) -> bytes:
        """Return the body of `/api/v0/actors/summarize`."""
        counts: dict[str, Counter[str]] = {}
        for row in self.rows:
            counts.setdefault(row.fields["class_name"], Counter())[row.fields["state"]] += 1
        classes = {name: {"class_name": name, "state_counts": states} for name, states in counts.items()}
        cluster = {"summary": classes, "total_actors": len(self.rows), "summary_by": "class"}
        result = msgspec.json.encode({"node_id_to_summary": {"cluster": cluster}})
        known = len(self.rows)
        return envelope(result, total=known, looked_at=known, filtered=known)

    def logical(self, wanted: frozenset[str] | None = None) -> dict[str, dict[str, Any]]:
        """Return the rows of `/logical/actors` by id, about 5 KB each."""
        rows = (row for row in self.rows if wanted is None or row.fields["actor_id"] in wanted)
        return {row.fields["actor_id"]: _logical(row) for row in rows}

    def _make(self, state: str, now: float) -> Row:
        job, node = self._draw.random.choice(self._jobs), self._draw.random.choice(self._nodes)
        placed = state in ("ALIVE", "DEAD", "RESTARTING")
        fields = {
            "actor_id": self._draw.hex(24) + job,
            "class_name": self._draw.random.choice(CLASSES),
            "state": state,
            "job_id": job,
            "name": f"replica-{self._draw.random.randrange(10_000)}" if self._draw.random.random() < 0.3 else "",
            "node_id": node.node_id if placed else None,
            "pid": self._draw.random.randrange(1000, 65_000) if placed else 0,
            "ray_namespace": "44b93d0c-f7d9-4125-9528-df7adeb515c9",
            "serialized_runtime_env": "{}",
            "required_resources": {"CPU": 1.0},
            "death_cause": _death(self._draw) if state == "DEAD" else None,
            "is_detached": False,
            "placement_group_id": None,
            "repr_name": "",
            "num_restarts": str(self._draw.of({0: 95, 1: 4, 3: 1})),
            "num_restarts_due_to_lineage_reconstruction": "0",
            "num_restarts_due_to_node_preemption": "0",
            "call_site": None,
            "label_selector": {},
            "fallback_strategy": None,
        }
        started = int((now - self._draw.random.uniform(0, 90_000)) * 1000)
        return Row(fields, {"start_time": started, "end_time": int(now * 1000) if state == "DEAD" else 0})

    def _sort(self) -> None:
        self.rows.sort(key=lambda row: str(row.fields["actor_id"]))


def _death(draw: Draw) -> dict[str, Any]:
    reason = draw.of({"OUT_OF_SCOPE": 6, "RAY_KILL": 3, "WORKER_DIED": 1})
    said = _DIED if reason == "WORKER_DIED" else "The actor is dead because all references to it were removed."
    return {"actor_died_error_context": {"reason": reason, "error_message": said, "pid": 4242}}


def _logical(row: Row) -> dict[str, Any]:
    fields = row.fields
    alive = fields["state"] == "ALIVE"
    process = {"pid": fields["pid"], "cpuPercent": 12.5, "memoryInfo": {"rss": 92090368.0}, "cmdline": [""] * 836}
    return {
        "actorId": fields["actor_id"],
        "jobId": fields["job_id"],
        "address": {"nodeId": fields["node_id"], "ipAddress": "10.0.0.1", "port": 12514, "workerId": "f" * 56},
        "name": fields["name"],
        "className": fields["class_name"],
        "actorClass": fields["class_name"],
        "state": fields["state"],
        "numRestarts": fields["num_restarts"],
        "pid": fields["pid"],
        "startTime": row.extra["start_time"],
        "endTime": row.extra["end_time"],
        "reprName": fields["repr_name"],
        "exitDetail": "-" if alive else _DIED,
        "requiredResources": fields["required_resources"],
        "numExecutedTasks": 3,
        "numPendingTasks": 0,
        "numRunningTasks": "1",
        "gpus": [],
        "processStats": process if alive else None,
    }
