"""Where the API server has what, and by which labels and fields it is chosen."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from urllib.parse import quote

from raymon_tui.backends.kuberay import GROUP, plural
from raymon_tui.cluster.kubernetes.pod import CLUSTER_LABEL, JOB_LABEL


def rays(kind: str, namespace: str) -> str:
    """Return the path of all objects of a kind of KubeRay in a namespace; "" is in all of them."""
    within = f"/namespaces/{quote(namespace)}" if namespace else ""
    return f"{GROUP}{within}/{plural(kind)}"


def ray(kind: str, namespace: str, name: str) -> str:
    """Return the path of one object of KubeRay."""
    return f"{rays(kind, namespace)}/{quote(name)}"


def pods(namespace: str) -> str:
    """Return the path of all pods of a namespace."""
    return f"/api/v1/namespaces/{quote(namespace)}/pods"


def pod(namespace: str, name: str) -> str:
    """Return the path of one pod."""
    return f"{pods(namespace)}/{quote(name)}"


def log(namespace: str, name: str) -> str:
    """Return the path of a pod's log."""
    return f"{pod(namespace, name)}/log"


def events(namespace: str) -> str:
    """Return the path of all events of a namespace, those of the newer API among them."""
    return f"/api/v1/namespaces/{quote(namespace)}/events"


def named(name: str) -> Mapping[str, str]:
    """Choose one object, which is allowed also where a Role names it."""
    return {"fieldSelector": f"metadata.name={name}"}


def of_clusters(names: Collection[str]) -> Mapping[str, str]:
    """Choose the pods of these RayClusters."""
    ordered = sorted(names)
    chosen = f"{CLUSTER_LABEL}={ordered[0]}" if len(ordered) == 1 else f"{CLUSTER_LABEL} in ({','.join(ordered)})"
    return {"labelSelector": chosen}


def of_job(name: str) -> Mapping[str, str]:
    """Choose the pods of the Job that submits a RayJob to Ray: it has the RayJob's name.

    KubeRay gives it no label of the cluster; this one is of Kubernetes itself.
    """
    return {"labelSelector": f"{JOB_LABEL}={name}"}
