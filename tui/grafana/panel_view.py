"""One panel on the page of a dashboard: a frame with its title, and the keyboard where it has the focus."""

from __future__ import annotations

from textual import events
from textual.app import ComposeResult
from textual.message import Message

from raymon_tui.cluster.grafana.asking import PanelAnswer
from raymon_tui.cluster.grafana.model import Panel as GrafanaPanel
from raymon_tui.tui.grafana.panel_lines import Look, panel_lines
from raymon_tui.tui.grafana.pictures import shown_series
from raymon_tui.tui.grafana.units import unit_of
from raymon_tui.widgets.content import Piece, plain
from raymon_tui.widgets.lines import Lines
from raymon_tui.widgets.numbers import count
from raymon_tui.widgets.panel import Panel

MARGIN = 8
"""Cells that the labels of an axis take, or about so many."""


class PanelView(Panel, can_focus=True):
    """Shows what a panel came to; drawn anew only for another answer or another size."""

    DEFAULT_CSS = """
    PanelView { height: 1fr; }
    PanelView:focus { border: round $role-accent; border-title-color: $role-ink; }
    PanelView Lines { height: 1fr; }
    """

    class Opened(Message):
        """The user wants to see this panel alone."""

        def __init__(self, panel: GrafanaPanel) -> None:
            super().__init__()
            self.panel = panel

    class Filled(Message):
        """The panel is empty no more, or is so now."""

    def __init__(self, panel: GrafanaPanel) -> None:
        super().__init__(plain(panel.title, 100))
        self.panel = panel
        self.answer: PanelAnswer | None = None
        self._look: Look | None = None

    def compose(self) -> ComposeResult:
        """Yield the lines."""
        yield Lines()

    @property
    def empty(self) -> bool:
        """Whether it has nothing to show but why that is so."""
        answer = self.answer
        return answer is not None and bool(self.panel.targets) and not answer.series and not answer.failures

    @property
    def steps(self) -> int:
        """How many values a curve has room for: two a cell, as braille has dots."""
        return max(10, 2 * (self.content_size.width - MARGIN))

    def show(self, answer: PanelAnswer, look: Look) -> None:
        """Draw this from now on, in the room that there is."""
        look = look._replace(width=self.content_size.width, height=self.content_size.height)
        if (answer, look) == (self.answer, self._look) or min(look.width, look.height) <= 0:
            return
        was_empty, self.answer, self._look = self.empty, answer, look
        if was_empty != self.empty:
            self.post_message(self.Filled())
        self.entitle(self._heading(), self._remarks(answer))
        self.query_one(Lines).show(panel_lines(self.panel, answer, look))

    def say(self, words: str) -> None:
        """Show words while there is no answer."""
        if self.answer is None:
            self.entitle(self._heading())
            self.query_one(Lines).show(((Piece(words, "faint"),),))

    def _heading(self) -> str:
        word = unit_of(self.panel.unit).word
        return plain(f"{self.panel.title} · {word}" if word else self.panel.title, 100)

    def _remarks(self, answer: PanelAnswer) -> str:
        parts = []
        if answer.left_out:
            parts.append(f"{count(answer.left_out)} series more")
        if answer.hidden and answer.series:
            parts.append(f"{count(answer.hidden)} hidden")
        if at_zero := len(answer.series) - len(shown_series(self.panel, answer)):
            parts.append(f"{count(at_zero)} at zero")
        if answer.warnings:
            parts.append(plain(answer.warnings[0], 80))
        return " · ".join(parts)

    def on_resize(self) -> None:
        """Fit what is shown to its new room."""
        if self.answer is not None and self._look is not None:
            self.show(self.answer, self._look)

    def on_click(self, event: events.Click) -> None:
        """Open this panel; the first click gives it the keyboard."""
        event.stop()
        if self.has_focus:
            self.post_message(self.Opened(self.panel))
