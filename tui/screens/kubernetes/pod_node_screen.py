"""One node in full, with the pod that it runs in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from textual.binding import Binding, BindingType

from raymon_tui.cluster.feeds.feed import Feed
from raymon_tui.cluster.kubernetes.picture import KUBERNETES
from raymon_tui.cluster.kubernetes.pod import Pod
from raymon_tui.cluster.snapshot import Snapshot
from raymon_tui.tui.resources.kubernetes.pods import pod_sections
from raymon_tui.tui.screens.document import Section
from raymon_tui.tui.screens.kubernetes.open_log import open_log
from raymon_tui.tui.screens.node_screen import NodeScreen
from raymon_tui.widgets.table.column import Moment


class PodNodeScreen(NodeScreen):
    """A node, its pod, and the table of its processes."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("l", "log", "pod log")]

    def feeds(self) -> tuple[Feed[Any], ...]:
        """Return the feeds of this node, and what Kubernetes knows."""
        return (*super().feeds(), KUBERNETES)

    def describe_node(self, snapshot: Snapshot, moment: Moment) -> Sequence[Section]:
        """Return the node, with its pod behind what Ray says of it."""
        first, *others = super().describe_node(snapshot, moment)
        picture, pod = snapshot.value(KUBERNETES), self._pod(snapshot)
        if picture is None or pod is None:
            return (first, *others)
        events = None if picture.events is None else picture.events_of("Pod", pod.name)
        return (first, *pod_sections(pod, events, moment), *others)

    def _pod(self, snapshot: Snapshot) -> Pod | None:
        picture = snapshot.value(KUBERNETES)
        return None if picture is None else picture.pod_at(self.node.ip)

    def action_log(self) -> None:
        """Open the log of a container of the pod."""
        pod = self._pod(self.session.monitor.snapshot)
        if pod is not None:
            open_log(self.app, self.session, pod)
