"""Lines of a log: follows the end, folds long lines, finds patterns, keeps a bounded number."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from raymon_tui.widgets.content import Content, Piece
from raymon_tui.widgets.folded_lines import FoldedLines
from raymon_tui.widgets.ink import palette_of, strip

WHEEL_LINES = 3


class LogView(ScrollView, can_focus=True):
    """A window of a log. `follow` keeps the newest line in sight until the user scrolls up.

    `more_below` says that this is not the end of the log: then going on downwards asks for what comes, and does not
    follow.
    """

    DEFAULT_CSS = """
    LogView { background: $background; scrollbar-size-vertical: 1; scrollbar-gutter: stable; overflow-x: hidden;
        overflow-y: auto; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j,down", "scroll_lines(1)", "down", show=False),
        Binding("k,up", "scroll_lines(-1)", "up", show=False),
        Binding("ctrl+f,pagedown", "scroll_pages(1.0)", "page down", show=False),
        Binding("ctrl+b,pageup", "scroll_pages(-1.0)", "page up", show=False),
        Binding("ctrl+d", "scroll_pages(0.5)", "half a page down", show=False),
        Binding("ctrl+u", "scroll_pages(-0.5)", "half a page up", show=False),
        Binding("g,home", "first", "first line", show=False),
        Binding("G,end", "last", "last line, follow", show=False),
        Binding("w", "fold", "wrap", show=False),
        Binding("n", "next_match(1)", "next match", show=False),
        Binding("N", "next_match(-1)", "previous match", show=False),
    ]

    class WantsEarlier(Message):
        """The user is at the first line that is here; `first` where they want the very first one of the log."""

        def __init__(self, *, first: bool = False) -> None:
            super().__init__()
            self.first = first

    class WantsLater(Message):
        """The user is at the last line that is here, and there are later ones."""

    class FollowChanged(Message):
        """The end is followed from now on, or no longer."""

    def __init__(self, *, follow: bool = False, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self.follow = follow
        self.more_below = False
        self._lines = FoldedLines()
        self._pattern: re.Pattern[str] | None = None
        self._current: int | None = None

    @property
    def _width(self) -> int:
        """How many cells a line has, beside the scroll bar, whose place is kept free."""
        return self.scrollable_content_region.width

    @property
    def line_count(self) -> int:
        """How many lines are here."""
        return self._lines.count

    @property
    def dropped(self) -> int:
        """How many of the oldest lines went because there were too many."""
        return self._lines.dropped

    @property
    def visible_text(self) -> str:
        """The lines that are seen now, whole."""
        top = self.scroll_offset.y
        seen = dict.fromkeys(row.line for row in self._lines.rows[top : top + self.size.height])
        return "\n".join(self._lines.text(number) for number in seen)

    @property
    def text(self) -> str:
        """All lines that are here, whole."""
        return "".join(f"{self._lines.text(number)}\n" for number in self._lines.numbers)

    @property
    def has_pattern(self) -> bool:
        """Whether something is being looked for."""
        return self._pattern is not None

    @property
    def match_count(self) -> int:
        """How many lines the pattern is found in."""
        return 0 if self._pattern is None else self._lines.matching(self._pattern)

    def replace(self, lines: Iterable[str], unfinished: str = "") -> None:
        """Show these lines in place of all others; `unfinished` is the last one, as far as it is written."""
        self._lines.replace(lines, unfinished)
        self._current = None
        self._resized()

    def append(self, lines: Sequence[str], unfinished: str = "") -> None:
        """Add newer lines in place of an unfinished one; the oldest go when there are too many."""
        gone = self._lines.append(lines, unfinished)
        self._resized()
        if gone and not self.follow:
            self._scroll(self.scroll_offset.y - gone)

    def prepend(self, lines: Sequence[str]) -> None:
        """Add older lines above; what is seen stays where it is."""
        added = self._lines.prepend(lines)
        follow, self.follow = self.follow, False
        self._resized()
        self.follow = follow
        self._scroll(self.scroll_offset.y + added)

    def find(self, pattern: str) -> str:
        """Mark every match of a pattern; returns what is wrong with the pattern, if anything."""
        try:
            flags = re.IGNORECASE if pattern == pattern.lower() else 0
            self._pattern = re.compile(pattern, flags) if pattern else None
        except re.error as error:
            return str(error)
        self._current = None
        self.refresh()
        return ""

    def go_to_line(self, index: int) -> None:
        """Bring the line at a place among those that are here into the middle."""
        if self._lines.count:
            self._show_line(self._lines.numbers[min(index, self._lines.count - 1)])

    def _show_line(self, number: int) -> None:
        self._set_follow(on=False)
        self._current = number
        self._scroll(self._lines.row_of(number) - self.size.height // 2)
        self.refresh()

    def _scroll(self, row: int) -> None:
        self.scroll_to(y=max(0, row), animate=False, force=True, immediate=True)

    def _resized(self) -> None:
        self.virtual_size = Size(self._width, len(self._lines.rows))
        if self.follow:
            self.scroll_end(animate=False, force=True, immediate=True)
        self.refresh()

    def on_resize(self) -> None:
        """Fold anew for the new width; the line at the top stays there."""
        rows, top = self._lines.rows, self.scroll_offset.y
        first = rows[top].line if top < len(rows) else None
        self._lines.fold(self._width)
        self._resized()
        if first is not None and not self.follow:
            self._scroll(self._lines.row_of(first))

    def render_line(self, y: int) -> Strip:
        """Return one line of the window, matches marked."""
        rows, place = self._lines.rows, self.scroll_offset.y + y
        content = self._marked(rows[place].text, rows[place].line) if place < len(rows) else ()
        return strip(palette_of(self.app.current_theme), content, self._width)

    def _marked(self, text: str, number: int) -> Content:
        if self._pattern is None:
            return (Piece(text, bold=number == self._current),)
        pieces: list[Piece] = []
        end = 0
        for match in self._pattern.finditer(text):
            found = Piece(match.group(), "accent" if number == self._current else "warning", reverse=True)
            pieces += [Piece(text[end : match.start()]), found]
            end = match.end()
        return (*pieces, Piece(text[end:]))

    def _set_follow(self, *, on: bool) -> None:
        if on != self.follow:
            self.follow = on
            self.post_message(self.FollowChanged())

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Scroll as the keys do, which ends following."""
        event.stop()
        event.prevent_default()
        self.action_scroll_lines(-WHEEL_LINES)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Scroll as the keys do."""
        event.stop()
        event.prevent_default()
        self.action_scroll_lines(WHEEL_LINES)

    def action_scroll_lines(self, lines: int) -> None:
        """Scroll; upwards ends following, down to the end begins it again."""
        target = self.scroll_offset.y + lines
        at_end = target >= self.max_scroll_y and lines > 0
        if target < 0 and lines < 0:
            self.post_message(self.WantsEarlier())
        if at_end and self.more_below:
            self.post_message(self.WantsLater())
        self._set_follow(on=at_end and not self.more_below)
        self._scroll(target)

    def action_scroll_pages(self, pages: float) -> None:
        """Scroll by pages."""
        self.action_scroll_lines(round(pages * max(1, self.size.height - 1)))

    def action_first(self) -> None:
        """Go to the first line that is here, and ask for the first one of all."""
        self._set_follow(on=False)
        self._scroll(0)
        self.post_message(self.WantsEarlier(first=True))

    def action_last(self) -> None:
        """Go to the newest line and follow it."""
        self._set_follow(on=True)
        self.scroll_end(animate=False, force=True)

    def action_fold(self) -> None:
        """Fold long lines, or cut them."""
        self._lines.folding = not self._lines.folding
        self.on_resize()

    def action_next_match(self, step: int) -> None:
        """Go to the next line that matches, or the one before; past the end it begins again."""
        if self._pattern is None or not self._lines.count:
            return
        found = self._lines.next_match(self._pattern, self._place(), step)
        if found is not None:
            self._show_line(found)

    def _place(self) -> int:
        """Return the line from which one goes on: the last match where it is in sight, else the one in the middle."""
        top, rows = self.scroll_offset.y, self._lines.rows
        seen = rows[top : top + self.size.height]
        if self._current is not None and any(row.line == self._current for row in seen):
            return self._current
        return seen[len(seen) // 2].line if seen else self._lines.numbers[-1]
