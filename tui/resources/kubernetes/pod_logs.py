"""The lines of a container's log as they are shown, and in words why there are none."""

from __future__ import annotations

from datetime import datetime, timezone

from raymon_tui.backends.errors import ObjectMissingError, RaymonError
from raymon_tui.cluster.kubernetes.pod import Pod
from raymon_tui.cluster.kubernetes.pod_log import LogLine

_WAITS = " is waiting to start: "
_NONE_BEFORE = "previous terminated container"
GAP = "… lines between were not read: they came faster, or while nobody looked …"


def shown(line: LogLine, *, timed: bool) -> str:
    """Return a line as it is shown, with `timed` behind when it was written, in local time."""
    if not timed or line.at is None:
        return line.text
    at = datetime.fromtimestamp(line.at.seconds, timezone.utc).astimezone()
    return f"{at:%H:%M:%S}.{line.at.nanoseconds // 1_000_000:03} {line.text}"


def why_none(pod: Pod, container: str, failure: RaymonError | None, *, previous: bool) -> list[str]:
    """Return in words why a container's log shows nothing: `failure` is what came in its place, if anything did."""
    if failure is not None:
        return _instead(pod, container, failure)
    if previous:
        return ["The run before has written nothing."]
    if pod.state != "Running":
        return [f"It has written nothing yet: the pod is {pod.state}.", *([pod.why] if pod.why else [])]
    return ["It has written nothing yet."]


def _instead(pod: Pod, container: str, failure: RaymonError) -> list[str]:
    """Return what a failure means."""
    if isinstance(failure, ObjectMissingError):
        return ["The pod is gone, and its log with it."]
    if _WAITS in failure.said:
        why = failure.said.partition(_WAITS)[2]
        return [f"Container {container} has not started yet: {why}.", *([pod.why] if pod.why not in ("", why) else [])]
    if failure.said.startswith(_NONE_BEFORE):
        return [f"Container {container} was not started before this run; p goes back to it."]
    return [failure.said, failure.advice]
