"""What the API server has of one object, as YAML."""

from __future__ import annotations

from typing import ClassVar

from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import Screen

from raymon_tui.backends.base import KubernetesObjects
from raymon_tui.backends.errors import RaymonError
from raymon_tui.tui.chrome.footer import footer_line
from raymon_tui.tui.messages import SaveWanted
from raymon_tui.tui.panes.filter_bar import FilterBar
from raymon_tui.tui.screens.findable_text import FindableText
from raymon_tui.tui.screens.kubernetes.manifest_text import as_yaml
from raymon_tui.widgets.content import Piece, plain
from raymon_tui.widgets.lines import Lines
from raymon_tui.widgets.log_view import LogView


class ManifestScreen(Screen[None], FindableText):
    """One object, over a list of many as over a cluster; `r` asks again."""

    DEFAULT_CSS = """
    ManifestScreen { layout: vertical; background: $background; }
    ManifestScreen > Lines { height: 1; width: 1fr; padding: 0 1; }
    ManifestScreen > LogView { height: 1fr; width: 1fr; padding: 0 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,backspace", "back", "back"),
        Binding("slash", "find", "find"),
        Binding("r", "ask", "ask again"),
        Binding("c", "copy", "copy"),
        Binding("ctrl+s", "save", "save"),
    ]
    first_match: ClassVar[int] = 1

    def __init__(self, objects: KubernetesObjects, path: str, *, ascii_only: bool) -> None:
        super().__init__()
        self._objects, self._path, self._ascii_only = objects, path, ascii_only

    def compose(self) -> ComposeResult:
        """Yield title, text, the line in which a pattern is typed, and the keys."""
        yield Lines(id="title")
        yield LogView()
        yield FilterBar("pattern to find; n and N go on")
        yield Lines(id="footer")

    def on_mount(self) -> None:
        """Ask once."""
        self.bindings_updated_signal.subscribe(self, lambda _screen: self.draw_footer())
        hidden = Piece("  what was given in confidence is hidden", "dim")
        self.query_one("#title", Lines).show(((Piece("YAML ", "dim"), Piece(plain(self._path)), hidden),))
        self.log_view.focus()
        self.draw_footer()
        self.action_ask()

    @on(events.Resize)
    def draw_footer(self) -> None:
        """Draw the keys that work."""
        if self.is_mounted and self.is_current:
            bindings = [active.binding for active in self.active_bindings.values() if active.enabled]
            line = footer_line(bindings, max(1, self.size.width - 2), ascii_only=self._ascii_only)
            self.query_one("#footer", Lines).show((line,))

    @work(exclusive=True, exit_on_error=False)
    async def action_ask(self) -> None:
        """Ask, and show the object or why it is not to be had."""
        try:
            lines = as_yaml(await self._objects.get(self._path))
        except RaymonError as error:
            lines = [error.said, error.advice]
        if self.query(LogView):
            self.log_view.replace(lines)

    def action_copy(self) -> None:
        """Copy all of it to the terminal's clipboard (OSC 52)."""
        self.app.copy_to_clipboard(self.log_view.text)
        self.app.notify("copied", timeout=2)

    def action_save(self) -> None:
        """Save it as a file."""
        text = self.log_view.text
        self.post_message(SaveWanted(self._path.rsplit("/", 1)[-1], "yaml", lambda: text))
