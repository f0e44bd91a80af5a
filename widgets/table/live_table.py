"""The table of live rows as its user meets it: keys, mouse, and what they make it say."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar, Generic, TypeVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message

from raymon_tui.widgets.table.column import Column
from raymon_tui.widgets.table.grid import HEADER_LINES, Grid
from raymon_tui.widgets.table.layout import GAP

Row = TypeVar("Row")
Chosen = TypeVar("Chosen")


class LiveTable(Grid[Row]):
    """Rows in columns, with a cursor, an order and a filter that stay while the rows change.

    Until the user moves the cursor it stays on the first row, then on the row it was put on. `opens` says whether
    Enter on a row opens something, and is offered.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j,down", "move(1)", "down", show=False),
        Binding("k,up", "move(-1)", "up", show=False),
        Binding("g,home", "move_to(0)", "first", show=False),
        Binding("G,end", "move_to(-1)", "last", show=False),
        Binding("ctrl+f,pagedown", "page(1.0)", "page down", show=False),
        Binding("ctrl+b,pageup", "page(-1.0)", "page up", show=False),
        Binding("ctrl+d", "page(0.5)", "half a page down", show=False),
        Binding("ctrl+u", "page(-0.5)", "half a page up", show=False),
        Binding("enter", "select", "open"),
    ]

    class Selected(Message, Generic[Chosen]):
        """The user chose a row."""

        def __init__(self, row: Chosen) -> None:
            super().__init__()
            self.row = row

    def __init__(
        self,
        columns: Sequence[Column[Row]],
        *,
        key: Callable[[Row], str],
        empty: str = "",
        opens: bool = True,
        id: str | None = None,  # noqa: A002 - Textual's own name
    ) -> None:
        super().__init__(columns, key=key, empty=empty, id=id)
        self._opens = opens

    def move_to_key(self, key: str) -> None:
        """Put the cursor on the row of that key, if it is shown."""
        place = self._arrangement.place_of(key)
        if place is not None:
            self._follows_first = False
            self._put_cursor(place, in_sight=True)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer Enter only where a row opens something."""
        return self._opens if action == "select" else super().check_action(action, parameters)

    def action_move(self, step: int) -> None:
        """Move the cursor by rows."""
        self.action_move_to(max(0, self._cursor + step))

    def action_page(self, pages: float) -> None:
        """Move the cursor by pages."""
        self.action_move(round(pages * max(1, self._row_lines - 1)))

    def action_move_to(self, place: int) -> None:
        """Put the cursor on a row by its place; -1 is the last."""
        self._follows_first = place == 0
        self._put_cursor(self.filtered_count - 1 if place < 0 else place, in_sight=True)

    def action_select(self) -> None:
        """Open the row under the cursor."""
        row = self.cursor_row
        if row is not None:
            self.post_message(self.Selected(row))

    def action_sort_next(self) -> None:
        """Sort by the next column that can be sorted by, and after the last by none."""
        seen = [place.column for place in self._placed] or self._arrangement.columns
        sortable = [None, *(column for column in seen if column.sort is not None)]
        now = self._arrangement.sorted_by
        place = sortable.index(now) if now in sortable else 0
        self._sort_by(sortable[(place + 1) % len(sortable)])

    def action_sort_reverse(self) -> None:
        """Turn the order round."""
        now = self._arrangement
        if now.sorted_by is not None:
            now.sort_by(now.sorted_by, descending=not now.descending)
            self._settle()

    def _sort_by(self, column: Column[Row] | None) -> None:
        self._arrangement.sort_by(column, descending=column is not None and column.descending)
        self._settle()

    def action_wide(self) -> None:
        """Show or hide the columns of wide mode."""
        self._wide = not self._wide
        self._place()

    def on_click(self, event: events.Click) -> None:
        """Put the cursor on the clicked row, sort by a clicked heading; a double click opens."""
        x, y = event.get_content_offset_capture(self)
        if y < HEADER_LINES:
            self._sort_at(x)
            return
        place = self.scroll_offset.y + y - HEADER_LINES
        if place < self.filtered_count:
            self._follows_first = False
            self._put_cursor(place, in_sight=True)
            if event.chain > 1 and self._opens:
                self.action_select()

    def _sort_at(self, x: int) -> None:
        start = 0
        for column, width in self._placed:
            if start <= x < start + width + GAP and column.sort is not None:
                if column is self._arrangement.sorted_by:
                    self.action_sort_reverse()
                else:
                    self._sort_by(column)
                return
            start += width + GAP
