"""What is wrong with one pod, as its conditions and its containers say: pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from raymon_tui.backends.kuberay import PULL_REASONS
from raymon_tui.cluster.findings.finding import Severity
from raymon_tui.cluster.findings.wording import RECENT_S, sentence, times
from raymon_tui.cluster.kubernetes.metadata import condition_of
from raymon_tui.cluster.kubernetes.pod import ContainerStatus, Pod
from raymon_tui.cluster.kubernetes.quantity import quantity
from raymon_tui.cluster.model.quantity import size
from raymon_tui.cluster.ray_api.words import spoken

CRASHES = 3
"""A container that was started anew so often, and failed each time, is in a loop."""
CRASHED = "crashes again and again"
_CRASH_HINT = "The log of the run before tells why: l on the pod, then p."
_BESIDE = (" preemption:", " no new claims")
"""What the scheduler adds about ways that did not help either."""


class Trouble(NamedTuple):
    """What is wrong with a pod: of which kind, why, since when, and what to do.

    `cause` may hold `{times}`, how often it came to that: it changes while the trouble stays the same.
    """

    kind: str
    what: str
    cause: str
    since: float | None
    hint: str
    severity: Severity = Severity.ERROR
    times: int = 0

    def told(self, number: int) -> str:
        """Return the cause with how often it came to that."""
        return self.cause.replace("{times}", times(number))

    @classmethod
    def of_crash(cls, cause: str, since: float | None = None, number: int = 0) -> Trouble:
        """Return that of a container that ends again and again."""
        return cls("crash", CRASHED, cause, since, _CRASH_HINT, times=number)


def troubles_of(pod: Pod, now: float) -> Iterator[Trouble]:
    """Yield what is wrong with a pod."""
    waits = pod.unschedulable
    if waits is not None and waits.reason == "Unschedulable":
        severity = Severity.ERROR if pod.is_head else Severity.WARNING
        hint = "Ask for less, free a machine, or let the node pool grow: kubectl describe pod tells more."
        yield Trouble(
            "unschedulable", "cannot be scheduled", scheduler_words(waits.message), waits.since, hint, severity
        )
    for one in (*pod.status.init_container_statuses, *pod.containers):
        found = next((trouble for look in _LOOKS if (trouble := look(pod, one, now)) is not None), None)
        if found is not None:
            yield found


def scheduler_words(message: str) -> str:
    """Return why no machine takes a pod: `0/1 nodes are available: 1 Insufficient cpu`."""
    for beside in _BESIDE:
        message = message.partition(beside)[0]
    return sentence(spoken(message, 200)) or "the scheduler gives no reason"


def _image_pull(pod: Pod, one: ContainerStatus, _now: float) -> Trouble | None:
    waiting = one.state.waiting
    if waiting is None or waiting.reason not in PULL_REASONS:
        return None
    cause = f"{one.image or 'its image'}: {sentence(spoken(last_part(waiting.message), 160)) or waiting.reason}"
    hint = "Is the image's name right, and may this namespace pull it (imagePullSecrets)?"
    return Trouble("image", "cannot pull its image", cause, _unready_since(pod), hint)


def last_part(message: str) -> str:
    """Return the innermost reason of an error that names each of its steps: `lookup lab.local: no such host`."""
    parts = message.split(": ")
    return ": ".join(parts[-2:])


def _out_of_memory(pod: Pod, one: ContainerStatus, now: float) -> Trouble | None:
    end = one.last_end
    if end is None or end.reason != "OOMKilled" or (one.ready and now - (end.ended_at or now) > RECENT_S):
        return None
    limit = next((quantity(c.resources.limits.get("memory")) for c in pod.spec.containers if c.name == one.name), None)
    bound = f"its limit is {size(limit)}" if limit else "its machine had no memory left"
    cause = f"container {one.name} was killed {{times}}; {bound}"
    hint = "Raise the memory limit of the group's template; Ray's own memory monitor acts only below that limit."
    killed = max(1, one.restart_count)
    return Trouble("memory", "ran out of memory (OOMKilled)", cause, end.ended_at, hint, times=killed)


def _crash_loop(_pod: Pod, one: ContainerStatus, _now: float) -> Trouble | None:
    waiting, end = one.state.waiting, one.last_end
    backs_off = waiting is not None and waiting.reason == "CrashLoopBackOff"
    failed = end is not None and end.exit_code not in (0, None)
    if not backs_off and not (failed and not one.ready and one.restart_count >= CRASHES):
        return None
    code = f"ended with exit code {end.exit_code}" if end is not None and failed else "ended by itself"
    cause = f"container {one.name} {code}, and was started anew {{times}}"
    return Trouble.of_crash(cause, None if end is None else end.ended_at, one.restart_count)


def _cannot_start(pod: Pod, one: ContainerStatus, _now: float) -> Trouble | None:
    waiting = one.state.waiting
    if waiting is None or not waiting.reason.endswith(("Error", "ErrorConfig")):
        return None
    said = sentence(spoken(waiting.message, 200)) or waiting.reason
    return Trouble("start", "cannot be started", said, _unready_since(pod), "kubectl describe pod tells more.")


def _unready_since(pod: Pod) -> float | None:
    found = condition_of(pod.status.conditions, "ContainersReady")
    return None if found is None or found.status == "True" else found.since


_LOOKS: tuple[Callable[[Pod, ContainerStatus, float], Trouble | None], ...] = (
    _image_pull,
    _out_of_memory,
    _crash_loop,
    _cannot_start,
)
"""The most telling first: of a container, one is told."""
