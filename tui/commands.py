"""What the command palette offers beside Textual's own: every pane by its name."""

from __future__ import annotations

from functools import partial

from textual.command import DiscoveryHit, Hit, Hits, Provider

from raymon_tui.tui.panes.registry import TABS


class PaneCommands(Provider):
    """Opens a pane by its name."""

    async def discover(self) -> Hits:
        """Offer all panes before anything is typed."""
        for tab in TABS:
            yield DiscoveryHit(tab.title, partial(self._open, tab.pane_id), help=f"Open {tab.title} ({tab.hotkey})")

    async def search(self, query: str) -> Hits:
        """Offer the panes that match what is typed."""
        matcher = self.matcher(query)
        for tab in TABS:
            if (score := matcher.match(tab.title)) > 0:
                help_text = f"Open {tab.title} ({tab.hotkey})"
                yield Hit(score, matcher.highlight(tab.title), partial(self._open, tab.pane_id), help=help_text)

    async def _open(self, pane_id: str) -> None:
        await self.app.run_action(f"open('{pane_id}')", self.app.screen)
