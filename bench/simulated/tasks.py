"""Tasks that are submitted, wait, run, and finish or fail, while GCS forgets the oldest."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import Counter, deque
from collections.abc import Sequence

import msgspec

from simulated.draw import Draw
from simulated.listing import MOST_ROWS, Kind, Row, envelope
from simulated.nodes import SESSION, SimulatedNode

KIND = Kind.of(
    "task_id attempt_number name state job_id actor_id type func_or_class_name parent_task_id node_id worker_id "
    "worker_pid error_type language placement_group_id is_debugger_paused",
    at_gcs="task_id job_id actor_id name state",
)
FUNCTIONS = (
    *("train_step", "load_shard", "tokenize", "all_reduce", "evaluate_checkpoint", "write_parquet", "embed_batch"),
    *("preprocess", "augment_image", "rollout", "score_candidates", "merge_gradients", "upload_artifact", "fan_in"),
)
_WAITING, _RUNNING, _FINISHED, _FAILED = "PENDING_NODE_ASSIGNMENT", "RUNNING", "FINISHED", "FAILED"
_SHARES = {_WAITING: 0.1, _RUNNING: 0.08, _FINISHED: 0.8, _FAILED: 0.02}
_LIFE_S = 200


class Tasks:
    """All task attempts that GCS remembers: always `count` of them."""

    def __init__(self, draw: Draw, nodes: Sequence[SimulatedNode], jobs: Sequence[str], count: int, now: float) -> None:
        self._draw, self._nodes, self._jobs = draw, nodes, jobs
        self.rows: list[Row] = []
        self._waiting: deque[Row] = deque()
        self._running: deque[Row] = deque()
        self._ended: deque[Row] = deque()
        for _ in range(count):
            state = draw.of(_SHARES)
            row = self._submit(now - draw.random.uniform(0, _LIFE_S))
            if state != _WAITING:
                self._start(self._waiting.pop(), now)
            if state in (_FINISHED, _FAILED):
                self._end(self._running.pop(), state, now)
            self.rows.append(row)
        self.rows.sort(key=_task_id)

    def step(self, now: float) -> None:
        """Let a second pass."""
        for _ in range(max(1, len(self.rows) // _LIFE_S)):
            self._end(self._running.popleft(), self._draw.of({_FINISHED: 49, _FAILED: 1}), now)
            self._start(self._waiting.popleft(), now)
            insort(self.rows, self._submit(now), key=_task_id)
            self._forget(self._ended.popleft())

    def summary(self) -> bytes:
        """Return the body of `/api/v0/tasks/summarize`, counted as Ray does: over at most 10,000."""
        seen = self.rows[:MOST_ROWS]
        counts: dict[str, Counter[str]] = {}
        for row in seen:
            counts.setdefault(row.fields["name"], Counter())[row.fields["state"]] += 1
        functions = {
            name: {"func_or_class_name": name, "type": "NORMAL_TASK", "state_counts": states}
            for name, states in counts.items()
        }
        totals = {"total_tasks": len(seen), "total_actor_tasks": 0, "total_actor_scheduled": 0}
        cluster = {"summary": functions, **totals, "summary_by": "func_name"}
        result = msgspec.json.encode({"node_id_to_summary": {"cluster": cluster}})
        return envelope(result, total=len(self.rows), looked_at=len(seen), filtered=len(seen))

    def _submit(self, now: float) -> Row:
        job, name = self._draw.random.choice(self._jobs), self._draw.random.choice(FUNCTIONS)
        fields = {
            "task_id": f"{self._draw.hex(16)}{'f' * 24}{job}",
            "attempt_number": 0,
            "name": name,
            "state": _WAITING,
            "job_id": job,
            "actor_id": None,
            "type": "NORMAL_TASK",
            "func_or_class_name": name,
            "parent_task_id": f"{'f' * 40}{job}",
            "node_id": None,
            "worker_id": None,
            "worker_pid": None,
            "error_type": None,
        }
        extra = {
            "language": "PYTHON",
            "required_resources": {"CPU": 1.0},
            "runtime_env_info": {"serialized_runtime_env": "{}", "runtime_env_config": {"eager_install": True}},
            "placement_group_id": None,
            "events": [{"state": state, "created_ms": now * 1000} for state in ("PENDING_ARGS_AVAIL", _WAITING)],
            "profiling_data": {},
            "creation_time_ms": now * 1000,
            "start_time_ms": None,
            "end_time_ms": None,
            "task_log_info": None,
            "error_message": None,
            "call_site": None,
            "label_selector": {},
        }
        row = Row(fields, extra)
        self._waiting.append(row)
        return row

    def _start(self, row: Row, now: float) -> None:
        node, worker, pid = (
            self._draw.random.choice(self._nodes),
            self._draw.hex(56),
            self._draw.random.randrange(65_000),
        )
        log = f"/tmp/ray/{SESSION}/logs/worker-{worker}-{row.fields['job_id']}-{pid}"
        row.change(
            {"state": _RUNNING, "node_id": node.node_id, "worker_id": worker, "worker_pid": pid},
            {
                "start_time_ms": now * 1000,
                "events": [*row.extra["events"], {"state": _RUNNING, "created_ms": now * 1000}],
                "task_log_info": {"stdout_file": f"{log}.out", "stderr_file": f"{log}.err", "stdout_start": 39},
            },
        )
        self._running.append(row)

    def _end(self, row: Row, state: str, now: float) -> None:
        failed = state == _FAILED
        said = (
            f"User exception:\nray::{row.fields['name']}() (pid=1)\nValueError: shard 6 is corrupt" if failed else None
        )
        row.change(
            {"state": state, "error_type": "TASK_EXECUTION_EXCEPTION" if failed else None},
            {
                "end_time_ms": now * 1000,
                "events": [*row.extra["events"], {"state": state, "created_ms": now * 1000}],
                "error_message": said,
            },
        )
        self._ended.append(row)

    def _forget(self, row: Row) -> None:
        del self.rows[bisect_left(self.rows, _task_id(row), key=_task_id)]


def _task_id(row: Row) -> str:
    return str(row.fields["task_id"])
