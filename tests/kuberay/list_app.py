"""The list of what is in Kubernetes as a program of its own, and how to wait for what it shows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from recorded_kubernetes import NOW
from still import text
from textual.pilot import Pilot

from raymon_tui.tui import app
from raymon_tui.tui.kubernetes_app import KubernetesApp, Openable
from raymon_tui.tui.options import MonitorOptions


class ListApp(KubernetesApp):
    CSS_PATH = str(Path(app.__file__).with_name("app.tcss"))

    def __init__(self, objects: Openable, namespace: str = "", **options: Any) -> None:
        super().__init__(objects, namespace, MonitorOptions(**options), clock=lambda: NOW)


async def comes_in_time(pilot: Pilot[int], words: str) -> None:
    """Wait until `words` stand on the screen, which may take a few looks at the list."""
    for _ in range(300):
        if words in text(pilot.app):
            return
        await pilot.pause(0.1)
    raise AssertionError(f"{words!r} did not come:\n{text(pilot.app)}")


async def goes(pilot: Pilot[int], words: str) -> None:
    """Wait until `words` stand on the screen no longer."""
    for _ in range(300):
        if words not in text(pilot.app):
            return
        await pilot.pause(0.1)
    raise AssertionError(f"{words!r} did not go:\n{text(pilot.app)}")
