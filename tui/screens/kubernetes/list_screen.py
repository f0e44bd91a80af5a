"""All objects of KubeRay that one may see; Enter opens one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import ClassVar

from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.screen import Screen

from raymon_tui.backends.base import KubernetesObjects
from raymon_tui.backends.kuberay import KINDS
from raymon_tui.cluster.findings.wording import several
from raymon_tui.cluster.kubernetes import paths
from raymon_tui.cluster.kubernetes.listing import ListedObject, RayObjects
from raymon_tui.tui.chrome.arrange import Part, arrange
from raymon_tui.tui.chrome.footer import footer_line
from raymon_tui.tui.panes.filter_bar import FilterBar
from raymon_tui.tui.panes.filtered_table import FilteredTable
from raymon_tui.tui.panes.kubernetes.unread import unread_lines
from raymon_tui.tui.resources.kubernetes.listed import COLUMNS
from raymon_tui.tui.screens.kubernetes.manifest_screen import ManifestScreen
from raymon_tui.widgets.content import Content, Piece, plain
from raymon_tui.widgets.lines import Lines
from raymon_tui.widgets.states import WARNING, glyph
from raymon_tui.widgets.table.column import Moment
from raymon_tui.widgets.table.live_table import LiveTable

LOOK_EVERY_S = 0.5
NO_KUBERAY = "KubeRay is not installed in this cluster: its API server knows no RayCluster."


class KubernetesListScreen(Screen[None], FilteredTable[ListedObject]):
    """The live list, and why something is not in it."""

    DEFAULT_CSS = """
    KubernetesListScreen { layout: vertical; background: $background; }
    KubernetesListScreen > Lines { height: auto; width: 1fr; padding: 0 1; }
    KubernetesListScreen > #list-footer { height: 1; }
    KubernetesListScreen > LiveTable { height: 1fr; width: 1fr; padding: 0 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "filter", "filter"),
        Binding("escape", "clear_filter", "clear filter", show=False),
        Binding("s", "sort_next", "sort"),
        Binding("S", "sort_reverse", "reverse", show=False),
        Binding("y", "yaml", "YAML"),
        Binding("0", "everywhere", "all namespaces"),
        Binding("w", "wide", "wide", show=False),
        Binding("c", "copy", "copy name", show=False),
    ]

    class Chosen(Message):
        """The user wants to watch this one."""

        def __init__(self, row: ListedObject) -> None:
            super().__init__()
            self.row = row

    def __init__(
        self, objects: KubernetesObjects, namespace: str, clock: Callable[[], float], *, ascii_only: bool
    ) -> None:
        """Take whom to ask, and the namespace ("" for all of them)."""
        super().__init__()
        self._objects, self._clock, self._ascii_only = objects, clock, ascii_only
        self._home = namespace
        self._listing = RayObjects(objects, namespace, clock)
        self._drawn = -1

    def compose(self) -> ComposeResult:
        """Yield title, filter, table, what is missing, and the keys."""
        yield Lines(id="list-title")
        yield FilterBar()
        yield LiveTable(COLUMNS, key=_key, empty="asking Kubernetes…")
        yield Lines(id="list-standing")
        yield Lines(id="list-footer")

    def copied(self, row: ListedObject) -> str:
        """Return the name of the object."""
        return row.name

    def on_mount(self) -> None:
        """Watch for as long as the program runs, and look at what came of it."""
        self.bindings_updated_signal.subscribe(self, lambda _screen: self.draw_footer())
        self.table.focus()
        self.watch_objects()
        self.set_interval(LOOK_EVERY_S, self.look)
        self.look()

    @work(exclusive=True, group="list", exit_on_error=True)
    async def watch_objects(self) -> None:
        """Keep the list as it is in Kubernetes."""
        await self._listing.run()

    @on(events.ScreenResume)
    @on(events.Resize)
    def draw_anew(self) -> None:
        """Draw all at the present size."""
        self._drawn = -1
        self.call_after_refresh(self.look)

    def look(self) -> None:
        """Draw what is new, and the ages of what is not."""
        if not self.is_current:
            return
        moment = Moment(now=self._clock(), ascii_only=self._ascii_only)
        listing = self._listing
        self.query_one("#list-standing", Lines).show(self._standing(moment))
        if self._drawn == listing.version:
            self.table.set_moment(moment)
            return
        self._drawn = listing.version
        rows = listing.rows()
        self.table.empty = self._empty()
        self.table.set_rows(rows, moment)
        width = max(10, self.size.width - 2)
        self.query_one("#list-title", Lines).show((self._title(rows, width),))
        self.draw_footer()

    def _empty(self) -> str:
        listing = self._listing
        if listing.without_kuberay:
            return NO_KUBERAY
        if not listing.known:
            failing = listing.unread
            return plain(f"{failing[0].said}: {failing[0].advice}", 300) if failing else "asking Kubernetes…"
        return (
            f"No Ray object in namespace {listing.namespace}; 0 looks in all."
            if listing.namespace
            else "No Ray object."
        )

    def _title(self, rows: list[ListedObject], width: int) -> Content:
        where = f"namespace {self._listing.namespace}" if self._listing.namespace else "all namespaces"
        left = [Part((Piece("Ray in Kubernetes", "ink", bold=True),)), Part((Piece(plain(where, 70), "dim"),), 1)]
        context = self._objects.place.context
        if context:
            left.append(Part((Piece(f"context {plain(context, 70)}", "dim"),), 2))
        counted = Counter(row.kind for row in rows)
        words = ", ".join(several(counted[kind], kind) for kind in KINDS if counted[kind])
        return arrange(left, [Part((Piece(words, "dim"),), 3)], width)

    def _standing(self, moment: Moment) -> tuple[Content, ...]:
        mark = glyph(WARNING, ascii_only=moment.ascii_only)
        lines: list[Content] = list(
            unread_lines(self._listing.unread, moment, max(10, self.size.width - 2), done="listed")
        )
        if self._listing.cut:
            lines.append((mark, Piece(" there are more than are shown; name a namespace with -n", "warning")))
        return tuple(lines)

    def draw_footer(self) -> None:
        """Draw the keys that work."""
        if self.is_mounted and self.is_current:
            bindings = [active.binding for active in self.active_bindings.values() if active.enabled]
            line = footer_line(bindings, max(1, self.size.width - 2), ascii_only=self._ascii_only)
            self.query_one("#list-footer", Lines).show((line,))

    @on(LiveTable.Selected)
    def choose(self, message: LiveTable.Selected[ListedObject]) -> None:
        """Hand on what was chosen."""
        message.stop()
        self.post_message(self.Chosen(message.row))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer the others only where one namespace was meant."""
        return bool(self._home) if action == "everywhere" else super().check_action(action, parameters)

    def action_everywhere(self) -> None:
        """List all namespaces, or again the one that was meant."""
        self._listing = RayObjects(self._objects, "" if self._listing.namespace else self._home, self._clock)
        self.watch_objects()
        self.draw_anew()

    def action_yaml(self) -> None:
        """Show the object under the cursor as YAML."""
        row = self.table.cursor_row
        if row is not None:
            path = paths.ray(row.kind, row.namespace, row.name)
            self.app.push_screen(ManifestScreen(self._objects, path, ascii_only=self._ascii_only))


def _key(row: ListedObject) -> str:
    return f"{row.namespace}/{row.kind}/{row.name}"
