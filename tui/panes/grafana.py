"""Grafana: the dashboards that Ray generates, and those of a Grafana, each drawn from what Prometheus says."""

from __future__ import annotations

from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from raymon_tui.backends.errors import RaymonError
from raymon_tui.cluster.feeds.catalogue import VERSION
from raymon_tui.cluster.grafana.library import Listed
from raymon_tui.cluster.snapshot import Snapshot
from raymon_tui.tui.grafana.questions import questions_on
from raymon_tui.tui.grafana.services import Services
from raymon_tui.tui.panes.filter_bar import FilterBar
from raymon_tui.tui.panes.filtered_table import FilteredTable
from raymon_tui.tui.panes.pane import Pane
from raymon_tui.tui.resources import dashboards
from raymon_tui.tui.resources.services import service_lines
from raymon_tui.tui.screens.dashboard_screen import DashboardScreen
from raymon_tui.tui.session import Session
from raymon_tui.widgets.content import plain
from raymon_tui.widgets.lines import Lines
from raymon_tui.widgets.table.column import Moment
from raymon_tui.widgets.table.live_table import LiveTable

LOOK_AGAIN_S = 30.0


class GrafanaPane(Pane, FilteredTable[Listed]):
    """How Prometheus and Grafana are, above the list of dashboards."""

    DEFAULT_CSS = """
    GrafanaPane > .services { height: auto; width: 1fr; padding: 0 1 1 1; }
    GrafanaPane > LiveTable { height: 1fr; width: 1fr; padding: 0 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "filter", "filter"),
        Binding("s", "sort_next", "sort"),
        Binding("S", "sort_reverse", "reverse", show=False),
        Binding("escape", "clear_filter", "clear filter", show=False),
        Binding("c", "copy", "copy title", show=False),
        Binding("r", "look", "look again", show=False),
    ]
    pane_id: ClassVar[str] = "grafana"
    title: ClassVar[str] = "Grafana"

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._services = Services(session)

    def compose(self) -> ComposeResult:
        """Yield the lines on the services, the filter, and the list."""
        yield Lines(classes="services")
        yield FilterBar()
        yield LiveTable(dashboards.COLUMNS, key=_key, empty="looking for dashboards…")

    def copied(self, row: Listed) -> str:
        """Return the title of the dashboard."""
        return row.title

    def on_mount(self) -> None:
        """Look what there is."""
        self.action_look()
        self.set_interval(LOOK_AGAIN_S, self._look_again)

    async def on_unmount(self) -> None:
        """Give back the connection to Grafana."""
        await self._services.aclose()

    def _look_again(self) -> None:
        if self.screen.is_current:
            self.action_look()

    @work(exclusive=True, group="look")
    async def action_look(self) -> None:
        """Look for Prometheus, Grafana and dashboards, and show each as it is found."""
        async for _ in self._services.look():
            self._draw()

    def show(self, snapshot: Snapshot, changed: frozenset[str], moment: Moment) -> None:
        """Draw what is known."""
        self._draw()

    def _draw(self) -> None:
        if not self.query(LiveTable):
            # Something may still be found while the screen is being taken apart.
            return
        moment = Moment(now=self.session.now(), ascii_only=self.session.options.ascii_only)
        width = max(10, self.size.width - 2)
        self.query_one(".services", Lines).show(service_lines(self._services, width, ascii_only=moment.ascii_only))
        if self._services.looked:
            self.table.empty = "no dashboards"
        self.table.set_rows(self._services.dashboards, moment)

    def take_focus(self) -> None:
        """Give the keyboard to the list."""
        self.focus_table()

    @on(LiveTable.Selected)
    @work(exclusive=True, group="open")
    async def open_dashboard(self, message: LiveTable.Selected[Listed]) -> None:
        """Show the chosen dashboard; one of Grafana's is read only now."""
        message.stop()
        try:
            dashboard = await self._services.read(message.row)
            api, asked = await self._services.asked_for(message.row, dashboard)
        except RaymonError as failure:
            self.app.notify(plain(f"{failure.said}. {failure.advice}", 300), severity="error", markup=False)
            return
        version = self.session.monitor.snapshot.value(VERSION)
        questions = questions_on(dashboard, api, version.session_name if version is not None else "")
        self.app.push_screen(DashboardScreen(self.session, questions, asked))


def _key(row: Listed) -> str:
    return f"{row.origin} {row.uid}"
