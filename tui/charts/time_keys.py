"""The keys by which a chart that stands alone is moved in time, and the words on where one is."""

from __future__ import annotations

from textual.binding import Binding

from raymon_tui.tui.charts.window import Window
from raymon_tui.tui.chrome.arrange import Part
from raymon_tui.tui.resources.cells import clock
from raymon_tui.widgets.content import Piece

TIME_KEYS = (
    Binding("escape,backspace", "back", "back"),
    Binding("h,left", "cursor(-1)", "cursor"),
    Binding("l,right", "cursor(1)", "cursor", show=False),
    Binding("H,shift+left", "cursor(-10)", "cursor far", show=False),
    Binding("L,shift+right", "cursor(10)", "cursor far", show=False),
    Binding("comma", "span(-1)", "zoom in"),
    Binding("full_stop", "span(1)", "zoom out"),
    Binding("left_square_bracket", "pan(-1)", "earlier", key_display="["),
    Binding("right_square_bracket", "pan(1)", "later", key_display="]"),
)


def place_parts(window: Window, start: float, end: float, cursor_at: float | None) -> list[Part]:
    """Return how much time is drawn, from when to when where that is not up to now, and where the cursor is."""
    parts = [Part((Piece(window.words, "ink", bold=True),))]
    if window.end is not None:
        parts.append(Part((Piece(f"{clock(start)} to {clock(end)}", "dim"),), 2))
    if cursor_at is not None:
        parts.append(Part((Piece(f"cursor at {clock(cursor_at)}", "accent"),), 1))
    return parts
