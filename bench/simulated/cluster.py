"""The simulated cluster as a whole, and the passing of its time."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Sequence

import msgspec

from simulated import lists
from simulated.actors import Actors
from simulated.autoscaler import logical_resources
from simulated.draw import Draw
from simulated.listing import Row
from simulated.nodes import SimulatedNode, make_nodes
from simulated.tasks import Tasks

MEASURED_EVERY_S = 15
EVENT_EVERY_S = 5


class SimulatedCluster:
    """Nodes, actors, tasks and the rest; `step` lets a second pass."""

    def __init__(self, nodes: int, actors: int, tasks: int) -> None:
        now = time.time()
        self.draw = Draw()
        self.nodes = make_nodes(self.draw, nodes, now)
        self.node_by_id = {node.node_id: node for node in self.nodes}
        self.jobs = lists.make_jobs(now)
        alive = [node for node in self.nodes if not node.dead_since]
        running = [job["job_id"] for job in self.jobs if job["status"] == "RUNNING"]
        self.tasks = Tasks(self.draw, alive, running, tasks, now)
        self.actors = Actors(self.draw, alive, running, actors, now)
        self.groups = lists.make_groups(self.draw, alive, running)
        self.workers = lists.make_workers(self.nodes, now)
        self.objects = lists.make_objects(self.draw, alive, 2000)
        self.events = deque((lists.make_event(self.draw, now - 60 * (200 - one)) for one in range(200)), maxlen=500)
        self._seconds = 0

    def step(self) -> None:
        """Let a second pass: a fifteenth of the nodes measures itself, tasks and actors move on."""
        now = time.time()
        self._seconds += 1
        for node in self.nodes[self._seconds % MEASURED_EVERY_S :: MEASURED_EVERY_S]:
            node.measure(self.draw, now)
        self.tasks.step(now)
        self.actors.step(now)
        if self._seconds % EVENT_EVERY_S == 0:
            self.events.append(lists.make_event(self.draw, now))

    def node_rows(self) -> list[Row]:
        """Return the rows of `/api/v0/nodes`."""
        return [Row(node.v0()) for node in sorted(self.nodes, key=lambda one: one.node_id)]

    def job_rows(self) -> Sequence[Row]:
        """Return the rows of `/api/v0/jobs`."""
        return [Row(job) for job in self.jobs]

    def nodes_summary(self) -> bytes:
        """Return the body of `/nodes?view=summary`."""
        resources = {node.node_id: logical_resources(node) for node in self.nodes if not node.dead_since}
        head = b'{"result": true, "msg": "Node summary fetched.", "data": {"summary": ['
        rows = b", ".join(node.summary for node in self.nodes)
        return head + rows + b'], "nodeLogicalResources": ' + msgspec.json.encode(resources) + b"}}"

    def node_detail(self, node: SimulatedNode) -> bytes:
        """Return the body of `/nodes/{id}`."""
        workers = [
            {
                "pid": worker["pid"],
                "createTime": node.started,
                "cpuPercent": 12.5,
                "cmdline": ["ray::train_step"],
                "memoryInfo": {"rss": 92090368.0, "vms": 1536008192.0},
                "coreWorkerStats": [worker],
                "language": "PYTHON",
                "jobId": worker["jobId"],
            }
            for worker in node.workers
        ]
        head = b'{"result": true, "msg": "Node details fetched.", "data": {"detail": '
        return head + node.summary[:-1] + b', "actors": {}, "workers": ' + msgspec.json.encode(workers) + b"}}}"
