"""In which form what is seen is to be saved."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen

from raymon_tui.widgets.content import Piece
from raymon_tui.widgets.lines import Lines
from raymon_tui.widgets.numbers import count


class SaveScreen(ModalScreen[str]):
    """Asks for `csv`, `json` or `svg`, and ends with it; with "" where the user wants out."""

    DEFAULT_CSS = """
    SaveScreen { align: center middle; background: $background 60%; }
    SaveScreen > Vertical { width: 62; max-width: 100%; height: auto; border: round $role-accent; padding: 0 1;
        border-title-color: $role-accent; background: $background; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c", "dismiss('csv')", "CSV"),
        Binding("j", "dismiss('json')", "JSON"),
        Binding("s,enter", "dismiss('svg')", "SVG"),
        Binding("escape,q", "dismiss('')", "back"),
    ]

    def __init__(self, rows: int) -> None:
        super().__init__()
        self._rows = rows

    def compose(self) -> ComposeResult:
        """Yield the choices."""
        with Vertical() as frame:
            frame.border_title = "Save"
            yield Lines()

    def on_mount(self) -> None:
        """Write the choices."""
        rows = "1 row" if self._rows == 1 else f"{count(self._rows)} rows"
        choices = (
            ("c", f"CSV    {rows} as they are shown, with all columns"),
            ("j", f"JSON   {rows} with all that is known of each"),
            ("s", "SVG    a picture of the screen"),
        )
        self.query_one(Lines).show([(Piece(f"{key}  ", "accent"), Piece(text)) for key, text in choices])
