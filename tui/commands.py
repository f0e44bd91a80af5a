"""What the command palette offers beside Textual's own: every pane by its name."""

from __future__ import annotations

from functools import partial

from textual.command import DiscoveryHit, Hit, Hits, Provider

from raymon_tui.tui.panes.registry import PANES


class PaneCommands(Provider):
    """Opens a pane by its name."""

    async def discover(self) -> Hits:
        """Offer all panes before anything is typed."""
        for pane in PANES:
            yield DiscoveryHit(pane.title, partial(self._open, pane.pane_id), help=f"Open {pane.title} ({pane.hotkey})")

    async def search(self, query: str) -> Hits:
        """Offer the panes that match what is typed."""
        matcher = self.matcher(query)
        for pane in PANES:
            if (score := matcher.match(pane.title)) > 0:
                help_text = f"Open {pane.title} ({pane.hotkey})"
                yield Hit(score, matcher.highlight(pane.title), partial(self._open, pane.pane_id), help=help_text)

    async def _open(self, pane_id: str) -> None:
        await self.app.run_action(f"open('{pane_id}')", self.app.screen)
