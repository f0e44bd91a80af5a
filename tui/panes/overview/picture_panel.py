"""A panel whose lines are drawn by a pure function of the room that it has."""

from __future__ import annotations

from collections.abc import Callable

from textual import events
from textual.app import ComposeResult

from raymon_tui.widgets.content import Content
from raymon_tui.widgets.lines import Lines
from raymon_tui.widgets.panel import Panel

Draw = Callable[[int, int], tuple[Content, ...]]
"""Takes the width and the height in cells, and returns at most that many lines."""


class PicturePanel(Panel):
    """A titled panel; Enter or a click opens the pane that shows more."""

    DEFAULT_CSS = """
    PicturePanel Lines { height: 1fr; }
    """

    def __init__(self, title: str, pane_id: str, *, id: str) -> None:  # noqa: A002 - Textual's own name
        super().__init__(title, id=id)
        self._title = title
        self._pane_id = pane_id
        self._draw: Draw | None = None
        self._drawn = False

    def compose(self) -> ComposeResult:
        """Yield the lines."""
        yield Lines()

    def show(self, draw: Draw, aged: str = "", span: str = "", *, anew: bool = True) -> None:
        """Draw now where that is `anew` or nothing is drawn yet, and again whenever the size changes.

        `aged` says in the frame how old the picture is, where it is older than others, and `span` how much time it
        shows.
        """
        self.entitle(f"{self._title}, {span}" if span else self._title, aged)
        self._draw = draw
        if anew or not self._drawn:
            self._redraw()

    def on_resize(self) -> None:
        """Fit the picture to the new size."""
        self._redraw()

    def _redraw(self) -> None:
        width, height = self.content_size
        if self._draw is not None and width > 0 and height > 0:
            lines = self._draw(width, height)
            self._drawn = bool(lines)
            self.query_one(Lines).show(lines)

    async def on_click(self, event: events.Click) -> None:
        """Open the pane that shows more."""
        event.stop()
        await self.screen.run_action(f"screen.open('{self._pane_id}')")
