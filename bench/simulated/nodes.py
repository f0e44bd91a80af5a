"""Nodes with their physical stats, 12 KB each in the summary as real ones are."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import msgspec

from simulated.draw import Draw

SESSION = "session_2026-11-23_09-00-00_000000_4242"
GIB = 1 << 30
HEAD_TYPE = "ray.head.default"


@dataclass(frozen=True)
class NodeType:
    """A node type: its size, and its share of the workers."""

    name: str
    cpus: int
    memory: int
    gpus: int
    share: float

    @property
    def mangled(self) -> str:
        """The name as Ray's conversion to camelCase leaves it where it is a key."""
        first, *others = self.name.split("_")
        return first + "".join(part.capitalize() for part in others)


TYPES = (
    NodeType("cpu_worker", 16, 64 * GIB, 0, 0.7),
    NodeType("gpu_worker", 48, 384 * GIB, 4, 0.2),
    NodeType("mem_worker", 8, 256 * GIB, 0, 0.1),
)
HEAD = NodeType(HEAD_TYPE, 8, 32 * GIB, 0, 0.0)


@dataclass
class SimulatedNode:
    """One node; `summary` and `usage` are its parts of `/nodes?view=summary` and of the autoscaler's report."""

    node_id: str
    ip: str
    type: NodeType
    started: float
    dead_since: float | None = None
    cpu_percent: float = 50.0
    mem_share: float = 0.5
    busy_share: float = 0.6
    summary: bytes = b""
    usage: bytes = b""
    workers: list[dict[str, Any]] = field(default_factory=list)
    _fixed: bytes = b""

    @property
    def is_head(self) -> bool:
        """Whether GCS runs here."""
        return self.type.name == HEAD_TYPE

    @property
    def resources(self) -> dict[str, tuple[float, float]]:
        """Used and total of each logical resource, by Ray's own names."""
        kind = self.type
        found = {
            "CPU": (round(kind.cpus * self.busy_share, 1), float(kind.cpus)),
            "memory": (0.0, kind.memory * 0.7),
            "object_store_memory": (kind.memory * 0.3 * self.mem_share, kind.memory * 0.3),
            f"node:{self.ip}": (0.0, 1.0),
        }
        if kind.gpus:
            found["GPU"] = (float(round(kind.gpus * self.busy_share)), float(kind.gpus))
        if self.is_head:
            found["node:__internal_head__"] = (0.0, 1.0)
        return found

    def v0(self) -> dict[str, Any]:
        """Return the node's row of `/api/v0/nodes`."""
        return {
            "node_id": self.node_id,
            "node_ip": self.ip,
            "is_head_node": self.is_head,
            "state": "DEAD" if self.dead_since else "ALIVE",
            "state_message": "Expected termination: received SIGTERM" if self.dead_since else None,
            "node_name": self.ip,
            "resources_total": {name: total for name, (_, total) in self.resources.items()},
            "labels": {"ray.io/node-group": self.type.name, "ray.io/node-id": self.node_id},
            "start_time_ms": int(self.started * 1000),
            "end_time_ms": int((self.dead_since or 0) * 1000),
        }

    def measure(self, draw: Draw, now: float) -> None:
        """Read the stats anew, as the node's agent does."""
        self.cpu_percent = draw.near(self.cpu_percent, 12, 1, 100)
        self.mem_share = draw.near(self.mem_share, 0.02, 0.05, 0.97)
        self.busy_share = draw.near(self.busy_share, 0.1, 0, 1)
        self._fixed = self._fixed or msgspec.json.encode(_fixed_part(self, draw))[1:]
        self.summary = msgspec.json.encode(_measured_part(self, draw, now))[:-1] + b"," + self._fixed
        usage = {_mangle(name): both for name, both in self.resources.items()}
        self.usage = b'"' + self.node_id.encode() + b'":' + msgspec.json.encode(usage)


def make_nodes(draw: Draw, count: int, now: float) -> list[SimulatedNode]:
    """Return a head node and `count - 1` workers, a few of them dead."""
    kinds = {kind: kind.share for kind in TYPES}
    nodes = []
    for index in range(count):
        ip = f"10.{index // 62500}.{index // 250 % 250}.{index % 250 + 1}"
        kind = draw.of(kinds) if index else HEAD
        node = SimulatedNode(draw.hex(56), ip, kind, now - draw.random.uniform(600, 400_000))
        if index and index % 333 == 0:
            node.dead_since = now - draw.random.uniform(30, 3000)
        node.measure(draw, now)
        nodes.append(node)
    return nodes


