"""The line in which a filter is typed; it appears with `/` and goes with Esc."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input, Label


class FilterBar(Horizontal):
    """A prompt with an input. `Changed` is sent as one types, `Closed` when the keyboard goes back to the table."""

    DEFAULT_CSS = """
    FilterBar { height: 1; width: 1fr; display: none; padding: 0 1; }
    FilterBar.-open { display: block; }
    FilterBar > Label { width: 2; color: $role-accent; }
    FilterBar > Input { height: 1; width: 1fr; border: none; padding: 0; background: $background; }
    FilterBar > Input:focus { border: none; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "clear", "clear filter"),
        Binding("enter,down", "keep", "keep filter"),
    ]

    class Changed(Message):
        """The text is another now."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class Closed(Message):
        """The user is done typing."""

    def __init__(self, placeholder: str = "text, !not, re:pattern") -> None:
        super().__init__()
        self._placeholder = placeholder

    def compose(self) -> ComposeResult:
        """Yield prompt and input."""
        yield Label("/", markup=False)
        yield Input(placeholder=self._placeholder, select_on_focus=False)

    @property
    def text(self) -> str:
        """What is typed."""
        return self.query_one(Input).value

    def open(self) -> None:
        """Show the line and give it the keyboard."""
        self.add_class("-open")
        # At once, and not when the screen gets round to it: more may have been typed already.
        self.screen.set_focus(self.query_one(Input))

    def reset(self) -> None:
        """Take the filter away."""
        self.query_one(Input).value = ""
        self.remove_class("-open")

    def on_input_changed(self, event: Input.Changed) -> None:
        """Filter while one types."""
        event.stop()
        self.post_message(self.Changed(event.value))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Keep the filter and go back to the table."""
        event.stop()
        self.action_keep()

    def action_clear(self) -> None:
        """Take the filter away and go back to the table."""
        self.reset()
        self.post_message(self.Closed())

    def action_keep(self) -> None:
        """Go back to the table; the line stays while it holds a filter."""
        if not self.text:
            self.remove_class("-open")
        self.post_message(self.Closed())
