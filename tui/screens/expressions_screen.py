"""What a panel asks: its expressions as they stand in the dashboard, and as they were asked."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from raymon_tui.cluster.grafana.asking import expression
from raymon_tui.cluster.grafana.durations import written
from raymon_tui.cluster.grafana.model import Panel
from raymon_tui.tui.grafana.questions import Questions
from raymon_tui.tui.screens.cluster_screen import ClusterScreen
from raymon_tui.tui.session import Session
from raymon_tui.widgets.content import Piece, plain
from raymon_tui.widgets.lines import Lines
from raymon_tui.widgets.log_view import LogView


class ExpressionsScreen(ClusterScreen):
    """A text that can be scrolled and searched."""

    DEFAULT_CSS = """
    ExpressionsScreen > #title { height: 1; width: 1fr; padding: 0 1; }
    ExpressionsScreen > LogView { height: 1fr; width: 1fr; padding: 0 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,backspace,h", "app.pop_screen", "back"),
        Binding("c", "copy", "copy"),
    ]

    def __init__(self, session: Session, questions: Questions, panel: Panel, steps: int) -> None:
        super().__init__(session)
        self._panel = panel
        self._timing = questions.timing(panel, steps, session.now())
        self._asked = [expression(target, questions.chosen, self._timing) for target in panel.targets]

    def compose_above(self) -> ComposeResult:
        """Yield the title line."""
        yield Lines(id="title")

    def compose_body(self) -> ComposeResult:
        """Yield the text."""
        yield LogView()

    def on_mount(self) -> None:
        """Write it."""
        super().on_mount()
        title = (Piece("Asked by ", "dim"), Piece(plain(self._panel.title, 100), "ink", bold=True))
        self.query_one("#title", Lines).show((title,))
        view = self.query_one(LogView)
        view.replace([line for text in self._texts() for line in text.splitlines() or [""]])
        view.focus()

    def _texts(self) -> list[str]:
        texts = [self._panel.description, ""] if self._panel.description else []
        for target, asked in zip(self._panel.targets, self._asked, strict=True):
            over = "at its end alone" if target.instant else f"every {written(self._timing.step_s)}"
            texts += [f"# {target.legend or 'no legend'}, {over}", asked, ""]
            if asked != target.expr:
                texts += ["# in the dashboard", target.expr, ""]
        return texts

    def action_copy(self) -> None:
        """Copy the expressions as they were asked (OSC 52)."""
        self.app.copy_to_clipboard("\n".join(self._asked) + "\n")
        self.app.notify(f"copied {len(self._asked)} expressions", markup=False, timeout=2)
