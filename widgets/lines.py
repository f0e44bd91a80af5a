"""A few lines of text, of which only those that changed are drawn again."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest

from textual.geometry import Region, Size
from textual.strip import Strip
from textual.widget import Widget

from raymon_tui.widgets.content import Content
from raymon_tui.widgets.ink import palette_of, strip


class Lines(Widget):
    """Shows one `Content` a line; what is wider than the widget is cut at its edge."""

    DEFAULT_CSS = """
    Lines { width: 1fr; height: auto; }
    """

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id, classes=classes)
        self._lines: tuple[Content, ...] = ()

    def show(self, lines: Sequence[Content]) -> None:
        """Show these lines from now on."""
        before, self._lines = self._lines, tuple(lines)
        if len(before) != len(self._lines) and self.styles.is_auto_height:
            self.refresh(layout=True)
            return
        width = self.size.width
        changed = [
            Region(0, y, width, 1) for y, (old, new) in enumerate(zip_longest(before, self._lines)) if old != new
        ]
        if changed:
            self.refresh(*changed)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Return how many lines there are."""
        return len(self._lines)

    def render_line(self, y: int) -> Strip:
        """Return line `y`, as wide as the widget."""
        content = self._lines[y] if y < len(self._lines) else ()
        return strip(palette_of(self.app.current_theme), content, self.size.width)
