"""Rows in columns on a screen: it takes ten thousand at once, and draws only the lines that changed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Generic, NamedTuple, TypeVar

from textual import work
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widget import Widget

from raymon_tui.widgets.content import Content, Piece
from raymon_tui.widgets.ink import palette_of, strip
from raymon_tui.widgets.numbers import count
from raymon_tui.widgets.table.arrangement import Arrangement
from raymon_tui.widgets.table.column import Column, Moment
from raymon_tui.widgets.table.heading import heading
from raymon_tui.widgets.table.layout import GAP, Placed, fit
from raymon_tui.widgets.table.line import centred, fitted
from raymon_tui.widgets.table.record import records

Row = TypeVar("Row")
Chosen = TypeVar("Chosen")

HEADER_LINES = 1
READ_AT_ONCE = 400
READ_IN_A_STEP = 100
"""How many rows are written out for a filter between two turns of the event loop: a few milliseconds' work."""


class _Line(NamedTuple):
    """One line as it is drawn; `marked` is the row under the cursor."""

    content: Content
    marked: bool = False


class Grid(ScrollView, Generic[Row], can_focus=True):
    """A heading, and below it rows that scroll, one of which is under the cursor."""

    DEFAULT_CSS = """
    Grid {
        background: $background; scrollbar-size-vertical: 1; scrollbar-gutter: stable;
        overflow-x: hidden; overflow-y: auto;
    }
    """

    class Rearranged(Message):
        """Other rows are shown than before, because a filter took some time to be applied."""

    class Highlighted(Message, Generic[Chosen]):
        """Another row is under the cursor than before, or none."""

        def __init__(self, row: Chosen | None) -> None:
            super().__init__()
            self.row = row

    def __init__(
        self,
        columns: Sequence[Column[Row]],
        *,
        key: Callable[[Row], str],
        empty: str = "",
        id: str | None = None,  # noqa: A002 - Textual's own name
    ) -> None:
        super().__init__(id=id)
        self._arrangement = Arrangement(columns, key)
        self._empty = empty
        self._wide = False
        self._moment = Moment(now=0.0)
        self._cursor = 0
        self._cursor_key: str | None = None
        self._follows_first = True
        self._placed: tuple[Placed, ...] = ()
        self._drawn: dict[int, _Line] = {}

    @property
    def total_count(self) -> int:
        """How many rows there are."""
        return len(self._arrangement.rows)

    @property
    def filtered_count(self) -> int:
        """How many of them the filter accepts."""
        return len(self._arrangement.shown)

    @property
    def shown_rows(self) -> Sequence[Row]:
        """The rows that the filter accepts, in their order."""
        return tuple(self._arrangement.shown)

    @property
    def filter_error(self) -> str:
        """What is wrong with the filter, or nothing."""
        return self._arrangement.filter_error

    @property
    def filter_text(self) -> str:
        """The filter as it was typed."""
        return self._arrangement.filter_text

    @filter_text.setter
    def filter_text(self, text: str) -> None:
        self._arrangement.filter_by(text)
        self._arrange()

    @property
    def cursor_row(self) -> Row | None:
        """The row under the cursor."""
        shown = self._arrangement.shown
        return shown[self._cursor] if self._cursor < len(shown) else None

    @property
    def empty(self) -> str:
        """What is said where there is no row at all."""
        return self._empty

    @empty.setter
    def empty(self, text: str) -> None:
        self._empty = text
        self._repaint()

    def set_rows(self, rows: Sequence[Row], moment: Moment) -> None:
        """Show these rows; cursor, order and filter stay."""
        self._moment = moment
        self._arrangement.replace(rows)
        self._arrange()

    def set_moment(self, moment: Moment) -> None:
        """Let ages count to another moment; only lines that change by it are drawn again."""
        self._moment = moment
        self._repaint()

    def as_records(self) -> tuple[list[str], list[list[str]]]:
        """Return all headings and the shown rows as plain text, for saving."""
        return records(self._arrangement.columns, self._arrangement.shown, self._moment)

    def _arrange(self) -> None:
        """Filter and sort anew: at once, or where much has to be read for the filter, when that is done."""
        if self._arrangement.unread > READ_AT_ONCE:
            self._repaint()
            self._read_in_steps()
            return
        self._arrangement.read(self._moment, READ_AT_ONCE)
        self._settle()

    @work(exclusive=True, group="reading")
    async def _read_in_steps(self) -> None:
        while self._arrangement.unread:
            self._arrangement.read(self._moment, READ_IN_A_STEP)
            await asyncio.sleep(0)
        self._settle()
        self.post_message(self.Rearranged())

    def _settle(self) -> None:
        """Show what the arrangement is now: the cursor stays on its row, or where that row was, and in sight."""
        was_in_sight = 0 <= self._cursor - self.scroll_offset.y < self._row_lines
        self._arrangement.arrange()
        place = None
        if not self._follows_first and self._cursor_key is not None:
            place = self._arrangement.place_of(self._cursor_key)
        elif self._follows_first:
            place = 0
        self._extend()
        self._put_cursor(self._cursor if place is None else place, in_sight=was_in_sight)

    def _put_cursor(self, place: int, *, in_sight: bool) -> None:
        self._cursor = max(0, min(place, self.filtered_count - 1))
        if in_sight:
            self._keep_in_sight()
        row = self.cursor_row
        key = None if row is None else self._arrangement.key(row)
        if key != self._cursor_key:
            self._cursor_key = key
            self.post_message(self.Highlighted(row))
        self._repaint()

    def _keep_in_sight(self) -> None:
        top = self.scroll_offset.y
        wanted = max(min(top, self._cursor), self._cursor - self._row_lines + 1)
        if wanted != top:
            self.scroll_to(y=wanted, animate=False, force=True)

    @property
    def _row_lines(self) -> int:
        return max(1, self.size.height - HEADER_LINES)

    def _extend(self) -> None:
        """Tell the scroll bar how many rows there are.

        Textual draws the whole widget anew when its virtual size changes, as live rows do all the time; so it is told
        only where the bar comes or goes.
        """
        size = Size(self.size.width, self.filtered_count + HEADER_LINES)
        if (size.height > self.size.height) != self.show_vertical_scrollbar:
            self.virtual_size = size
        elif size != self.virtual_size:
            self.set_reactive(Widget.virtual_size, size)
            if self.show_vertical_scrollbar:
                self.vertical_scrollbar.window_virtual_size = size.height
        if self.scroll_y > self.max_scroll_y:
            self.scroll_to(y=self.max_scroll_y, animate=False, force=True)

    def _repaint(self, *, everything: bool = False) -> None:
        """Draw again those visible lines whose content is not what stands on the screen."""
        if everything:
            self._drawn.clear()
            self.refresh()
            return
        width = self.size.width
        changed = [Region(0, y, width, 1) for y in range(self.size.height) if self._drawn.get(y) != self._line(y)]
        if changed:
            self.refresh(*changed)

    def _line(self, y: int) -> _Line:
        if y < HEADER_LINES:
            by, descending = self._arrangement.sorted_by, self._arrangement.descending
            return _Line(heading(self._placed, by, descending=descending, ascii_only=self._moment.ascii_only))
        if not self.filtered_count:
            sentence = centred(self._why_empty(), self._columns_width, self._row_lines)
            return _Line(sentence.get(y - HEADER_LINES, ()))
        index = self.scroll_offset.y + y - HEADER_LINES
        if index >= self.filtered_count:
            return _Line(())
        return _Line(self._cells(self._arrangement.shown[index]), index == self._cursor and self.has_focus)

    def _why_empty(self) -> str:
        if not self.total_count:
            return self._empty
        if self._arrangement.unread:
            return "looking through the rows…"
        return f"none of {count(self.total_count)} matches {self.filter_text}"

    def _cells(self, row: Row) -> Content:
        pieces: list[Piece] = []
        for place, (column, width) in enumerate(self._placed):
            if place:
                pieces.append(Piece(" " * GAP))
            content = column.cell(row, self._moment)
            pieces.extend(fitted(content, width, column.align, ascii_only=self._moment.ascii_only))
        return tuple(pieces)

    def render_line(self, y: int) -> Strip:
        """Return one line: the heading, a row, or the sentence that stands for no rows."""
        line = self._drawn[y] = self._line(y)
        return strip(palette_of(self.app.current_theme), line.content, self.size.width, marked=line.marked)

    @property
    def _columns_width(self) -> int:
        return self.scrollable_content_region.width

    def on_resize(self) -> None:
        """Choose the columns that fit now."""
        self._place()
        self._keep_in_sight()

    def _place(self) -> None:
        self._placed = fit(self._arrangement.columns, self._columns_width, wide=self._wide)
        self._extend()
        self._repaint(everything=True)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Forget what was drawn: every line is another now."""
        super().watch_scroll_y(old_value, new_value)
        if round(old_value) != round(new_value):
            self._drawn.clear()

    def on_focus(self) -> None:
        """Show the cursor."""
        self._repaint()

    def on_blur(self) -> None:
        """Hide the cursor."""
        self._repaint()
