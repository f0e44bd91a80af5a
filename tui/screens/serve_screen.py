"""One application of Serve: what is known of it, above the table of its replicas."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from raymon_tui.cluster.feeds.catalogue import NODES, SERVE
from raymon_tui.cluster.feeds.feed import Feed
from raymon_tui.cluster.model.actor import Actor
from raymon_tui.cluster.model.serve import ServeApplication, ServeDeployment, ServeInstance
from raymon_tui.cluster.snapshot import Snapshot
from raymon_tui.tui.resources import serve_page
from raymon_tui.tui.resources.serve_page import ReplicaRow
from raymon_tui.tui.screens.actor_screen import ActorScreen
from raymon_tui.tui.screens.detail_screen import DetailScreen
from raymon_tui.tui.screens.document import Section
from raymon_tui.tui.screens.serve_log import open_serve_log
from raymon_tui.tui.session import Session
from raymon_tui.widgets.content import Piece, plain
from raymon_tui.widgets.table.column import Moment
from raymon_tui.widgets.table.live_table import LiveTable

RAW_PATH = "/api/serve/applications/"
GONE = Section("", text="Serve does not know the application any more. What it last said of it:", role="warning")


class ServeScreen(DetailScreen):
    """An application: its page, and its replicas. Enter opens a replica's actor, `l` its log; Tab goes to the page."""

    DEFAULT_CSS = """
    ServeScreen > VerticalScroll { height: 3fr; }
    ServeScreen > LiveTable { height: 2fr; width: 1fr; padding: 1 2 0 2; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("l", "log", "log"),
        Binding("s", "sort_next", "sort replicas"),
        Binding("S", "sort_reverse", "reverse", show=False),
        Binding("tab", "app.focus_next", "page / replicas", show=False),
    ]

    def __init__(self, session: Session, application: ServeApplication, deployment: ServeDeployment | None) -> None:
        title = (Piece("Serve application ", "dim"), Piece(plain(application.name, 80), "ink", bold=True))
        self._application = application
        self._deployment = None if deployment is None else deployment.name
        super().__init__(
            session, title, (SERVE, NODES), self._describe_application, raw_path=RAW_PATH, copied=application.name
        )

    def feeds(self) -> tuple[Feed[Any], ...]:
        """Return Serve, and the nodes, whose agents have the logs."""
        return (SERVE, NODES)

    def compose_body(self) -> ComposeResult:
        """Yield the page and the replicas."""
        yield from super().compose_body()
        yield LiveTable(serve_page.REPLICA_COLUMNS, key=serve_page.rows_key, empty="asking Serve…")

    @property
    def _table(self) -> LiveTable[ReplicaRow]:
        return self.query_one(LiveTable)

    def on_mount(self) -> None:
        """Let the keys move the replicas first, beginning with one of the deployment that was opened."""
        super().on_mount()
        self._table.focus()
        rows = serve_page.replicas_of(self._application)
        first = next((row for row in rows if row.deployment == self._deployment), None)
        if first is not None:
            self.call_after_refresh(self._table.move_to_key, serve_page.rows_key(first))

    def _describe_application(self, snapshot: Snapshot, moment: Moment) -> Sequence[Section]:
        found = snapshot.value(SERVE)
        now = None if found is None else found.applications.get(self._application.name)
        self._application = now or self._application
        page = serve_page.sections(self._application, found or ServeInstance(), moment)
        return page if now is not None or found is None else [GONE, *page]

    def show(self, snapshot: Snapshot, changed: frozenset[str], moment: Moment) -> None:
        """Write the page and the replicas anew."""
        super().show(snapshot, changed, moment)
        self._table.empty = "No replica: none was started yet, or all have ended."
        self._table.set_rows(serve_page.replicas_of(self._application), moment)

    @on(LiveTable.Selected)
    def open_actor(self, message: LiveTable.Selected[ReplicaRow]) -> None:
        """Open the actor that a replica is."""
        message.stop()
        replica = message.row.replica
        if replica.actor_id:
            actor = Actor(actor_id=replica.actor_id, name=replica.actor_name or "")
            self.app.push_screen(ActorScreen(self.session, actor))

    def action_log(self) -> None:
        """Open the log of the replica under the cursor."""
        row = self._table.cursor_row
        open_serve_log(self.app, self.session, None if row is None else row.replica)

    def action_sort_next(self) -> None:
        """Sort the replicas by the next column."""
        self._table.action_sort_next()

    def action_sort_reverse(self) -> None:
        """Turn the order round."""
        self._table.action_sort_reverse()
