"""Pods whose Ray container failed, remembered when they are gone: one that is replaced comes under a new name."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from raymon_tui.cluster.kubernetes.pod import Pod

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
