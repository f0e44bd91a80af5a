"""A pod in full, as long as it is there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType

from raymon_tui.cluster.kubernetes import paths
from raymon_tui.cluster.kubernetes.picture import KUBERNETES
from raymon_tui.cluster.kubernetes.pod import Pod
from raymon_tui.cluster.snapshot import Snapshot
from raymon_tui.tui.resources.kubernetes.pods import pod_sections
from raymon_tui.tui.screens.document import Section
from raymon_tui.tui.screens.kubernetes.object_screen import ObjectScreen
from raymon_tui.tui.screens.kubernetes.open_log import open_log
from raymon_tui.tui.session import Session
from raymon_tui.widgets.table.column import Moment

GONE = Section("", text="The pod is gone. What was last known of it:", role="warning")


class PodScreen(ObjectScreen):
    """A pod: how it is, its containers, what happened to it."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("l", "log", "log")]

    def __init__(self, session: Session, pod: Pod) -> None:
        super().__init__(session, "Pod", pod.name, paths.pod(pod.namespace, pod.name), self._describe_pod)
        self._pod = pod

    def _describe_pod(self, snapshot: Snapshot, moment: Moment) -> Sequence[Section]:
        picture = snapshot.value(KUBERNETES)
        if picture is None:
            return pod_sections(self._pod, None, moment)
        now = next((pod for pod in picture.pods or () if pod.metadata.uid == self._pod.metadata.uid), None)
        self._pod = now or self._pod
        events = None if picture.events is None else picture.events_of("Pod", self._pod.name)
        found = pod_sections(self._pod, events, moment)
        return found if now is not None or picture.pods is None else [GONE, *found]

    def action_log(self) -> None:
        """Open the log of a container."""
        open_log(self.app, self.session, self._pod)
