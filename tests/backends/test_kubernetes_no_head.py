"""Why a head pod does not run, in the words of whoever keeps it from that."""

from __future__ import annotations

from typing import Any

import pytest

from raymon_tui.backends.kubernetes.ray_objects import why_not_running

INITIALIZING = {"name": "ray-head", "state": {"waiting": {"reason": "PodInitializing"}}}
BACKS_OFF = {"reason": "CrashLoopBackOff", "message": "back-off 40s restarting failed container=wait-gcs"}


@pytest.mark.parametrize(
    ("status", "why"),
    [
        ({"phase": "Running"}, ""),
        ({"phase": "Pending"}, "its phase is Pending"),
        ({"containerStatuses": [INITIALIZING], "phase": "Pending"}, "its phase is Pending"),
        (
            {"initContainerStatuses": [{"name": "wait-gcs", "state": {"waiting": BACKS_OFF}}]},
            "init container wait-gcs: CrashLoopBackOff: back-off 40s restarting failed container=wait-gcs",
        ),
        (
            {"initContainerStatuses": [{"name": "prepare", "state": {"terminated": {"exitCode": 2}}}]},
            "init container prepare: ended with exit code 2",
        ),
        (
            {"containerStatuses": [{"name": "ray-head", "state": {"waiting": {"reason": "ErrImagePull"}}}]},
            "ErrImagePull",
        ),
    ],
)
def test_the_container_that_keeps_a_pod_from_running_is_named(status: dict[str, Any], why: str) -> None:
    initial = [INITIALIZING] if "initContainerStatuses" in status else []
    pod = {"status": {"phase": "Pending", "containerStatuses": initial, **status}}
    assert why_not_running(pod) == why
