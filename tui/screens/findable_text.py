"""The keys of a text in which a pattern can be found, wherever a `LogView` and a `FilterBar` stand together."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.widget import Widget

from raymon_tui.tui.panes.filter_bar import FilterBar
from raymon_tui.widgets.log_view import LogView


class FindableText(Widget):
    """A part of a screen that holds one of each, and binds keys to these actions.

    It stands behind `Screen` among the bases: whose styles count the first of them says.
    """

    first_match: ClassVar[int] = -1
    """Which way the first match is looked for from where one is: upwards, since a log is read from its end."""

    @property
    def log_view(self) -> LogView:
        """The text."""
        return self.query_one(LogView)

    def tell_matches(self) -> None:
        """Say what was found, where that is said beside the text itself."""

    @on(FilterBar.Changed)
    def find_pattern(self, message: FilterBar.Changed) -> None:
        """Mark what matches while one types."""
        message.stop()
        self.log_view.find(message.text)
        self.tell_matches()

    @on(FilterBar.Closed)
    def back_to_text(self, message: FilterBar.Closed) -> None:
        """Give the keyboard back, and go to a match."""
        message.stop()
        self.log_view.focus()
        self.log_view.action_next_match(self.first_match)

    def action_back(self) -> None:
        """Take the pattern away; without one, leave."""
        if self.log_view.has_pattern:
            self.query_one(FilterBar).reset()
            self.log_view.find("")
            self.tell_matches()
        else:
            self.app.pop_screen()

    def action_find(self) -> None:
        """Let the user type a pattern."""
        self.query_one(FilterBar).open()

    def action_next(self, step: int) -> None:
        """Go to the next match, or the one before."""
        self.log_view.action_next_match(step)

    def action_follow(self) -> None:
        """Follow the end."""
        self.log_view.action_last()

    def action_fold(self) -> None:
        """Fold long lines, or cut them."""
        self.log_view.action_fold()

    def action_copy(self) -> None:
        """Copy the lines that are seen to the terminal's clipboard (OSC 52)."""
        self.app.copy_to_clipboard(self.log_view.visible_text)
        self.app.notify("copied what is seen", timeout=2)
