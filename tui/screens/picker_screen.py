"""Which of several clusters to watch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from raymon_tui.backends.resolve import Candidate
from raymon_tui.widgets.content import plain


class PickerScreen(Screen[Candidate | None]):
    """A list of clusters; ends with the chosen one, or with None."""

    DEFAULT_CSS = """
    PickerScreen { align: center middle; background: $background; }
    PickerScreen > OptionList { width: 76; max-width: 100%; height: auto; max-height: 80%; background: $background;
        border: round $role-track; border-title-color: $role-dim; border-subtitle-color: $role-dim; }
    PickerScreen > OptionList:focus { border: round $role-track; background-tint: $background 0%; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "none", "quit"),
        Binding("j", "down", show=False),
        Binding("k", "up", show=False),
    ]

    def __init__(self, candidates: Sequence[Candidate]) -> None:
        super().__init__()
        self._candidates = tuple(candidates)

    def compose(self) -> ComposeResult:
        """Yield the question and the answers."""
        answers = OptionList(*(Option(Text(plain(candidate.title))) for candidate in self._candidates))
        answers.border_title = Text(plain(self._candidates[0].question, 70))
        answers.border_subtitle = "j k move, Enter opens, q quits"
        yield answers

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """End with the chosen cluster."""
        self.dismiss(self._candidates[event.option_index])

    def action_down(self) -> None:
        """Move to the next answer, before the key after this one is looked at."""
        self.query_one(OptionList).action_cursor_down()

    def action_up(self) -> None:
        """Move to the answer before."""
        self.query_one(OptionList).action_cursor_up()

    def action_none(self) -> None:
        """End without one."""
        self.dismiss(None)
