"""A question that is answered with yes or no."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen

from raymon_tui.tui.screens.document import wrapped
from raymon_tui.widgets.content import Piece
from raymon_tui.widgets.lines import Lines

MOST_CELLS = 72


class ConfirmScreen(ModalScreen[bool]):
    """Asks `question` and ends with True on `y` only; any other way out is a no. `title` says where it arose."""

    DEFAULT_CSS = """
    ConfirmScreen { align: center middle; }
    ConfirmScreen > Vertical { width: 78; max-width: 100%; height: auto; border: round $role-warning; padding: 1 2;
        background: $background; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "dismiss(True)", "yes"),
        Binding("n,escape,q,enter", "dismiss(False)", "no"),
    ]

    def __init__(self, question: str, title: str = "") -> None:
        super().__init__()
        self._question = question
        self._title = title

    def compose(self) -> ComposeResult:
        """Yield the question."""
        with Vertical() as frame:
            frame.border_title = Text(self._title)
            yield Lines()

    def on_mount(self) -> None:
        """Write the question, and the keys that answer it."""
        room = max(10, min(MOST_CELLS, self.size.width - 6))
        asked = [(Piece(line),) for line in wrapped(self._question, room)]
        keys = (Piece("y", "accent"), Piece(" yes   ", "dim"), Piece("n", "accent"), Piece(" no", "dim"))
        self.query_one(Lines).show((*asked, (), keys))
