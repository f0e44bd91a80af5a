"""Every key that works on the screen below, made from the bindings themselves."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen

from raymon_tui.tui.chrome.footer import key_label
from raymon_tui.widgets.content import Content, Piece
from raymon_tui.widgets.lines import Lines

Group = tuple[str, tuple[tuple[str, str], ...]]

NOTES = (
    "The mouse works, and nothing needs it. While it is caught, hold Shift to mark text as the terminal does.",
    "Filter: text, !not, re:pattern; in lists of the State API also state=FAILED, which is asked of the server.",
)


SIDEWAYS = ("scroll_left", "scroll_right", "page_left", "page_right")
"""Keys that Textual gives to whatever scrolls; nothing of ours scrolls sideways."""
NOT_OURS = (*SIDEWAYS, "screen.copy_text")


def grouped(bindings: Iterable[tuple[str, Binding]], *, ascii_only: bool) -> tuple[Group, ...]:
    """Return bindings as groups of (keys, what they do), each action once, in the order of their owners."""
    groups: dict[str, dict[str, tuple[list[str], str]]] = {}
    for owner, binding in bindings:
        if not binding.description or binding.action in NOT_OURS:
            continue
        actions = groups.setdefault(owner, {})
        keys, _ = actions.setdefault(binding.action, ([], binding.description))
        label = binding.key_display or key_label(binding.key, ascii_only=ascii_only)
        if label not in keys:
            keys.append(label)
    return tuple(
        (owner, tuple((" ".join(keys), text) for keys, text in actions.values())) for owner, actions in groups.items()
    )


class HelpScreen(ModalScreen[None]):
    """The keys, over the screen that they belong to."""

    DEFAULT_CSS = """
    HelpScreen { align: center middle; background: $background 60%; }
    HelpScreen > VerticalScroll { width: 84; max-width: 100%; height: auto; max-height: 100%; padding: 0 2;
        border: round $role-track; border-title-color: $role-dim; border-subtitle-color: $role-dim;
        background: $background; scrollbar-size-vertical: 1; }
    HelpScreen Lines { height: auto; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,question_mark", "dismiss", "close"),
        Binding("j", "scroll_down_", show=False),
        Binding("k", "scroll_up_", show=False),
    ]

    def __init__(self, groups: tuple[Group, ...]) -> None:
        super().__init__()
        self._groups = groups

    def compose(self) -> ComposeResult:
        """Yield all groups in one scroll."""
        scroll = VerticalScroll(Lines(id="keys"))
        scroll.border_title = "Keys"
        scroll.border_subtitle = "j k scroll, Esc closes"
        yield scroll

    def on_mount(self) -> None:
        """Write the keys."""
        self.query_one(Lines).show(tuple(self._lines()))

    def _lines(self) -> Iterable[Content]:
        for owner, rows in self._groups:
            yield (Piece(owner, "dim"),)
            for keys, text in rows:
                yield (Piece(f"  {keys:<16}", "accent"), Piece(text))
            yield ()
        for note in NOTES:
            yield (Piece(note, "dim"),)

    def action_scroll_down_(self) -> None:
        """Scroll on."""
        self.query_one(VerticalScroll).scroll_down(animate=False)

    def action_scroll_up_(self) -> None:
        """Scroll back."""
        self.query_one(VerticalScroll).scroll_up(animate=False)
