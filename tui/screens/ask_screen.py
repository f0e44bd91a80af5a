"""One line that the user is asked for."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Label


class AskScreen(ModalScreen[str]):
    """Asks for a line, and ends with it; with "" where the user wants out."""

    DEFAULT_CSS = """
    AskScreen { align: center middle; }
    AskScreen > Vertical { width: 62; max-width: 100%; height: auto; border: round $role-accent; padding: 0 1;
        background: $background; }
    AskScreen Label { color: $role-dim; width: 1fr; }
    AskScreen Input, AskScreen Input:focus { height: 1; width: 1fr; border: none; padding: 0; background: $background; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss('')", "back")]

    def __init__(self, question: str, examples: str) -> None:
        super().__init__()
        self._question, self._examples = question, examples

    def compose(self) -> ComposeResult:
        """Yield the question and the line to write it on."""
        with Vertical():
            yield Label(self._question, markup=False)
            yield Input(placeholder=self._examples)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """End with what was typed."""
        event.stop()
        self.dismiss(event.value.strip())
