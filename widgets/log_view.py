"""Lines of a log: follows the end, folds long lines, finds patterns, keeps a bounded number."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import ClassVar

from rich.cells import cell_len, set_cell_size
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from raymon_tui.widgets.content import Content, Piece
from raymon_tui.widgets.ink import palette_of, strip
from raymon_tui.widgets.log_text import folded, shown_line

MOST_LINES = 20_000


class LogView(ScrollView, can_focus=True):
    """A window of a log. `follow` keeps the newest line in sight until the user scrolls up."""

    DEFAULT_CSS = """
    LogView { background: $background; scrollbar-size-vertical: 1; overflow-x: hidden; overflow-y: auto; }
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
        """The user is at the first line that is here."""

    class FollowChanged(Message):
        """The end is followed from now on, or no longer."""

    def __init__(self, *, follow: bool = False, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self.follow = follow
        self.folding = True
        self.dropped = 0
        self._lines: list[str] = []
        self._rows: list[tuple[int, str]] = []
        self._pattern: re.Pattern[str] | None = None

    @property
    def line_count(self) -> int:
        """How many lines are here."""
        return len(self._lines)

    @property
    def visible_text(self) -> str:
        """The lines that are seen now, whole."""
        top = self.scroll_offset.y
        seen = dict.fromkeys(index for index, _ in self._rows[top : top + self.size.height])
        return "\n".join(self._lines[index] for index in seen)

    @property
    def has_pattern(self) -> bool:
        """Whether something is being looked for."""
        return self._pattern is not None

    @property
    def match_count(self) -> int:
        """How many lines the pattern is found in."""
        pattern = self._pattern
        return 0 if pattern is None else sum(1 for line in self._lines if pattern.search(line))

    def replace(self, lines: Iterable[str]) -> None:
        """Show these lines in place of all others."""
        self._lines = [shown_line(line) for line in lines]
        self.dropped = 0
        self._trim()
        self._refold()

    def append(self, lines: Sequence[str]) -> None:
        """Add newer lines; the oldest go when there are too many."""
        if not lines:
            return
        start = len(self._lines)
        self._lines.extend(shown_line(line) for line in lines)
        if self._trim():
            self._refold()
            return
        self._rows.extend(row for index in range(start, len(self._lines)) for row in self._fold(index))
        self._resized()

    def prepend(self, lines: Sequence[str]) -> None:
        """Add older lines above; what is seen stays where it is."""
        before = len(self._rows)
        self._lines[:0] = [shown_line(line) for line in lines]
        follow, self.follow = self.follow, False
        self._refold()
        self.follow = follow
        self.scroll_to(y=self.scroll_offset.y + len(self._rows) - before, animate=False, force=True)

    def find(self, pattern: str) -> str:
        """Mark every match of a pattern; returns what is wrong with the pattern, if anything."""
        try:
            flags = re.IGNORECASE if pattern == pattern.lower() else 0
            self._pattern = re.compile(pattern, flags) if pattern else None
        except re.error as error:
            return str(error)
        self.refresh()
        return ""

    def go_to_line(self, index: int) -> None:
        """Bring a line into the middle."""
        row = next((place for place, (line, _) in enumerate(self._rows) if line >= index), 0)
        self._set_follow(on=False)
        self.scroll_to(y=max(0, row - self.size.height // 2), animate=False, force=True)

    def _trim(self) -> bool:
        excess = len(self._lines) - MOST_LINES
        if excess > 0:
            del self._lines[:excess]
            self.dropped += excess
        return excess > 0

    def _fold(self, index: int) -> list[tuple[int, str]]:
        line, width = self._lines[index], self.size.width
        if self.folding:
            return [(index, part) for part in folded(line, width)]
        return [(index, line if cell_len(line) <= width else set_cell_size(line, max(0, width - 1)) + "…")]

    def _refold(self) -> None:
        self._rows = [row for index in range(len(self._lines)) for row in self._fold(index)]
        self._resized()

    def _resized(self) -> None:
        self.virtual_size = Size(self.size.width, len(self._rows))
        if self.follow:
            self.scroll_end(animate=False, force=True, immediate=True)
        self.refresh()

    def on_resize(self) -> None:
        """Fold anew for the new width."""
        self._refold()

    def render_line(self, y: int) -> Strip:
        """Return one line of the window, matches marked."""
        width = self.size.width
        row = self.scroll_offset.y + y
        text = self._rows[row][1] if row < len(self._rows) else ""
        return strip(palette_of(self.app.current_theme), self._marked(text), width)

    def _marked(self, text: str) -> Content:
        if self._pattern is None:
            return (Piece(text),)
        pieces: list[Piece] = []
        end = 0
        for match in self._pattern.finditer(text):
            pieces += [Piece(text[end : match.start()]), Piece(match.group(), "warning", reverse=True)]
            end = match.end()
        return (*pieces, Piece(text[end:]))

    def _set_follow(self, *, on: bool) -> None:
        if on != self.follow:
            self.follow = on
            self.post_message(self.FollowChanged())

    def action_scroll_lines(self, lines: int) -> None:
        """Scroll; upwards ends following, down to the end begins it again."""
        target = self.scroll_offset.y + lines
        if target < 0 and lines < 0:
            self.post_message(self.WantsEarlier())
        self._set_follow(on=target >= self.max_scroll_y and lines > 0)
        self.scroll_to(y=max(0, target), animate=False, force=True)

    def action_scroll_pages(self, pages: float) -> None:
        """Scroll by pages."""
        self.action_scroll_lines(round(pages * max(1, self.size.height - 1)))

    def action_first(self) -> None:
        """Go to the first line that is here, and ask for earlier ones."""
        self._set_follow(on=False)
        self.scroll_home(animate=False, force=True)
        self.post_message(self.WantsEarlier())

    def action_last(self) -> None:
        """Go to the newest line and follow it."""
        self._set_follow(on=True)
        self.scroll_end(animate=False, force=True)

    def action_fold(self) -> None:
        """Fold long lines, or cut them."""
        self.folding = not self.folding
        self._refold()

    def action_next_match(self, step: int) -> None:
        """Go to the next line that matches, or the one before; past the end it begins again."""
        if self._pattern is None:
            return
        here = self.scroll_offset.y + self.size.height // 2
        current = self._rows[min(here, len(self._rows) - 1)][0] if self._rows else 0
        order = range(1, len(self._lines) + 1)
        for distance in order:
            index = (current + step * distance) % len(self._lines)
            if self._pattern.search(self._lines[index]):
                self.go_to_line(index)
                return
