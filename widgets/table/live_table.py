"""A table of live rows: it fills ten thousand at once, and draws only the lines that changed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar, Generic, TypeVar

from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from raymon_tui.widgets.content import Content, Piece
from raymon_tui.widgets.ink import palette_of, segments, style
from raymon_tui.widgets.table.column import Column, Moment
from raymon_tui.widgets.table.layout import GAP, Placed, fit
from raymon_tui.widgets.table.line import fitted, text_of
from raymon_tui.widgets.table.ordering import Matcher, matcher, ordered, searchable

Row = TypeVar("Row")
Chosen = TypeVar("Chosen")

HEADER_LINES = 1
_EVERYTHING = matcher("")


class LiveTable(ScrollView, Generic[Row], can_focus=True):
    """Rows in columns, with a cursor, an order and a filter that stay while the rows change.

    `opens` says whether Enter on a row opens something, and is offered.
    """

    DEFAULT_CSS = """
    LiveTable { background: $background; scrollbar-size-vertical: 1; overflow-x: hidden; overflow-y: auto; }
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

    class Moved(Message):
        """The cursor is on another row."""

    def __init__(
        self,
        columns: Sequence[Column[Row]],
        *,
        key: Callable[[Row], str],
        empty: str = "",
        opens: bool = True,
        id: str | None = None,  # noqa: A002 - Textual's own name
    ) -> None:
        super().__init__(id=id)
        self._columns = tuple(columns)
        self._key = key
        self._empty = empty
        self._opens = opens
        self._rows: tuple[Row, ...] = ()
        self._shown: list[Row] = []
        self._texts: list[str] | None = None
        self._matcher: Matcher = _EVERYTHING
        self._filter_text = ""
        self._sort: Column[Row] | None = None
        self._descending = False
        self._wide = False
        self._moment = Moment(now=0.0)
        self._cursor = 0
        self._placed: tuple[Placed, ...] = ()
        self._drawn: dict[int, Content] = {}

    @property
    def total_count(self) -> int:
        """How many rows there are."""
        return len(self._rows)

    @property
    def filtered_count(self) -> int:
        """How many of them the filter accepts."""
        return len(self._shown)

    @property
    def filter_error(self) -> str:
        """What is wrong with the filter, or nothing."""
        return self._matcher.error

    @property
    def cursor_row(self) -> Row | None:
        """The row under the cursor."""
        return self._shown[self._cursor] if self._cursor < len(self._shown) else None

    @property
    def empty(self) -> str:
        """What is said where there is no row."""
        return self._empty

    @empty.setter
    def empty(self, text: str) -> None:
        if text != self._empty:
            self._empty = text
            if not self._shown:
                self.refresh()

    @property
    def filter_text(self) -> str:
        """The filter as it was typed."""
        return self._filter_text

    @filter_text.setter
    def filter_text(self, text: str) -> None:
        self._filter_text, self._matcher = text, matcher(text)
        self._arrange()

    def set_rows(self, rows: Sequence[Row], moment: Moment) -> None:
        """Show these rows; cursor, order and filter stay."""
        self._rows, self._texts, self._moment = tuple(rows), None, moment
        self._arrange()

    def set_moment(self, moment: Moment) -> None:
        """Let ages count to another moment."""
        self._moment = moment
        self._repaint()

    def records(self) -> tuple[list[str], list[list[str]]]:
        """Return headings and the shown rows as plain text, for saving and copying."""
        headings = [column.title for column in self._columns]
        rows = [[text_of(column.cell(row, self._moment)) for column in self._columns] for row in self._shown]
        return headings, rows

    def _arrange(self) -> None:
        """Filter and sort anew; the cursor stays on its row, or where that row was."""
        cursor_row = self.cursor_row
        cursor_key = None if cursor_row is None else self._key(cursor_row)
        rows: Sequence[Row] = self._rows
        if self._filter_text:
            if self._texts is None:
                self._texts = [searchable(row, self._columns, self._key(row)) for row in self._rows]
            accepts = self._matcher.accepts
            rows = [row for row, text in zip(self._rows, self._texts, strict=True) if accepts(text)]
        before = len(self._shown)
        self._shown = ordered(rows, self._sort, descending=self._descending)
        self._cursor = max(0, min(self._index_of(cursor_key), len(self._shown) - 1))
        if len(self._shown) != before:
            self.virtual_size = Size(self.size.width, len(self._shown) + HEADER_LINES)
        self._repaint(everything=not self._shown or not before)

    def _index_of(self, key: str | None) -> int:
        if key is None:
            return 0
        if self._cursor < len(self._shown) and self._key(self._shown[self._cursor]) == key:
            return self._cursor
        return next((index for index, row in enumerate(self._shown) if self._key(row) == key), self._cursor)

    def move_to_key(self, key: str) -> None:
        """Put the cursor on the row of that key, if it is shown."""
        for index, row in enumerate(self._shown):
            if self._key(row) == key:
                self.action_move_to(index)
                return

    def _repaint(self, *, everything: bool = False) -> None:
        """Draw again those visible lines whose content is not what stands on the screen."""
        if everything:
            self._drawn.clear()
            self.refresh()
            return
        first, width = self.scroll_offset.y, self.size.width
        changed: list[Region] = []
        for y, before in list(self._drawn.items()):
            if self._content(y, first) != before:
                changed.append(Region(0, y, width, 1))
        changed.extend(Region(0, y, width, 1) for y in range(self.size.height) if y not in self._drawn)
        if changed:
            self.refresh(*changed)

    def _content(self, y: int, first: int) -> Content:
        if y < HEADER_LINES:
            return self._header()
        index = first + y - HEADER_LINES
        if index >= len(self._shown):
            return ()
        row = self._shown[index]
        mark = Piece("", "accent" if index == self._cursor else "ink")
        return (mark, *self._cells(row))

    def _cells(self, row: Row) -> Content:
        pieces: list[Piece] = []
        for place, (column, width) in enumerate(self._placed):
            if place:
                pieces.append(Piece(" " * GAP))
            content = column.cell(row, self._moment)
            pieces.extend(fitted(content, width, column.align, ascii_only=self._moment.ascii_only))
        return tuple(pieces)

    def _header(self) -> Content:
        pieces: list[Piece] = []
        for place, (column, width) in enumerate(self._placed):
            if place:
                pieces.append(Piece(" " * GAP))
            title = column.title
            sorted_by = column is self._sort
            if sorted_by:
                arrows = ("v", "^") if self._moment.ascii_only else ("▾", "▴")
                title += arrows[0] if self._descending else arrows[1]
            heading = (Piece(title, "dim" if sorted_by else "faint", bold=sorted_by),)
            pieces.extend(fitted(heading, width, column.align))
        return tuple(pieces)

    def render_line(self, y: int) -> Strip:
        """Return one line: the heading, a row, or the sentence that stands for no rows."""
        width = self.size.width
        ground = style(palette_of(self.app.current_theme), "ink")
        if not self._shown and y == min(self.size.height // 2, 3):
            sentence = fitted((Piece(self._empty, "dim"),), min(width, max(1, len(self._empty))))
            pad = max(0, (width - len(self._empty)) // 2)
            return Strip(segments(self.app, (Piece(" " * pad), *sentence))).adjust_cell_length(width, ground)
        content = self._drawn[y] = self._content(y, self.scroll_offset.y)
        marked = bool(y >= HEADER_LINES and content and content[0].role == "accent")
        marked = marked and self.has_focus
        strip = Strip(segments(self.app, content, marked=marked))
        line_style = style(palette_of(self.app.current_theme), "ink", marked=marked)
        return strip.adjust_cell_length(width, line_style)

    def on_resize(self) -> None:
        """Choose the columns that fit now."""
        self._place()

    def watch_show_vertical_scrollbar(self) -> None:
        """Choose the columns that fit beside the scroll bar, or without it."""
        self._place()

    def _place(self) -> None:
        self._placed = fit(self._columns, self.scrollable_content_region.width, wide=self._wide)
        self.virtual_size = Size(self.size.width, len(self._shown) + HEADER_LINES)
        self._repaint(everything=True)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Forget what was drawn: every line is another now."""
        super().watch_scroll_y(old_value, new_value)
        if round(old_value) != round(new_value):
            self._repaint(everything=True)

    def on_focus(self) -> None:
        """Show the cursor."""
        self._repaint(everything=True)

    def on_blur(self) -> None:
        """Hide the cursor."""
        self._repaint(everything=True)

    def on_click(self, event: events.Click) -> None:
        """Put the cursor on the clicked row, sort by a clicked heading; a double click opens."""
        y = event.get_content_offset_capture(self).y
        if y < HEADER_LINES:
            self._sort_at(event.get_content_offset_capture(self).x)
            return
        index = self.scroll_offset.y + y - HEADER_LINES
        if index < len(self._shown):
            self.action_move_to(index)
            if event.chain > 1:
                self.action_select()

    def _sort_at(self, x: int) -> None:
        start = 0
        for column, width in self._placed:
            if start <= x < start + width + GAP and column.sort is not None:
                if column is self._sort:
                    self.action_sort_reverse()
                else:
                    self._sort_by(column)
                return
            start += width + GAP

    def action_move(self, step: int) -> None:
        """Move the cursor by rows."""
        self.action_move_to(max(0, self._cursor + step))

    def action_page(self, pages: float) -> None:
        """Move the cursor by pages."""
        self.action_move(round(pages * max(1, self.size.height - HEADER_LINES - 1)))

    def action_move_to(self, index: int) -> None:
        """Put the cursor on a row by its place; -1 is the last."""
        last = len(self._shown) - 1
        self._cursor = max(0, last if index < 0 else min(index, last))
        top, height = self.scroll_offset.y, self.size.height - HEADER_LINES
        if self._cursor < top:
            self.scroll_to(y=self._cursor, animate=False, force=True)
        elif self._cursor >= top + height:
            self.scroll_to(y=self._cursor - height + 1, animate=False, force=True)
        self._repaint()
        self.post_message(self.Moved())

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer Enter only where a row opens something."""
        return self._opens if action == "select" else super().check_action(action, parameters)

    def action_select(self) -> None:
        """Open the row under the cursor."""
        row = self.cursor_row
        if row is not None:
            self.post_message(self.Selected(row))

    def action_sort_next(self) -> None:
        """Sort by the next column that can be sorted by, and after the last by none."""
        sortable = [column for column, _ in self._placed if column.sort is not None]
        if self._sort in sortable:
            place = sortable.index(self._sort) + 1
            following = sortable[place] if place < len(sortable) else None
        else:
            following = sortable[0] if sortable else None
        self._sort_by(following)

    def action_sort_reverse(self) -> None:
        """Turn the order round."""
        self._descending = not self._descending
        self._arrange()

    def _sort_by(self, column: Column[Row] | None) -> None:
        self._sort = column
        self._descending = column is not None and column.descending
        self._arrange()

    def action_wide(self) -> None:
        """Show or hide the columns of wide mode."""
        self._wide = not self._wide
        self._place()
