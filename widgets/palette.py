"""The colours: a palette is a colour for each role, and Textual's themes are made of palettes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import get_args

from textual.theme import Theme

from raymon_tui.widgets.content import Role

ROLES: tuple[Role, ...] = get_args(Role)


@dataclass(frozen=True)
class Palette:
    """One look: the ground that all stands on, and a colour for each role (`#rrggbb`, or one of the terminal's own)."""

    name: str
    dark: bool
    background: str
    ink: str
    dim: str
    faint: str
    track: str
    accent: str
    gpu: str
    good: str
    warning: str
    bad: str

    def colour(self, role: Role) -> str:
        """Return the colour of a role."""
        return str(getattr(self, role))


DARK = Palette(
    name="raymon-dark",
    dark=True,
    background="#14171c",
    ink="#d7dae0",
    dim="#7f8794",
    faint="#4b5260",
    track="#30353e",
    accent="#7aa2d6",
    gpu="#b294d6",
    good="#8fbf7f",
    warning="#e0b15c",
    bad="#e06c75",
)
LIGHT = Palette(
    name="raymon-light",
    dark=False,
    background="#fbfbf9",
    ink="#23272e",
    dim="#646b76",
    faint="#a3a9b3",
    track="#d5d9df",
    accent="#2f62a8",
    gpu="#7a4fa8",
    good="#3d7a2e",
    warning="#8f6110",
    bad="#b8303c",
)
TERMINAL = Palette(
    name="raymon-terminal",
    dark=True,
    background="ansi_default",
    ink="ansi_default",
    dim="ansi_white",
    faint="ansi_bright_black",
    track="ansi_bright_black",
    accent="ansi_blue",
    gpu="ansi_magenta",
    good="ansi_green",
    warning="ansi_yellow",
    bad="ansi_red",
)
PALETTES = (DARK, LIGHT, TERMINAL)


def themes() -> tuple[Theme, ...]:
    """Return a Textual theme for each palette; TCSS finds the roles as `$role-dim` and so on."""
    return tuple(_theme(palette) for palette in PALETTES)


def _theme(palette: Palette) -> Theme:
    variables = {f"role-{role}": palette.colour(role) for role in ROLES}
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
        variables=variables | {"scrollbar": palette.track, "scrollbar-background": palette.background},
    )
