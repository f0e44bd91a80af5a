"""The palettes: what must be read can be read, in true colour and where a terminal has 256."""

from __future__ import annotations

import pytest
from rich.color import Color, ColorSystem
from rich.color_triplet import ColorTriplet
from textual.app import App, ComposeResult

from raymon_tui.widgets.content import Piece, Role
from raymon_tui.widgets.ink import palette_of, strip, style
from raymon_tui.widgets.palette import DARK, LIGHT, PALETTES, ROLES, TERMINAL, Palette, themes
from raymon_tui.widgets.panel import Panel

READ: tuple[Role, ...] = (*("ink", "dim", "accent", "gpu", "good", "warning", "bad"), *ROLES[10:])
"""Faint and track are for what need not be read: zeros, and the rest of a meter."""

OURS = pytest.mark.parametrize("palette", [DARK, LIGHT], ids=lambda palette: palette.name)


def _luminance(colour: ColorTriplet) -> float:
    channels = [value / 255 for value in colour]
    linear = [value / 12.92 if value <= 0.03928 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(one: ColorTriplet, other: ColorTriplet) -> float:
    bright, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def _drawn_with(colour: Color | None, system: ColorSystem) -> ColorTriplet:
    assert colour is not None
    return colour.downgrade(system).get_truecolor()


@OURS
@pytest.mark.parametrize("role", READ)
@pytest.mark.parametrize("system", [ColorSystem.TRUECOLOR, ColorSystem.EIGHT_BIT])
def test_what_must_be_read_stands_out_from_its_ground(palette: Palette, role: Role, system: ColorSystem) -> None:
    drawn = style(palette, role)
    assert _contrast(_drawn_with(drawn.color, system), _drawn_with(drawn.bgcolor, system)) >= 4.5


@OURS
@pytest.mark.parametrize("role", READ)
@pytest.mark.parametrize(("system", "least"), [(ColorSystem.TRUECOLOR, 4.5), (ColorSystem.EIGHT_BIT, 4.0)])
def test_it_stands_out_in_the_row_under_the_cursor_too(
    palette: Palette, role: Role, system: ColorSystem, least: float
) -> None:
    drawn = style(palette, role, marked=True)
    assert _contrast(_drawn_with(drawn.color, system), _drawn_with(drawn.bgcolor, system)) >= least


@OURS
def test_greys_stay_grey_and_apart_where_there_are_256_colours(palette: Palette) -> None:
    greys = [_drawn_with(Color.parse(palette.colour(role)), ColorSystem.EIGHT_BIT) for role in ROLES[:4]]
    assert all(max(grey) == min(grey) for grey in greys)
    assert len({*greys, _drawn_with(Color.parse(palette.cursor), ColorSystem.EIGHT_BIT)}) == 5


@OURS
def test_states_differ_in_colour_where_there_are_256(palette: Palette) -> None:
    states = [_drawn_with(Color.parse(palette.colour(role)), ColorSystem.EIGHT_BIT) for role in ROLES[4:]]
    assert len(set(states)) == len(states)


def test_the_terminals_own_colours_are_all_that_its_theme_uses() -> None:
    for role in ROLES:
        colour = style(TERMINAL, role).color
        assert colour is not None
        assert colour.triplet is None


@pytest.mark.parametrize("palette", PALETTES, ids=lambda palette: palette.name)
def test_the_row_under_the_cursor_is_bold_or_turned_whatever_the_colours(palette: Palette) -> None:
    marked = style(palette, "ink", marked=True)
    assert marked.bold
    assert marked.reverse or marked.bgcolor != style(palette, "ink").bgcolor


class ThemedApp(App[None]):
    def __init__(self) -> None:
        super().__init__()
        for theme in themes():
            self.register_theme(theme)
        self.theme = DARK.name

    def compose(self) -> ComposeResult:
        yield Panel("a panel")


async def test_the_theme_can_be_changed_while_the_program_runs() -> None:
    app = ThemedApp()
    async with app.run_test() as pilot:
        for palette in PALETTES:
            app.theme = palette.name
            await pilot.pause()
            assert palette_of(app.current_theme) == palette
            assert app.native_ansi_color == (palette is TERMINAL)
            (segment,) = strip(palette_of(app.current_theme), (Piece("text", "bad"),), 4)
            assert segment.style == style(palette, "bad")
