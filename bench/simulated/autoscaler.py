"""What a v1 autoscaler reports of the simulated nodes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timezone

import msgspec

from simulated.nodes import SimulatedNode

_DEMANDS = (({"CPU": 1.0}, 1000), ({"CPU": 4.0, "GPU": 1.0}, 24), ({"GPU": 16.0}, 6))
_GROUP_DEMANDS = (({"bundles": [[{"CPU": 64.0}, 2]], "strategy": "STRICT_SPREAD"}, 2),)


def cluster_status(nodes: Sequence[SimulatedNode], now: float) -> bytes:
    """Return the body of `/api/cluster_status`, with the names as Ray's conversion mangles them."""
    alive = [node for node in nodes if not node.dead_since]
    report = {
        "activeNodes": Counter(node.type.mangled for node in alive),
        "idleNodes": None,
        "pendingNodes": [["10.9.9.9", "cpu_worker", "setting-up"]],
        "pendingLaunches": {"gpuWorker": 3},
        "failedNodes": [],
        "nodeActivities": None,
        "pendingResources": {},
        "nodeTypeMapping": {node.node_id: node.type.name for node in alive},
        "legacy": True,
    }
    load = {
        "usage": {_USAGE_NAMES.get(name, name): both for name, both in _usage(alive).items()},
        "resourceDemand": _DEMANDS,
        "pgDemand": _GROUP_DEMANDS,
        "requestDemand": [],
        "nodeTypes": [[{name: total for name, (_, total) in node.resources.items()}, 1] for node in alive],
        "headIp": None,
        "usageByNode": msgspec.Raw(b"{" + b",".join(node.usage for node in alive) + b"}"),
        "nodeTypeMapping": None,
        "idleTimeMap": None,
    }
    status = {"time": now, "monitorPid": 2936, "autoscalerReport": report, "loadMetricsReport": load}
    text = f"Cluster status: {len(alive)} nodes"
    data = {"autoscalingStatus": text, "autoscalingError": None, "clusterStatus": status}
    return msgspec.json.encode({"result": True, "msg": "Got cluster status.", "data": data})


def status_text(nodes: Sequence[SimulatedNode], now: float) -> bytes:
    """Return the body of `/api/cluster_status?format=1`."""
    alive = [node for node in nodes if not node.dead_since]
    when = datetime.fromtimestamp(now, timezone.utc).replace(tzinfo=None)
    rule = "-" * 63
    lines = [f"======== Autoscaler status: {when} ========", "Node status", rule, "Active:"]
    lines += [f" {count} {name}" for name, count in Counter(node.type.name for node in alive).items()]
    lines += ["Pending:", " gpu_worker, 3 launching", "Recent failures:", " (no failures)", ""]
    lines += ["Resources", rule, "Total Usage:"]
    lines += [f" {_figure(name, used)}/{_figure(name, total)} {name}" for name, (used, total) in _usage(alive).items()]
    lines += ["", "From request_resources:", " (none)", "Pending Demands:"]
    lines += [f" {shape}: {count}+ pending tasks/actors" for shape, count in _DEMANDS]
    lines += [" {'CPU': 64.0} * 2 (STRICT_SPREAD): 2+ pending placement groups"]
    data = {"clusterStatus": "\n".join(lines)}
    return msgspec.json.encode({"result": True, "msg": "Got formatted cluster status.", "data": data})


def logical_resources(node: SimulatedNode) -> str:
    """Return a node's entry of `nodeLogicalResources`."""
    shown = {name: both for name, both in node.resources.items() if not name.startswith("node:")}
    return "\n".join(f"{_figure(name, used)}/{_figure(name, total)} {name}" for name, (used, total) in shown.items())


_USAGE_NAMES = {"object_store_memory": "objectStoreMemory"}


def _usage(nodes: Sequence[SimulatedNode]) -> dict[str, tuple[float, float]]:
    found: dict[str, tuple[float, float]] = {}
    for node in nodes:
        for name, (used, total) in node.resources.items():
            if not name.startswith("node:"):
                before = found.get(name, (0.0, 0.0))
                found[name] = (before[0] + used, before[1] + total)
    return found


def _figure(name: str, value: float) -> str:
    return f"{value / (1 << 30):.2f}GiB" if "memory" in name else f"{value:.1f}"
