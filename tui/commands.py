"""What the command palette offers beside Textual's own: every pane by its name, and every page under More."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import NamedTuple

from textual.command import DiscoveryHit, Hit, Hits, Provider

from raymon_tui.cluster.metrics.families import is_custom
from raymon_tui.tui.panes.registry import TABS
from raymon_tui.tui.screens.cluster_screen import ClusterScreen

METRICS = "metrics"
"""The pane that draws them."""


class Place(NamedTuple):
    """A pane, or a page of one, and the key that leads to it."""

    title: str
    pane_id: str
    subject: str
    hotkey: str


class PaneCommands(Provider):
    """Opens a pane by its name."""

    async def discover(self) -> Hits:
        """Offer all panes before anything is typed."""
        for place in self._places():
            yield DiscoveryHit(place.title, partial(self._open, place), help=_help(place))

    async def search(self, query: str) -> Hits:
        """Offer the panes that match what is typed."""
        matcher = self.matcher(query)
        for place in (*self._places(), *self._metrics()):
            if (score := matcher.match(place.title)) > 0:
                yield Hit(score, matcher.highlight(place.title), partial(self._open, place), help=_help(place))

    def _places(self) -> Iterator[Place]:
        """Yield all panes, then the pages under More that this cluster has."""
        for tab in TABS:
            yield Place(tab.title, tab.pane_id, "", tab.hotkey)
        if isinstance(self.screen, ClusterScreen):
            # Imported here: the first picture needs none of these panes.
            from raymon_tui.tui.panes.more import MorePane, kinds_of  # noqa: PLC0415

            hotkey = next(tab.hotkey for tab in TABS if tab.pane_id == MorePane.pane_id)
            for kind in kinds_of(self.screen.session):
                yield Place(kind.title, MorePane.pane_id, kind.pane_id, hotkey)

    def _metrics(self) -> Iterator[Place]:
        """Yield the list of metrics, and each that the user's own code defines."""
        hotkey = next(tab.hotkey for tab in TABS if tab.pane_id == METRICS)
        yield Place("All metrics", METRICS, "all", hotkey)
        if isinstance(self.screen, ClusterScreen):
            for family in self.screen.session.charts.known_families:
                if is_custom(family.name):
                    yield Place(family.name, METRICS, family.name, hotkey)

    async def _open(self, place: Place) -> None:
        await self.app.run_action(f"open({place.pane_id!r}, {place.subject!r})", self.app.screen)


def _help(place: Place) -> str:
    return f"Open {place.title} ({place.hotkey})"
