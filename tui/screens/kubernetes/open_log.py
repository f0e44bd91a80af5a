"""From a pod to the log of the container that one wants to read."""

from __future__ import annotations

from typing import Any

from textual.app import App

from raymon_tui.cluster.kubernetes.pod import Pod
from raymon_tui.tui.screens.kubernetes.pod_log_screen import PodLogScreen
from raymon_tui.tui.session import Session


def open_log(app: App[Any], session: Session, pod: Pod) -> None:
    """Open the log of the first container that is in trouble, else of Ray's own."""
    objects = session.kubernetes
    names = containers_of(pod)
    if objects is None or not names:
        app.notify("this pod has no containers yet", timeout=3)
        return
    app.push_screen(PodLogScreen(session, objects, pod, names, first=worst_of(pod) or names[0]))


def containers_of(pod: Pod) -> tuple[str, ...]:
    """Return the names of all containers, Ray's first, those that only prepare the pod last."""
    named = [one.name for one in pod.spec.containers]
    return tuple(
        dict.fromkeys(name for name in (*named, *(one.name for one in pod.status.init_container_statuses)) if name)
    )


def worst_of(pod: Pod) -> str | None:
    """Return the container that keeps the pod from being ready."""
    started = [one for one in (*pod.containers, *pod.status.init_container_statuses) if one.last_end is not None]
    return next((one.name for one in started if not one.ready and one.last_end and one.last_end.exit_code), None)
