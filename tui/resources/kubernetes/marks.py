"""A glyph and a role for each state of Kubernetes."""

from __future__ import annotations

from raymon_tui.cluster.kubernetes.pod import Pod
from raymon_tui.widgets.states import (
    ALIVE,
    DONE,
    ENDED,
    FAILED,
    IDLE,
    RESTARTING,
    RUNNING,
    UNKNOWN_STATE,
    WAITING,
    WARNING,
    Mark,
)

_BEGINNING = ("Pending", "ContainerCreating", "PodInitializing", "SchedulingGated")
_ENDED_WELL = ("Succeeded", "Completed")
_OF_OBJECTS: dict[str, Mark] = {
    "ready": ALIVE,
    "starting": WAITING,
    "suspending": WAITING,
    "suspended": IDLE,
    "failed": FAILED,
    "head not ready": FAILED,
    "terminating": ENDED,
    "not seen": WARNING,
    "New": WAITING,
    "Initializing": WAITING,
    "Waiting": WAITING,
    "Starting": WAITING,
    "Running": ALIVE,
    "Upgrading": RESTARTING,
    "Not ready": WARNING,
    "Complete": DONE,
    "Failed": FAILED,
    "ValidationFailed": FAILED,
    "Suspended": IDLE,
    "Suspending": WAITING,
    "Retrying": RESTARTING,
    "Scheduled": ALIVE,
    "Terminating": ENDED,
}


def mark_of_object(state: str) -> Mark:
    """Return how the state of a RayCluster, RayJob, RayService or RayCronJob looks."""
    return _OF_OBJECTS.get(state, UNKNOWN_STATE)


def mark_of_pod(pod: Pod) -> Mark:
    """Return how a pod looks."""
    state = pod.state
    if pod.deleting:
        return ENDED
    if state in _ENDED_WELL:
        return DONE
    if state == "Running":
        return ALIVE if pod.ready else RUNNING
    if state in _BEGINNING:
        return WAITING
    return WARNING if pod.unschedulable is not None else FAILED
