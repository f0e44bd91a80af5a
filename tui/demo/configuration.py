"""What Ray is started with: a head, and an autoscaler that adds nodes on this same machine. Pure."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

HEAD_NODE_ID = "f" * 51 + "00000"
"""The id that Ray's fake multi-node provider expects of a head; it counts upwards for workers."""
HEAD_TYPE = "ray.head.default"
STORE_BYTES = 80_000_000
"""Ray's least object store is 75 MiB."""

Autoscaler = Literal["v1", "v2", "none"]
Workload = Literal["training", "sample"]
"""What a cluster can be busy with: a made-up training run to look at, or one of everything for tests."""


@dataclass(frozen=True)
class Ports:
    """Ports that are free just now."""

    gcs: int
    dashboard: int
    client: int
    agent: int
    autoscaler_metrics: int
    dashboard_metrics: int


@dataclass(frozen=True)
class Plan:
    """Which cluster to start. `python` has Ray; `workload` is what it is to be busy with, or nothing."""

    python: str
    temp_dir: Path
    ports: Ports
    autoscaler: Autoscaler = "v1"
    workload: Workload | None = "training"
    token: bool = False
    idle_timeout_minutes: float = 0.75

    def as_json(self) -> dict[str, Any]:
        """Return the plan as plain JSON values."""
        return asdict(self) | {"temp_dir": str(self.temp_dir)}

    @staticmethod
    def from_json(values: Mapping[str, Any]) -> Plan:
        """Return the plan that `as_json` wrote down."""
        return Plan(**(dict(values) | {"temp_dir": Path(values["temp_dir"]), "ports": Ports(**values["ports"])}))


def autoscaling_config(plan: Plan) -> dict[str, Any]:
    """Return the autoscaler's configuration: Ray's own provider for tests makes nodes of processes of this machine."""
    v2 = plan.autoscaler == "v2"
    provider = {
        "type": "external" if v2 else "fake_multinode",
        "head_node_id": HEAD_NODE_ID,
        "gcs_address": f"127.0.0.1:{plan.ports.gcs}",
        "use_node_id_as_ip": True,
        "disable_node_updaters": True,
        "disable_launch_config_check": True,
    }
    if v2:
        module = "ray.autoscaler._private.fake_multi_node.node_provider.FakeMultiNodeProvider"
        provider |= {"module": module, "launch_multiple": True}
    lists = ("initialization_commands", "setup_commands", "head_setup_commands", "worker_setup_commands")
    more_lists = ("head_start_ray_commands", "worker_start_ray_commands", "cluster_synced_files", "rsync_exclude")
    return {
        "cluster_name": "demo",
        "max_workers": 3,
        "upscaling_speed": 1.0,
        "idle_timeout_minutes": plan.idle_timeout_minutes,
        "provider": provider,
        "auth": {},
        "docker": {},
        "file_mounts": {},
        "file_mounts_sync_continuously": False,
        "rsync_filter": [],
        "head_node_type": HEAD_TYPE,
        "available_node_types": _node_types(),
    } | {name: [] for name in (*lists, *more_lists)}


def _node_types() -> dict[str, Any]:
    def node_type(least: int, most: int, **resources: float) -> dict[str, Any]:
        return {
            "resources": {**resources, "object_store_memory": STORE_BYTES},
            "node_config": {},
            "min_workers": least,
            "max_workers": most,
        }

    return {
        HEAD_TYPE: {"resources": {"CPU": 2}, "node_config": {}, "max_workers": 0},
        "cpu_worker": node_type(1, 2, CPU=2),
        "gpu_worker": node_type(0, 1, CPU=2, GPU=1),
    }


def start_command(plan: Plan, config_file: Path) -> Sequence[str]:
    """Return the command that starts the head and stays with it."""
    command = [
        plan.python, "-m", "ray.scripts.scripts", "start", "--head", "--block", "--disable-usage-stats",
        f"--port={plan.ports.gcs}",
        "--dashboard-host=127.0.0.1",
        f"--dashboard-port={plan.ports.dashboard}",
        f"--dashboard-agent-listen-port={plan.ports.agent}",
        f"--ray-client-server-port={plan.ports.client}",
        "--min-worker-port=0", "--max-worker-port=0",
        f"--temp-dir={plan.temp_dir}",
        "--num-cpus=2",
        f"--object-store-memory={STORE_BYTES * 2}",
    ]  # fmt: skip
    if plan.autoscaler != "none":
        command.append(f"--autoscaling-config={config_file}")
    return command


def environment(plan: Plan, inherited: Mapping[str, str]) -> dict[str, str]:
    """Return the environment for Ray: nothing of another cluster, and what the fake provider needs."""
    kept = {name: value for name, value in inherited.items() if not name.startswith("RAY_")}
    own = {
        "AUTOSCALER_METRIC_PORT": str(plan.ports.autoscaler_metrics),
        "DASHBOARD_METRIC_PORT": str(plan.ports.dashboard_metrics),
        "RAY_DEDUP_LOGS": "0",
        "RAY_DASHBOARD_ENABLE_PROFILING": "1",
        "PYTHONUNBUFFERED": "1",
        # Jobs are to find this Python as `python`, and the raylet to find py-spy, which lies beside it.
        "PATH": os.pathsep.join((str(Path(plan.python).parent), inherited.get("PATH", os.defpath))),
    }
    if plan.autoscaler != "none":
        own |= {
            "RAY_FAKE_CLUSTER": "1",
            "AUTOSCALER_UPDATE_INTERVAL_S": "1",
            "RAY_OVERRIDE_NODE_ID_FOR_TESTING": HEAD_NODE_ID,
            "RAY_NODE_TYPE_NAME": HEAD_TYPE,
        }
    if plan.autoscaler == "v2":
        own |= {"RAY_enable_autoscaler_v2": "1", "RAY_CLOUD_INSTANCE_ID": HEAD_NODE_ID}
    if plan.token:
        own |= {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN_PATH": str(token_file(plan))}
    return kept | own


def workload_environment(plan: Plan, started_with: Mapping[str, str]) -> dict[str, str]:
    """Return the environment for a driver on the cluster; it must not take itself for the head."""
    unfit = ("RAY_OVERRIDE_NODE_ID_FOR_TESTING", "RAY_NODE_TYPE_NAME")
    return {name: value for name, value in started_with.items() if name not in unfit} | {
        "RAY_ADDRESS": f"127.0.0.1:{plan.ports.gcs}",
        "RAY_API_SERVER_ADDRESS": f"http://127.0.0.1:{plan.ports.dashboard}",
    }


def token_file(plan: Plan) -> Path:
    """Return where a cluster that wants a token keeps it."""
    return plan.temp_dir / "auth_token"
