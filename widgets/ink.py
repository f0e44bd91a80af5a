"""From roles to the styles of the theme that is on: what line-drawing widgets need beside TCSS."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.strip import Strip
from textual.theme import Theme

from raymon_tui.widgets.content import Piece, Role
from raymon_tui.widgets.palette import DARK, LIGHT, PALETTES, Palette

_BY_NAME = {palette.name: palette for palette in PALETTES}
_LIT: dict[Role, Role] = {"dim": "ink", "faint": "dim", "track": "faint"}
"""What greys become on the brighter ground of the cursor's row, so that they still read."""


def palette_of(theme: Theme) -> Palette:
    """Return the palette that `theme` was made of; our own dark or light one for any other theme."""
    return _BY_NAME.get(theme.name, DARK if theme.dark else LIGHT)


@lru_cache(maxsize=1024)
def style(palette: Palette, role: Role, *, bold: bool = False, reverse: bool = False, marked: bool = False) -> Style:
    """Return the style of a role; `marked` is the row under the cursor, which reads without colour too."""
    drawn = _LIT.get(role, role) if marked else role
    turned = marked and palette.cursor == palette.background
    if turned and drawn != "faint":
        # Turned, a colour would be a ground, on which nobody knows what reads.
        drawn = "ink"
    return Style(
        color=Color.parse(palette.colour(drawn)).rich_color,
        bgcolor=Color.parse(palette.cursor if marked else palette.background).rich_color,
        bold=bold or marked or None,
        dim=(drawn == "dim" and palette.terminal_colours) or None,
        reverse=(reverse != turned) or None,
    )


def strip(palette: Palette, content: Iterable[Piece], width: int, *, marked: bool = False) -> Strip:
    """Return pieces as a line of exactly `width` cells; `marked` is the row under the cursor, lit to its end."""
    segments = [
        Segment(piece.text, style(palette, piece.role, bold=piece.bold, reverse=piece.reverse, marked=marked))
        for piece in content
        if piece.text
    ]
    return Strip(segments).adjust_cell_length(width, style(palette, "ink", marked=marked))
