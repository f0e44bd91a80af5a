"""What Ray itself answers about one thing, as JSON."""

from __future__ import annotations

from typing import ClassVar
from urllib.parse import parse_qsl

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from raymon_tui.backends.errors import RaymonError
from raymon_tui.tui.screens.cluster_screen import ClusterScreen
from raymon_tui.tui.screens.redacted import laid_out
from raymon_tui.tui.session import Session
from raymon_tui.widgets.content import Piece, plain
from raymon_tui.widgets.lines import Lines
from raymon_tui.widgets.log_view import LogView


class RawScreen(ClusterScreen):
    """One answer of the dashboard's API; `r` asks again."""

    DEFAULT_CSS = """
    RawScreen > #title { height: 1; width: 1fr; padding: 0 1; }
    RawScreen > LogView { height: 1fr; width: 1fr; padding: 0 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,backspace", "app.pop_screen", "back"),
        Binding("r", "ask", "ask again"),
    ]

    def __init__(self, session: Session, path: str) -> None:
        super().__init__(session)
        self._path = path

    def compose_above(self) -> ComposeResult:
        """Yield the title line."""
        yield Lines(id="title")

    def compose_body(self) -> ComposeResult:
        """Yield the text."""
        yield LogView()

    def on_mount(self) -> None:
        """Ask once."""
        super().on_mount()
        self.query_one("#title", Lines).show(((Piece("GET ", "dim"), Piece(plain(self._path))),))
        self.query_one(LogView).focus()
        self.action_ask()

    @work(exclusive=True, exit_on_error=False)
    async def action_ask(self) -> None:
        """Ask, and show the answer or why there is none."""
        try:
            path, _, query = self._path.partition("?")
            lines = laid_out(await self.session.monitor.api.raw(path, parse_qsl(query)))
        except RaymonError as error:
            lines = [error.said, error.advice]
        self.query_one(LogView).replace(lines)
