"""One or several of a list of things, found by typing a part of what they are called."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, NamedTuple

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList
from textual.widgets.option_list import Option

from raymon_tui.widgets.content import plain
from raymon_tui.widgets.numbers import count

MOST_SHOWN = 500


class Choice(NamedTuple):
    """What can be chosen: `key` names it to whoever asks, `title` to the user."""

    key: str
    title: str


class ChoiceScreen(ModalScreen[tuple[str, ...] | None]):
    """Ends with the keys that were chosen, or with None. Where `several` may be, Tab marks and Enter ends.

    `alone` is the key that goes with no other: all of them.
    """

    DEFAULT_CSS = """
    ChoiceScreen { align: center middle; background: $background 60%; }
    ChoiceScreen > Vertical { width: 76; max-width: 100%; height: auto; max-height: 90%; padding: 0 1;
        border: round $role-accent; border-title-color: $role-ink; border-subtitle-color: $role-dim;
        background: $background; }
    ChoiceScreen Input, ChoiceScreen Input:focus { height: 1; width: 1fr; border: none; padding: 0;
        background: $background; }
    ChoiceScreen OptionList, ChoiceScreen OptionList:focus { height: auto; max-height: 20; border: none; padding: 0;
        background: $background; background-tint: $background 0%; scrollbar-size-vertical: 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss", "back"),
        Binding("down,ctrl+n", "highlight(1)", "down", show=False, priority=True),
        Binding("up,ctrl+p", "highlight(-1)", "up", show=False, priority=True),
        Binding("tab", "mark", "mark", priority=True),
    ]

    def __init__(
        self,
        title: str,
        choices: Sequence[Choice],
        *,
        chosen: Sequence[str] = (),
        several: bool = False,
        alone: str = "",
        ascii_only: bool = False,
    ) -> None:
        super().__init__()
        self._title = title
        self._choices = tuple(choices)
        self._chosen = list(chosen)
        self._several = several
        self._alone = alone
        self._marks = ("x ", "  ") if ascii_only else ("● ", "○ ")
        self._shown: list[Choice] = []

    def compose(self) -> ComposeResult:
        """Yield the line to type in and the list."""
        with Vertical() as frame:
            frame.border_title = plain(self._title, 60)
            frame.border_subtitle = "Tab marks, Enter takes" if self._several else "Enter takes"
            yield Input(placeholder="type to find")
            answers = OptionList(markup=False)
            answers.can_focus = False
            yield answers

    def on_mount(self) -> None:
        """List everything, what is chosen already first under the cursor."""
        self._list("")
        chosen = [place for place, choice in enumerate(self._shown) if choice.key in self._chosen]
        self._answers.highlighted = chosen[0] if chosen else 0

    @property
    def _answers(self) -> OptionList:
        return self.query_one(OptionList)

    def on_input_changed(self, event: Input.Changed) -> None:
        """List what fits."""
        event.stop()
        self._list(event.value)
        self._answers.highlighted = 0 if self._shown else None

    def _list(self, typed: str) -> None:
        words = typed.lower().split()
        fitting = [choice for choice in self._choices if all(word in choice.title.lower() for word in words)]
        self._shown = fitting[:MOST_SHOWN]
        options = [Option(Text(self._line(choice), no_wrap=True, overflow="ellipsis")) for choice in self._shown]
        if len(fitting) > MOST_SHOWN:
            options.append(Option(f"and {count(len(fitting) - MOST_SHOWN)} more: type to find them", disabled=True))
        if not fitting:
            options.append(Option("nothing is called that", disabled=True))
        self._answers.set_options(options)

    def _line(self, choice: Choice) -> str:
        mark = self._marks[choice.key not in self._chosen] if self._several else ""
        return mark + plain(choice.title, 200)

    def action_highlight(self, step: int) -> None:
        """Move the cursor."""
        if self._shown:
            place = (self._answers.highlighted or 0) + step
            self._answers.highlighted = max(0, min(len(self._shown) - 1, place))

    def action_mark(self) -> None:
        """Take the thing under the cursor, or leave it; what stands for all goes with no other."""
        key = self._under_cursor
        if key is None:
            return
        if key in self._chosen:
            self._chosen.remove(key)
        else:
            self._chosen = [one for one in self._chosen if self._alone not in (one, key)] + [key]
        place = self._answers.highlighted
        self._list(self.query_one(Input).value)
        self._answers.highlighted = place

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer no mark where only one can be chosen."""
        if action == "mark":
            return self._several
        return super().check_action(action, parameters)

    @property
    def _under_cursor(self) -> str | None:
        place = self._answers.highlighted
        return self._shown[place].key if place is not None and place < len(self._shown) else None

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """End with what is marked, else with what is under the cursor."""
        event.stop()
        self._end()

    @on(OptionList.OptionSelected)
    def take_clicked(self, event: OptionList.OptionSelected) -> None:
        """End with what was clicked, or mark it."""
        event.stop()
        if self._several:
            self.action_mark()
        else:
            self._end()

    def _end(self) -> None:
        key = self._under_cursor
        if self._several and self._chosen:
            self.dismiss(tuple(self._chosen))
        elif key is not None:
            self.dismiss((key,))
