"""The keys of a live table with a filter above it, wherever the two stand together."""

from __future__ import annotations

from abc import abstractmethod
from typing import Generic, TypeVar

from textual import on
from textual.widget import Widget

from raymon_tui.tui.panes.filter_bar import FilterBar
from raymon_tui.widgets.content import plain
from raymon_tui.widgets.table.live_table import LiveTable

Row = TypeVar("Row")


class FilteredTable(Generic[Row], Widget):
    """A part of a pane or a screen that holds one `FilterBar` and one `LiveTable`, and binds keys to these actions.

    It stands behind `Pane` or `Screen` among the bases: whose styles count the first of them says.
    """

    @abstractmethod
    def copied(self, row: Row) -> str:
        """Return what `c` copies of a row."""

    @property
    def table(self) -> LiveTable[Row]:
        """The table."""
        return self.query_one(LiveTable)

    def focus_table(self) -> None:
        """Give the keyboard to the table."""
        # At once: a key that was typed already is meant for it.
        self.screen.set_focus(self.table, scroll_visible=False)

    def filter_by(self, text: str) -> None:
        """Show the rows that fit what is typed so far."""
        self.table.filter_text = text

    def filter_typed(self) -> None:
        """Take what is typed as meant."""
        self.focus_table()

    @on(FilterBar.Changed)
    def hear_typing(self, message: FilterBar.Changed) -> None:
        """Filter while one types."""
        message.stop()
        self.filter_by(message.text)

    @on(FilterBar.Closed)
    def hear_end_of_typing(self, message: FilterBar.Closed) -> None:
        """Go back to the table."""
        message.stop()
        self.filter_typed()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Let Esc go on to the screen where there is no filter to take away."""
        if action == "clear_filter":
            return self.query_one(FilterBar).has_class("-open")
        return super().check_action(action, parameters)

    def action_filter(self) -> None:
        """Let the user type a filter."""
        self.query_one(FilterBar).open()

    def action_clear_filter(self) -> None:
        """Take the filter away."""
        self.query_one(FilterBar).reset()

    def action_sort_next(self) -> None:
        """Sort by the next column."""
        self.table.action_sort_next()

    def action_sort_reverse(self) -> None:
        """Turn the order round."""
        self.table.action_sort_reverse()

    def action_wide(self) -> None:
        """Show or hide the columns of wide mode."""
        self.table.action_wide()

    def action_copy(self) -> None:
        """Copy what names the row under the cursor to the terminal's clipboard (OSC 52)."""
        row = self.table.cursor_row
        if row is not None:
            self.app.copy_to_clipboard(self.copied(row))
            self.app.notify(f"copied {plain(self.copied(row), 60)}", markup=False, timeout=2)
