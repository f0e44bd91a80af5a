"""The program on all Ray clusters of a Kubernetes cluster: a list, and the monitor on the one that is opened."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import ClassVar, Protocol

from textual import on

from raymon_tui.backends.base import Backend, KubernetesObjects
from raymon_tui.backends.errors import RaymonError
from raymon_tui.tui.app import MonitorApp
from raymon_tui.tui.options import MonitorOptions
from raymon_tui.tui.screens.kubernetes.list_screen import KubernetesListScreen


class Openable(KubernetesObjects, Protocol):
    """Kubernetes, and the ways to the Ray clusters in it."""

    def open(self, kind: str, namespace: str, name: str) -> Backend:
        """Return the way to what an object leads to; it connects to nothing yet."""


class KubernetesApp(MonitorApp):
    """A list of what is in Kubernetes; Enter opens one, Esc comes back."""

    leads_back: ClassVar[bool] = True

    def __init__(
        self,
        objects: Openable,
        namespace: str,
        options: MonitorOptions,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Take whom to ask, and the namespace ("" for all of them)."""
        super().__init__((), options)
        self._objects = objects
        self._namespace = namespace
        self._clock = clock

    def begin(self) -> None:
        """Show the list."""
        ascii_only = self.options.ascii_only
        self.push_screen(KubernetesListScreen(self._objects, self._namespace, self._clock, ascii_only=ascii_only))

    @on(KubernetesListScreen.Chosen)
    def open_chosen(self, message: KubernetesListScreen.Chosen) -> None:
        """Watch what was chosen."""
        try:
            self.open_cluster(self._objects.open(message.row.kind, message.row.namespace, message.row.name))
        except RaymonError as failure:
            self.say(failure)

    def give_up(self, failure: RaymonError) -> None:
        """Go back to the list, and say why."""
        while len(self.screen_stack) > 1 and not isinstance(self.screen, KubernetesListScreen):
            self.pop_screen()
        self.session = None
        self.say(failure)

    def action_leave_cluster(self) -> None:
        """Go back to the list; the cluster is no longer watched."""
        self.workers.cancel_group(self, "stay")
        super().action_leave_cluster()
