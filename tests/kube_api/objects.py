"""Objects that stand in the API server from the start."""

from __future__ import annotations

from typing import Any

NAMESPACE, CLUSTER, HEAD_POD, WORKER_POD = "ray", "demo", "demo-head-abcde", "demo-small-worker-w1"


def pod(
    name: str, kind: str, ip: str, *, cluster: str = CLUSTER, env: list[dict[str, Any]] | None = None
) -> dict[str, Any]:
    """Return a pod of Ray that runs."""
    labels = {"ray.io/cluster": cluster, "ray.io/node-type": kind, "ray.io/is-ray-node": "yes", "ray.io/group": kind}
    container = {"name": f"ray-{kind}", "image": "rayproject/ray", "env": env or []}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": NAMESPACE, "labels": labels},
        "spec": {"containers": [container]},
        "status": {"phase": "Running", "podIP": ip, "conditions": [{"type": "Ready", "status": "True"}]},
    }


def ray_cluster_object(port: int, name: str = CLUSTER) -> dict[str, Any]:
    """Return a RayCluster whose dashboard listens on `port`."""
    return {
        "apiVersion": "ray.io/v1",
        "kind": "RayCluster",
        "metadata": {"name": name, "namespace": NAMESPACE},
        "spec": {"headGroupSpec": {"rayStartParams": {"dashboard-port": str(port)}}},
        "status": {"state": "ready"},
    }
