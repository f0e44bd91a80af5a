"""The colours: a palette is a colour for each role, and Textual's themes are made of palettes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import get_args

from textual.theme import Theme

from raymon_tui.widgets.content import Role

ROLES: tuple[Role, ...] = get_args(Role)


@dataclass(frozen=True)
class Palette:
    """One look: the ground that all stands on, and a colour for each role (`#rrggbb`, or one of the terminal's own).

    `calm` is `good` in quantity: a long line of what is as it should be. `cursor` is the ground of the row under
    the cursor; where it is `background`, that row is drawn in reverse. The curves of a chart take `accent`, then
    `curve2` and so on, none of which is the colour of a state.
    """

    name: str
    dark: bool
    background: str
    cursor: str
    ink: str
    dim: str
    faint: str
    track: str
    accent: str
    gpu: str
    good: str
    calm: str
    warning: str
    bad: str
    curve2: str
    curve3: str
    curve4: str
    curve5: str
    curve6: str

    def colour(self, role: Role) -> str:
        """Return the colour of a role."""
        return str(getattr(self, role))

    @property
    def terminal_colours(self) -> bool:
        """Whether these are the terminal's own colours, whatever they are there."""
        return self.background.startswith("ansi_")


# Greys are nearly colourless: beyond a saturation of 15% a terminal of 256 colours makes teal or navy of them.
DARK = Palette(
    name="raymon-dark",
    dark=True,
    background="#14171c",
    cursor="#26292f",
    ink="#d7dae0",
    dim="#7f8794",
    faint="#4b5260",
    track="#30353e",
    accent="#7aa2d6",
    gpu="#b294d6",
    good="#8fbf7f",
    calm="#5f875f",
    warning="#e0b15c",
    bad="#e06c75",
    curve2="#d7875f",
    curve3="#5fafaf",
    curve4="#d787d7",
    curve5="#afaf5f",
    curve6="#d7d7af",
)
LIGHT = Palette(
    name="raymon-light",
    dark=False,
    background="#fbfbf9",
    cursor="#e4e7ea",
    ink="#23272e",
    dim="#646b76",
    faint="#a3a9b3",
    track="#d5d9df",
    accent="#2f62a8",
    gpu="#6f42a0",
    good="#257028",
    calm="#87af87",
    warning="#855a0e",
    bad="#a82833",
    curve2="#5f005f",
    curve3="#005f5f",
    curve4="#af00af",
    curve5="#5f5f00",
    curve6="#5f5f87",
)
# Of its own greys a terminal promises nothing, so what is dim here is the text's own colour with the dim attribute.
TERMINAL = Palette(
    name="raymon-terminal",
    dark=True,
    background="ansi_default",
    cursor="ansi_default",
    ink="ansi_default",
    dim="ansi_default",
    faint="ansi_bright_black",
    track="ansi_bright_black",
    accent="ansi_blue",
    gpu="ansi_magenta",
    good="ansi_green",
    calm="ansi_green",
    warning="ansi_yellow",
    bad="ansi_red",
    curve2="ansi_cyan",
    curve3="ansi_bright_magenta",
    curve4="ansi_bright_cyan",
    curve5="ansi_white",
    curve6="ansi_bright_blue",
)
PALETTES = (DARK, LIGHT, TERMINAL)


def themes() -> tuple[Theme, ...]:
    """Return a Textual theme for each palette; TCSS finds the roles as `$role-dim` and so on.

    The one of the terminal's colours needs an `App` that does not set `ansi_color` itself.
    """
    return tuple(_theme(palette) for palette in PALETTES)


def _theme(palette: Palette) -> Theme:
    roles = {f"role-{role}": palette.colour(role) for role in ROLES}
    return Theme(
        name=palette.name,
        primary=palette.accent,
        secondary=palette.gpu,
        accent=palette.accent,
        success=palette.good,
        warning=palette.warning,
        error=palette.bad,
        foreground=palette.ink,
        background=palette.background,
        surface=palette.background,
        panel=palette.background,
        dark=palette.dark,
        ansi=palette.terminal_colours,
        variables={**roles, **_furniture(palette), **(_TERMINAL_VARIABLES if palette.terminal_colours else {})},
    )


def _furniture(palette: Palette) -> dict[str, str]:
    """Return the colours of Textual's own parts: scroll bars, and the chosen line of a list."""
    return {
        "scrollbar": palette.track,
        "scrollbar-hover": palette.faint,
        "scrollbar-active": palette.dim,
        "scrollbar-background": palette.background,
        "scrollbar-background-hover": palette.background,
        "scrollbar-background-active": palette.background,
        "border": palette.track,
        "border-blurred": palette.track,
    }


# What a Textual theme of terminal colours has to say beyond others; reverse reads on whatever ground there is.
_TERMINAL_VARIABLES = {
    "ansi-background": "ansi_default",
    "ansi-foreground": "ansi_default",
    "block-cursor-foreground": "ansi_default",
    "block-cursor-background": "ansi_default",
    "block-cursor-text-style": "reverse",
    "input-cursor-text-style": "reverse",
}
