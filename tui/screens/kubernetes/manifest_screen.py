"""What the API server has of one object, as YAML."""

from __future__ import annotations

from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from raymon_tui.backends.base import KubernetesObjects
from raymon_tui.backends.errors import RaymonError
from raymon_tui.tui.screens.cluster_screen import ClusterScreen
from raymon_tui.tui.screens.kubernetes.manifest_text import as_yaml
from raymon_tui.tui.session import Session
from raymon_tui.widgets.content import Piece, plain
from raymon_tui.widgets.lines import Lines
from raymon_tui.widgets.log_view import LogView


class ManifestScreen(ClusterScreen):
    """One object; `r` asks again."""

    DEFAULT_CSS = """
    ManifestScreen > #title { height: 1; width: 1fr; padding: 0 1; }
    ManifestScreen > LogView { height: 1fr; width: 1fr; padding: 0 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,backspace", "app.pop_screen", "back"),
        Binding("r", "ask", "ask again"),
    ]

    def __init__(self, session: Session, objects: KubernetesObjects, path: str) -> None:
        super().__init__(session)
        self._objects, self._path = objects, path

    def compose_above(self) -> ComposeResult:
        """Yield the title line."""
        yield Lines(id="title")

    def compose_body(self) -> ComposeResult:
        """Yield the text."""
        yield LogView()

    def on_mount(self) -> None:
        """Ask once."""
        super().on_mount()
        hidden = Piece("  values of the environment are hidden", "dim")
        self.query_one("#title", Lines).show(((Piece("YAML ", "dim"), Piece(plain(self._path)), hidden),))
        self.query_one(LogView).focus()
        self.action_ask()

    @work(exclusive=True, exit_on_error=False)
    async def action_ask(self) -> None:
        """Ask, and show the object or why it is not to be had."""
        try:
            lines = as_yaml(await self._objects.get(self._path))
        except RaymonError as error:
            lines = [error.said, error.advice]
        self.query_one(LogView).replace(lines)
