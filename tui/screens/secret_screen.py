"""A passphrase, a password or a code, typed without being seen unless the server wants it seen."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input

from raymon_tui.tui.screens.document import wrapped
from raymon_tui.widgets.content import Piece
from raymon_tui.widgets.lines import Lines

MOST_CELLS = 72


class SecretScreen(ModalScreen[str | None]):
    """Asks for what `prompt` names; ends with what was typed, or with None where the user would not say.

    `title` says where on the way that is asked.
    """

    DEFAULT_CSS = """
    SecretScreen { align: center middle; background: $background 60%; }
    SecretScreen > Vertical { width: 78; max-width: 100%; height: auto; border: round $role-accent; padding: 1 2;
        background: $background; }
    SecretScreen Input { border: none; height: 1; padding: 0; background: $role-track 30%; margin: 1 0; }
    SecretScreen Input:focus { border: none; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", "do not say")]

    def __init__(self, prompt: str, title: str = "", *, shown: bool = False) -> None:
        super().__init__()
        self._prompt = prompt
        self._title = title
        self._shown = shown

    def compose(self) -> ComposeResult:
        """Yield the prompt and the line."""
        with Vertical() as frame:
            frame.border_title = Text(self._title)
            yield Lines(id="asked")
            yield Input(password=not self._shown, select_on_focus=False)
            yield Lines(id="keys")

    def on_mount(self) -> None:
        """Write the prompt, and the keys that end it."""
        room = max(10, min(MOST_CELLS, self.app.size.width - 6))
        self.query_one("#asked", Lines).show([(Piece(line),) for line in wrapped(self._prompt, room)])
        keys = (Piece("⏎", "accent"), Piece(" go on   ", "dim"), Piece("Esc", "accent"), Piece(" do not say", "dim"))
        self.query_one("#keys", Lines).show((keys,))
        self.query_one(Input).focus()

    @on(Input.Submitted)
    def end(self, event: Input.Submitted) -> None:
        """End with what was typed."""
        event.stop()
        self.dismiss(event.value)
