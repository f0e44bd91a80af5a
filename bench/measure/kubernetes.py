"""Kubernetes: how soon a user knows, beside `kubectl exec HEAD -- ray status`, and what watching costs the API server.

In front of Ray stands the API server of the tests; where RAYMON_TEST_KUBECONFIG names a real one, with
RAYMON_TEST_NAMESPACE and RAYMON_TEST_RAYCLUSTER, that one is measured.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from statistics import median
from typing import NamedTuple
from urllib.parse import urlsplit

from kube_api import CLUSTER, ENTER, NAMESPACE, READ, KubeApi, in_a_thread, kubeconfig, node_ip, ray_cluster_object

from measure.command import run, side_by_side
from measure.figures import Figure, spread
from measure.first_picture import PROGRAM, RAY, open_monitor
from measure.traffic import Minute, listing, monitoring
from raymon_tui.backends.base import ConnectOptions
from raymon_tui.backends.kubernetes.backend import KubernetesBackend

_KUBECTL = shutil.which("kubectl")
_BY_PYTHON = """
import sys
from kubernetes import client, config
from kubernetes.stream import stream
config.load_kube_config(sys.argv[1])
call = client.CoreV1Api().connect_get_namespaced_pod_exec
sys.stdout.write(stream(call, sys.argv[2], sys.argv[3], command=sys.argv[4:], stdout=True, stderr=True))
"""
LONG_LIST = 200


class Place(NamedTuple):
    """A cluster behind an API server; `api` is that of the tests, None for a real one."""

    config: Path
    namespace: str
    cluster: str
    head: str
    status: tuple[str, ...]
    api: KubeApi | None = None


def kubernetes(dashboard: str, gcs: str, times: int, seconds: float) -> Iterator[Figure]:
    """Measure all of it, on the real cluster at `dashboard` whose GCS is at `gcs` (`host:port`)."""
    with _place(dashboard, gcs) as place:
        yield from _first_picture(place, times)
        yield from _costs(place, seconds)


@contextmanager
def _place(dashboard: str, gcs: str) -> Iterator[Place]:
    real = os.environ.get("RAYMON_TEST_KUBECONFIG")
    if real:
        namespace, cluster = os.environ["RAYMON_TEST_NAMESPACE"], os.environ["RAYMON_TEST_RAYCLUSTER"]
        head = asyncio.run(_head_of(Path(real), namespace, cluster))
        yield Place(Path(real), namespace, cluster, head, ("ray", "status"))
        return
    port = urlsplit(dashboard).port
    assert port
    with tempfile.TemporaryDirectory() as folder, in_a_thread(READ | ENTER, port, node_ip(dashboard)) as api:
        head = asyncio.run(_head_of(kubeconfig(api, Path(folder)), NAMESPACE, CLUSTER))
        status = (RAY, "status", "--address", gcs)
        yield Place(Path(folder) / "kubeconfig", NAMESPACE, CLUSTER, head, status, api)


async def _head_of(config: Path, namespace: str, cluster: str) -> str:
    backend = KubernetesBackend("raycluster", cluster, ConnectOptions(kubeconfig=config, namespace=namespace), {})
    try:
        return (await backend.following.find()).pod
    finally:
        await backend.aclose()


def _first_picture(place: Place, times: int) -> Iterator[Figure]:
    config, where = str(place.config), ("-n", place.namespace)
    if _KUBECTL is not None:
        name = "`kubectl exec HEAD -- ray status`"
        theirs = (_KUBECTL, "--kubeconfig", config, *where, "exec", place.head, "--", *place.status)
    else:
        # There is no kubectl here: what it does is done with Kubernetes' own Python client.
        name = "exec of `ray status` by the Python client, there being no kubectl"
        theirs = (sys.executable, "-c", _BY_PYTHON, config, place.head, place.namespace, *place.status)
    ours = (PROGRAM, f"raycluster/{place.cluster}", "--kubeconfig", config, *where)
    runs = side_by_side({"theirs": partial(run, theirs), "ours": partial(open_monitor, *ours)}, times)
    ray, live = ([one.wall_s for one in runs[way]] for way in ("theirs", "ours"))
    yield Figure(f"{name}, whole process", median(ray), "s", note=spread(ray))
    yield Figure("`raymon-tui raycluster/NAME`, first full picture", median(live), "s", note=spread(live))
    yield Figure(f"first full picture against {name}", median(live) / median(ray), "×", goal=0.6)


def _costs(place: Place, seconds: float) -> Iterator[Figure]:
    """Measure what an idle monitor asks of the API server in a minute."""
    yield from _minute("the list", asyncio.run(listing(place.config, place.namespace, seconds)), goal=60)
    if place.api is not None:
        for number in range(1, LONG_LIST):
            place.api.put("rayclusters", ray_cluster_object(8265, f"many-{number:03d}"))
        long = asyncio.run(listing(place.config, place.namespace, seconds))
        yield from _minute(f"the list of {LONG_LIST} clusters", long, goal=60)
    proxied = asyncio.run(monitoring(place.config, place.namespace, place.cluster, seconds))
    yield from _minute("one cluster, what Kubernetes is asked", proxied, goal=60)
    yield Figure("one cluster, Ray's own questions by the pod proxy: requests a minute", proxied.of_ray, "requests")
    if place.api is not None:
        place.api.rights.discard(("", "pods/proxy", "get"))
        forwarded = asyncio.run(monitoring(place.config, place.namespace, place.cluster, seconds))
        said = "one cluster, all by port-forward: requests a minute"
        yield Figure(said, forwarded.of_kubernetes + forwarded.of_ray, "requests", goal=60)
        yield Figure("one cluster, all by port-forward: both ways", forwarded.kilobytes, "kB a minute")


def _minute(what: str, minute: Minute, goal: float) -> Iterator[Figure]:
    yield Figure(f"{what}: requests a minute, idle", minute.of_kubernetes, "requests", goal=goal)
    yield Figure(f"{what}: both ways, idle", minute.kilobytes, "kB a minute")
