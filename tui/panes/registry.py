"""The panes in the order of their keys."""

from __future__ import annotations

from raymon_tui.tui.panes.actors import ActorsPane
from raymon_tui.tui.panes.autoscaler import AutoscalerPane
from raymon_tui.tui.panes.events import EventsPane
from raymon_tui.tui.panes.jobs import JobsPane
from raymon_tui.tui.panes.logs import LogsPane
from raymon_tui.tui.panes.more import MorePane
from raymon_tui.tui.panes.nodes import NodesPane
from raymon_tui.tui.panes.overview.pane import OverviewPane
from raymon_tui.tui.panes.pane import Pane
from raymon_tui.tui.panes.tasks import TasksPane

PANES: tuple[type[Pane], ...] = (
    OverviewPane,
    NodesPane,
    AutoscalerPane,
    JobsPane,
    TasksPane,
    ActorsPane,
    LogsPane,
    EventsPane,
    MorePane,
)
