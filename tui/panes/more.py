"""More: the kinds of things that one looks at now and then, one at a time, so that only that one is asked for."""

from __future__ import annotations

from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import ContentSwitcher

from raymon_tui.cluster.feeds.feed import Feed
from raymon_tui.cluster.snapshot import Snapshot
from raymon_tui.tui.messages import FeedsChanged
from raymon_tui.tui.panes.grafana import GrafanaPane
from raymon_tui.tui.panes.objects import ObjectsPane
from raymon_tui.tui.panes.pane import Pane, dom_id
from raymon_tui.tui.panes.placement_groups import PlacementGroupsPane
from raymon_tui.tui.panes.serve import ServePane
from raymon_tui.tui.session import Session
from raymon_tui.widgets.content import Content, Piece
from raymon_tui.widgets.lines import Lines
from raymon_tui.widgets.table.column import Moment

KINDS: tuple[type[Pane], ...] = (PlacementGroupsPane, ObjectsPane, ServePane, GrafanaPane)


def kinds_of(session: Session) -> tuple[type[Pane], ...]:
    """Return the kinds that a cluster has."""
    if session.kubernetes is None:
        return KINDS
    # Imported here: other clusters need none of it.
    from raymon_tui.tui.panes.kubernetes.events import KubernetesEventsPane  # noqa: PLC0415
    from raymon_tui.tui.panes.kubernetes.objects import KubernetesPane  # noqa: PLC0415
    from raymon_tui.tui.panes.kubernetes.serve import ServiceServePane  # noqa: PLC0415

    joined = (ServiceServePane if kind is ServePane else kind for kind in KINDS)
    return (*joined, KubernetesPane, KubernetesEventsPane)


class MorePane(Pane):
    """A line that names the kinds, above the one that is open; it is made when it is first opened."""

    DEFAULT_CSS = """
    MorePane > .kinds { height: 1; width: 1fr; padding: 0 1; }
    MorePane > ContentSwitcher { height: 1fr; width: 1fr; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right_square_bracket,right", "step(1)", "next kind", key_display="]"),
        Binding("left_square_bracket,left", "step(-1)", "previous kind", show=False, key_display="["),
    ]
    pane_id: ClassVar[str] = "more"

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._kinds = kinds_of(session)
        self._open = self._kinds[0].pane_id

    @property
    def kind(self) -> Pane:
        """The kind that is open."""
        return self.query_one(f"#{dom_id(self._open)}", Pane)

    def feeds(self) -> tuple[Feed[Any], ...]:
        """Return what the open kind needs, and nothing for the others."""
        return self.kind.feeds()

    def compose(self) -> ComposeResult:
        """Yield the line and the first kind."""
        yield Lines(classes="kinds")
        with ContentSwitcher(initial=dom_id(self._open)):
            yield self._kinds[0](self.session)

    def show(self, snapshot: Snapshot, changed: frozenset[str], moment: Moment) -> None:
        """Draw the names and the open kind."""
        self.query_one(".kinds", Lines).show((_names(self._kinds, self._open),))
        self.kind.show(snapshot, changed, moment)

    def go_to(self, subject: str) -> None:
        """Open a kind, on its row that is named behind a colon; an id alone is that of a placement group."""
        name, _, row = subject.partition(":")
        kind = next((kind for kind in self._kinds if kind.pane_id == name), None)
        self.call_later(self._go_to_row, kind or PlacementGroupsPane, row if kind is not None else subject)

    async def _go_to_row(self, kind: type[Pane], row: str) -> None:
        await self._open_kind(kind)
        if row:
            # What was opened just now has no rows before it is drawn.
            self.call_after_refresh(self.kind.go_to, row)

    def take_focus(self) -> None:
        """Give the keyboard to the open kind."""
        self.kind.take_focus()

    async def action_step(self, step: int) -> None:
        """Open the kind beside the present one."""
        ids = [kind.pane_id for kind in self._kinds]
        await self._open_kind(self._kinds[(ids.index(self._open) + step) % len(ids)])

    async def _open_kind(self, kind: type[Pane]) -> None:
        if kind.pane_id == self._open:
            return
        switcher = self.query_one(ContentSwitcher)
        if not self.query(f"#{dom_id(kind.pane_id)}"):
            await switcher.mount(kind(self.session))
        self._open = kind.pane_id
        switcher.current = dom_id(kind.pane_id)
        self.take_focus()
        self.post_message(FeedsChanged())
        self.call_after_refresh(self._show_anew)

    def _show_anew(self) -> None:
        snapshot = self.session.monitor.snapshot
        moment = Moment(now=snapshot.at, ascii_only=self.session.options.ascii_only)
        self.show(snapshot, frozenset(snapshot.readings), moment)


def _names(kinds: tuple[type[Pane], ...], open_id: str) -> Content:
    pieces: list[Piece] = []
    for kind in kinds:
        if kind.pane_id == open_id:
            pieces.append(Piece(f" {kind.title} ", "accent", bold=True, reverse=True))
        else:
            pieces.append(Piece(f" {kind.title} ", "dim"))
        pieces.append(Piece(" "))
    return tuple(pieces)
