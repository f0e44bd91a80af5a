"""The panes in the order of their keys; each is imported when it is first made, or when there is time for it."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple

from raymon_tui.tui.chrome.tabs import Tab

if TYPE_CHECKING:
    from raymon_tui.tui.panes.pane import Pane
    from raymon_tui.tui.session import Session


class PaneEntry(NamedTuple):
    """A pane as its tab knows it, and where its class is: `module:Class`, the module below this package.

    `in_kubernetes` is where the class is for a cluster in Kubernetes, where that is another one.
    """

    tab: Tab
    place: str
    in_kubernetes: str = ""

    def make(self, session: Session) -> Pane:
        """Return a new pane on the cluster of `session`."""
        place = self.in_kubernetes if self.in_kubernetes and session.kubernetes is not None else self.place
        pane: Pane = getattr(_module(place), place.partition(":")[2])(session)
        return pane

    def load(self) -> object:
        """Import the pane's module and return it."""
        return _module(self.place)


def _module(place: str) -> object:
    return import_module(f"{__package__}.{place.partition(':')[0]}")


PANES: tuple[PaneEntry, ...] = (
    PaneEntry(Tab("overview", "1", "Overview", "Over"), "overview.pane:OverviewPane"),
    PaneEntry(Tab("nodes", "2", "Nodes", "Nodes"), "nodes:NodesPane", "kubernetes.nodes:NodePodsPane"),
    PaneEntry(
        Tab("autoscaler", "3", "Autoscaler", "Scale"), "autoscaler:AutoscalerPane", "kubernetes.autoscaler:GroupsPane"
    ),
    PaneEntry(Tab("jobs", "4", "Jobs", "Jobs"), "jobs:JobsPane", "kubernetes.jobs:RayJobsPane"),
    PaneEntry(Tab("tasks", "5", "Tasks", "Tasks"), "tasks:TasksPane"),
    PaneEntry(Tab("actors", "6", "Actors", "Actors"), "actors:ActorsPane"),
    PaneEntry(Tab("metrics", "7", "Metrics", "Metr"), "metrics:MetricsPane"),
    PaneEntry(Tab("logs", "8", "Logs", "Logs"), "logs:LogsPane"),
    PaneEntry(Tab("events", "9", "Events", "Events"), "events:EventsPane"),
    PaneEntry(Tab("more", "0", "More", "More"), "more:MorePane"),
)

TABS = tuple(pane.tab for pane in PANES)


def load_panes() -> None:
    """Import all panes."""
    for pane in PANES:
        pane.load()
