"""An API server of Kubernetes for tests: it answers as a real one did, in front of a real Ray, and grants as Roles do.

One head pod and one worker pod stand for this machine: their ports are its ports. Lists in pages, single objects,
watches, logs, access reviews, the pod proxy, exec and port-forward are there; all else is not found.
"""

from kube_api.objects import CLUSTER, HEAD_POD, NAMESPACE, WORKER_POD, pod, ray_cluster_object
from kube_api.rights import CONTROL, ENTER, READ, Rule, role
from kube_api.running import furnished, in_a_thread, kube_api, kubeconfig, node_ip, serving
from kube_api.server import TOKEN, KubeApi

__all__ = [
    "CLUSTER",
    "CONTROL",
    "ENTER",
    "HEAD_POD",
    "NAMESPACE",
    "READ",
    "TOKEN",
    "WORKER_POD",
    "KubeApi",
    "Rule",
    "furnished",
    "in_a_thread",
    "kube_api",
    "kubeconfig",
    "node_ip",
    "pod",
    "ray_cluster_object",
    "role",
    "serving",
]
