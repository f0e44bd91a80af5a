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


def tab_texts(tabs: Sequence[Tab], width: int) -> list[str]:
    """Return each tab's text, short titles or bare keys where the whole would not fit in `width` cells."""
    candidates = (
        [f" {tab.hotkey} {tab.title} " for tab in tabs],
        [f" {tab.hotkey} {tab.short_title} " for tab in tabs],
        [f"{tab.hotkey} {tab.short_title} " for tab in tabs],
        [f" {tab.hotkey} " for tab in tabs],
    )
    for texts in candidates:
        if sum(cell_len(text) for text in texts) <= width:
            return texts
    return list(candidates[-1])


def tab_line(tabs: Sequence[Tab], active: str, width: int) -> Content:
    """Return the tabs as one line; the active one is lit."""
    pieces: list[Piece] = []
    for tab, text in zip(tabs, tab_texts(tabs, width), strict=True):
        if tab.pane_id == active:
            pieces.append(Piece(text, "accent", bold=True, reverse=True))
            continue
        key, _, title = text.strip().partition(" ")
        lead = " " if text.startswith(" ") else ""
        pieces += [Piece(f"{lead}{key} ", "faint"), Piece(title + text[len(text.rstrip()) :], "dim")]
    return tuple(pieces)


def tab_at(tabs: Sequence[Tab], x: int, width: int) -> Tab | None:
    """Return the tab that is drawn at column `x`."""
    start = 0
    for tab, text in zip(tabs, tab_texts(tabs, width), strict=True):
        start += cell_len(text)
        if x < start:
            return tab
    return None
