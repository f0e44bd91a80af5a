"""The second line of the main screen: the panes and their keys, the one that is open lit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from rich.cells import cell_len

from raymon_tui.widgets.content import Content, Piece


class Tab(NamedTuple):
    """One tab: its key, its title and a shorter one for narrow screens."""

    pane_id: str
    hotkey: str
    title: str
    short_title: str


class Layout(NamedTuple):
    """What each tab says, and how many cells lie between two of them: half of them belong to each where it is lit."""

    labels: tuple[str, ...]
    gap: int

    @property
    def width(self) -> int:
        """How many cells all tabs take, with one before the first and one after the last."""
        return sum(cell_len(label) for label in self.labels) + self.gap * (len(self.labels) - 1) + 2


def tab_layout(tabs: Sequence[Tab], width: int) -> Layout:
    """Return the tabs with their titles, short titles or bare keys, as fits in `width` cells."""
    titles = tuple(f"{tab.hotkey} {tab.title}" for tab in tabs)
    short_titles = tuple(f"{tab.hotkey} {tab.short_title}" for tab in tabs)
    layouts = (Layout(titles, 2), Layout(short_titles, 2), Layout(short_titles, 1))
    bare = Layout(tuple(tab.hotkey for tab in tabs), 2)
    return next((layout for layout in layouts if layout.width <= width), bare)


def tab_line(tabs: Sequence[Tab], active: str, width: int) -> Content:
    """Return the tabs as one line; the active one is lit, with a cell on each side of it."""
    labels, gap = tab_layout(tabs, width)
    pieces: list[Piece] = []
    lit_before = False
    for index, (tab, label) in enumerate(zip(tabs, labels, strict=True)):
        lit = tab.pane_id == active
        between = 1 if index == 0 else gap
        pieces.append(Piece(" " * (between - lit_before - lit)))
        key, _, title = label.partition(" ")
        if lit:
            pieces.append(Piece(f" {label} ", "accent", bold=True, reverse=True))
        else:
            pieces += [Piece(key, "faint"), Piece(f" {title}" if title else "", "dim")]
        lit_before = lit
    return tuple(piece for piece in pieces if piece.text)


def tab_at(tabs: Sequence[Tab], x: int, width: int) -> Tab | None:
    """Return the tab that is drawn at column `x`, or whose margin is."""
    labels, gap = tab_layout(tabs, width)
    end = 1
    for tab, label in zip(tabs, labels, strict=True):
        end += cell_len(label)
        if x <= end:
            return tab
        end += gap
    return None