def _measured_part(node: SimulatedNode, draw: Draw, now: float) -> dict[str, Any]:
    if node.dead_since:
        return {"ip": node.ip, "hostname": node.ip}
    used = int(node.type.memory * node.mem_share)
    load = node.cpu_percent / 100 * node.type.cpus
    return {
        "now": now,
        "hostname": f"ip-{node.ip.replace('.', '-')}",
        "ip": node.ip,
        "cpu": round(node.cpu_percent, 1),
        "cpus": [node.type.cpus, node.type.cpus],
        "mem": [node.type.memory, node.type.memory - used, round(node.mem_share * 100, 1), used],
        "shm": 29130752,
        "bootTime": node.started - 60,
        "loadAvg": [[load, load, load], [load / node.type.cpus] * 3],
        "disk": {"/": {"total": 500 * GIB, "used": 180 * GIB, "free": 320 * GIB, "percent": 36.0}},
        "diskIo": [849077248, 19077248, 65000, 9000],
        "diskIoSpeed": [draw.random.uniform(0, 4e7), draw.random.uniform(0, 9e7), 12.0, 30.0],
        "network": [318688, 918688],
        "networkSpeed": [draw.random.uniform(0, 3e8), draw.random.uniform(0, 3e8)],
        "gpus": [_gpu(index, draw) for index in range(node.type.gpus)],
        "tpus": [],
    }


def _gpu(index: int, draw: Draw) -> dict[str, Any]:
    return {
        "index": index,
        "name": "NVIDIA A100-SXM4-80GB",
        "uuid": f"GPU-{draw.hex(8)}",
        "utilizationGpu": draw.random.randrange(101),
        "memoryUsed": draw.random.randrange(81_920),
        "memoryTotal": 81_920,
        "processesPids": [],
    }


def _fixed_part(node: SimulatedNode, draw: Draw) -> dict[str, Any]:
    stats = {} if node.dead_since else {"coreWorkersStats": [_core_worker(node, draw) for _ in range(8)]}
    store = int(node.type.memory * 0.3)
    used = int(store * node.mem_share)
    raylet = {
        **stats,
        "numWorkers": len(stats.get("coreWorkersStats", ())),
        "storeStats": {"objectStoreBytesUsed": str(used), "objectStoreBytesAvail": str(store), "numLocalObjects": "42"},
        "objectStoreUsedMemory": used,
        "objectStoreAvailableMemory": store - used,
        "nodeId": node.node_id,
        "nodeManagerAddress": node.ip,
        "nodeManagerHostname": f"ip-{node.ip.replace('.', '-')}",
        "metricsExportPort": 43765,
        "resourcesTotal": {_mangle(name): total for name, (_, total) in node.resources.items()},
        "nodeName": node.ip,
        "nodeTypeName": node.type.name,
        "startTimeMs": str(int(node.started * 1000)),
        "endTimeMs": str(int((node.dead_since or 0) * 1000)),
        "isHeadNode": node.is_head,
        "labels": {"ray.io/node-group": node.type.name, "ray.io/node-id": node.node_id},
        "stateSnapshot": {"state": "ACTIVE", "idleDurationMs": "0", "nodeActivity": []},
        "dashboardAgentListenPort": 52365,
        "tempDir": "/tmp/ray",
        "sessionDir": f"/tmp/ray/{SESSION}",
        "state": "DEAD" if node.dead_since else "ALIVE",
        "stateMessage": node.v0()["state_message"],
    }
    padding = ["ray::DashboardAgent", *[""] * 1008]
    return {"raylet": raylet} if node.dead_since else {"raylet": raylet, "agent": {"pid": 3234, "cmdline": padding}}


def _core_worker(node: SimulatedNode, draw: Draw) -> dict[str, Any]:
    worker = {
        "ipAddress": node.ip,
        "port": "10648",
        "actorId": "f" * 32,
        "usedResources": {"CPU": {"resourceSlots": [{"allocation": 1.0, "slot": "0"}]}},
        "numExecutedTasks": 17,
        "jobId": "01000000",
        "workerId": draw.hex(56),
        "pid": draw.random.randrange(1000, 65_000),
        "numRunningTasks": "1",
        "numPendingTasks": 0,
        "numObjectRefsInScope": 0,
        "numInPlasma": 0,
        "numLocalObjects": 0,
        "usedObjectStoreMemory": "0",
        "taskQueueLength": 0,
        "objectRefs": [],
        "language": "PYTHON",
        "workerType": "WORKER",
        "numOwnedObjects": "0",
        "numOwnedActors": "0",
        "numInFlightArgPinningRequests": "0",
        "numOfFailedArgPinningRequests": "0",
    }
    node.workers.append(worker)
    return worker


def _mangle(name: str) -> str:
    return {"object_store_memory": "objectStoreMemory", "node:__internal_head__": "node:InternalHead"}.get(name, name)
