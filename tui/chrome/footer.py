"""The last line of every screen: the keys that work here, made from the bindings themselves."""

from __future__ import annotations

from collections.abc import Iterable

from textual.binding import Binding
from textual.keys import format_key

from raymon_tui.tui.chrome.arrange import Part, arrange
from raymon_tui.widgets.content import Content, Piece

_GLYPHS = {
    "enter": "⏎",
    "escape": "Esc",
    "space": "Space",
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
    "home": "Home",
    "end": "End",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "tab": "Tab",
    "shift+tab": "Shift-Tab",
    "backspace": "Backspace",
}
_ASCII = {"⏎": "Enter", "↑": "Up", "↓": "Down", "←": "Left", "→": "Right"}


def key_label(key: str, *, ascii_only: bool = False) -> str:
    """Return a key as it is drawn: `⏎`, `^S`, `/`."""
    if key.startswith("ctrl+"):
        return "^" + key_label(key[5:], ascii_only=ascii_only).upper()
    label = _GLYPHS.get(key) or format_key(key)
    return _ASCII.get(label, label) if ascii_only else label


def footer_line(bindings: Iterable[Binding], width: int, *, ascii_only: bool = False) -> Content:
    """Return the shown bindings side by side, as many as `width` cells hold; help and quit stay longest."""
    parts: list[Part] = []
    seen: set[str] = set()
    for order, binding in enumerate(bindings):
        if not binding.show or not binding.description or binding.action in seen:
            continue
        seen.add(binding.action)
        label = binding.key_display or key_label(binding.key.split(",")[0], ascii_only=ascii_only)
        stays = binding.action in ("app.help", "help", "app.quit", "quit")
        parts.append(Part((Piece(label, "accent"), Piece(f" {binding.description}", "dim")), 0 if stays else order + 1))
    parts.sort(key=lambda part: part.priority == 0)
    return arrange(parts, (), width, gap=3)
