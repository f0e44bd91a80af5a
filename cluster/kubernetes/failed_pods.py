"""Pods whose Ray container failed, remembered when they are gone: one that is replaced comes under a new name."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from msgspec import Struct

from raymon_tui.cluster.kubernetes.about import pod_prefix
from raymon_tui.cluster.kubernetes.event import KubernetesEvent
from raymon_tui.cluster.kubernetes.pod import HEAD_GROUP, Pod
from raymon_tui.cluster.kubernetes.ray_cluster import RayCluster

REMEMBERED_S = 3600.0
MOST_REMEMBERED = 500


class FailedPod(Struct, frozen=True, kw_only=True):
    """A pod that failed by itself, and how its Ray container ended; `at` is seconds since the epoch."""

    name: str
    cluster: str
    group: str
    at: float
    exit_code: int | None = None
    reason: str = ""


class FailedPods:
    """Remembers them for an hour. `clock` gives seconds since the epoch."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._found: dict[str, FailedPod] = {}

    def look_at(self, pod: Pod) -> None:
        """Take note of a pod where it has failed; what ends because it is deleted has not."""
        ray = next(iter(pod.containers), None)
        end = None if ray is None else ray.state.terminated
        failed = pod.status.phase == "Failed" or (end is not None and bool(end.exit_code))
        if not failed or pod.deleting or not pod.is_ray_node or pod.name in self._found:
            return
        ended_at = None if end is None else end.ended_at
        self._found[pod.name] = FailedPod(
            name=pod.name,
            cluster=pod.cluster,
            group=pod.group,
            at=ended_at or self._clock(),
            exit_code=None if end is None else end.exit_code,
            reason=pod.status.reason or ("" if end is None else end.reason),
        )
        if len(self._found) > MOST_REMEMBERED:
            del self._found[next(iter(self._found))]

    def lately(self) -> tuple[FailedPod, ...]:
        """Return those of the last hour, the newest last."""
        since = self._clock() - REMEMBERED_S
        return tuple(sorted((one for one in self._found.values() if one.at >= since), key=lambda one: one.at))


_DELETED = re.compile(r"Deleted (?:head|worker) Pod [^/\s]+/(?P<name>[a-z0-9.-]+)")
_FAILED = re.compile(r"[Ss]tatus(?: is|:) Failed|ExitCode:[1-9]")
_EXIT_CODE, _REASON = re.compile(r"ExitCode:(\d+)"), re.compile(r"Reason:(\w+)")


def failed_in(events: Sequence[KubernetesEvent], cluster: RayCluster) -> Iterator[FailedPod]:
    """Yield the pods that KubeRay says to have deleted because they had failed: its events stay for an hour."""
    prefixes = {
        group.group_name: pod_prefix(cluster.name, group.group_name) for group in cluster.spec.worker_group_specs
    }
    prefixes[HEAD_GROUP] = pod_prefix(cluster.name, None)
    for event in events:
        about = event.involved_object
        found = _DELETED.match(event.message) if (about.kind, about.name) == ("RayCluster", cluster.name) else None
        if found is None or event.at is None or not _FAILED.search(event.message):
            continue
        code, reason = _EXIT_CODE.search(event.message), _REASON.search(event.message)
        yield FailedPod(
            name=found["name"],
            cluster=cluster.name,
            group=next((group for group, prefix in prefixes.items() if found["name"].startswith(prefix)), ""),
            at=event.at,
            exit_code=int(code[1]) if code else None,
            reason=reason[1] if reason else "",
        )
