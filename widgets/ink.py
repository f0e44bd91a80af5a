"""From roles to the styles of the theme that is on: what line-drawing widgets need beside TCSS."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from rich.segment import Segment
from rich.style import Style
from textual.app import App
from textual.theme import Theme

from raymon_tui.widgets.content import Piece, Role
from raymon_tui.widgets.palette import PALETTES, Palette

_BY_NAME = {palette.name: palette for palette in PALETTES}


def palette_of(theme: Theme) -> Palette:
    """Return our palette of that name, else one made from what a foreign theme says of itself."""
    known = _BY_NAME.get(theme.name)
    if known is not None:
        return known
    base = _BY_NAME["raymon-dark" if theme.dark else "raymon-light"]
    return Palette(
        name=theme.name,
        dark=theme.dark,
        background=theme.background or base.background,
        ink=theme.foreground or base.ink,
        dim=base.dim,
        faint=base.faint,
        track=base.track,
        accent=theme.primary,
        gpu=theme.secondary or base.gpu,
        good=theme.success or base.good,
        warning=theme.warning or base.warning,
        bad=theme.error or base.bad,
    )


@lru_cache(maxsize=1024)
def style(palette: Palette, role: Role, *, bold: bool = False, reverse: bool = False, marked: bool = False) -> Style:
    """Return the style of a role; `marked` is the row under the cursor, which reads without colour too."""
    background = _rich(palette.track if marked else palette.background)
    colour = _rich(palette.colour("dim" if marked and role == "track" else role))
    return Style(color=colour, bgcolor=background, bold=bold or marked or None, reverse=reverse or None)


def _rich(colour: str) -> str:
    return colour.removeprefix("ansi_")


def segments(app: App[object], content: Iterable[Piece], *, marked: bool = False) -> list[Segment]:
    """Return pieces as segments in the colours of the theme that `app` has on."""
    palette = palette_of(app.current_theme)
    return [
        Segment(piece.text, style(palette, piece.role, bold=piece.bold, reverse=piece.reverse, marked=marked))
        for piece in content
        if piece.text
    ]
