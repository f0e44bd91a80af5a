"""One object of Kubernetes in full, with its YAML behind `y`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType

from raymon_tui.cluster.kubernetes.picture import KUBERNETES
from raymon_tui.cluster.snapshot import Snapshot
from raymon_tui.tui.screens.detail_screen import DetailScreen
from raymon_tui.tui.screens.document import Section
from raymon_tui.tui.screens.kubernetes.manifest_screen import ManifestScreen
from raymon_tui.tui.session import Session
from raymon_tui.widgets.content import Piece, plain
from raymon_tui.widgets.table.column import Moment


class ObjectScreen(DetailScreen):
    """A page on the object at `path` of the API server, which is not drawn as old while Ray is lost."""

    DEFAULT_CSS = """
    ObjectScreen.-old > Lines, ObjectScreen.-old > VerticalScroll { opacity: 100%; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("y", "raw", "YAML")]

    def __init__(
        self,
        session: Session,
        kind: str,
        name: str,
        path: str,
        describe: Callable[[Snapshot, Moment], Sequence[Section] | None],
    ) -> None:
        title = (Piece(f"{kind} ", "dim"), Piece(plain(name, 80), "ink", bold=True))
        super().__init__(session, title, (KUBERNETES,), describe, raw_path=path, copied=name)
        self._path = path

    def action_raw(self) -> None:
        """Show what the API server has of it."""
        if self.session.kubernetes is not None:
            ascii_only = self.session.options.ascii_only
            self.app.push_screen(ManifestScreen(self.session.kubernetes, self._path, ascii_only=ascii_only))
