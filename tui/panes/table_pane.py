"""A pane that is one live table: a summary above, a filter, and a line below that says what is missing."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any, ClassVar, TypeVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import Screen

from raymon_tui.cluster.feeds.feed import Feed
from raymon_tui.cluster.model.page import Filter
from raymon_tui.cluster.snapshot import Snapshot
from raymon_tui.tui.chrome.arrange import Part, arrange
from raymon_tui.tui.messages import FeedsChanged, SaveWanted
from raymon_tui.tui.panes.filter_bar import FilterBar
from raymon_tui.tui.panes.filtered_table import FilteredTable
from raymon_tui.tui.panes.filtering import taken_apart, written
from raymon_tui.tui.panes.pane import Pane
from raymon_tui.tui.panes.standing import standing_of
from raymon_tui.tui.saving import as_csv, as_json
from raymon_tui.tui.screens.raw_screen import RawScreen
from raymon_tui.tui.screens.save_screen import SaveScreen
from raymon_tui.tui.session import Session
from raymon_tui.widgets.content import Content, Piece, plain
from raymon_tui.widgets.lines import Lines
from raymon_tui.widgets.numbers import count
from raymon_tui.widgets.table.column import Column, Moment
from raymon_tui.widgets.table.live_table import LiveTable

Row = TypeVar("Row")


class TablePane(Pane, FilteredTable[Row]):
    """A pane with one table. Subclasses say which feeds, which rows, which columns, and what Enter opens."""

    DEFAULT_CSS = """
    TablePane > .summary { height: auto; width: 1fr; padding: 0 1; }
    TablePane > LiveTable { height: 1fr; width: 1fr; padding: 0 1; }
    TablePane > .standing { height: 1; width: 1fr; padding: 0 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "open", "open"),
        Binding("slash", "filter", "filter"),
        Binding("escape", "clear_filter", "clear filter", show=False),
        Binding("s", "sort_next", "sort"),
        Binding("S", "sort_reverse", "reverse", show=False),
        Binding("w", "wide", "wide", show=False),
        Binding("y", "raw", "raw JSON", show=False),
        Binding("c", "copy", "copy id", show=False),
        Binding("d", "open", "detail", show=False),
        Binding("ctrl+s", "save", "save table or picture", show=False),
    ]
    server_keys: ClassVar[frozenset[str]] = frozenset()

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.conditions: tuple[Filter, ...] = ()
        self._typed: tuple[Filter, ...] = ()

    @property
    @abstractmethod
    def columns(self) -> Sequence[Column[Row]]:
        """The table's columns."""

    @abstractmethod
    def main_feed(self) -> Feed[Any]:
        """Return the feed that the rows come from; what it lacks is said below the table."""

    @abstractmethod
    def rows(self, snapshot: Snapshot) -> Sequence[Row] | None:
        """Return the rows, or None while nothing is known."""

    @abstractmethod
    def key(self, row: Row) -> str:
        """Return what names a row among others."""

    @abstractmethod
    def empty(self, snapshot: Snapshot) -> str:
        """Return why there is no row, and what would make one."""

    def summary(self, _snapshot: Snapshot, _moment: Moment, _width: int) -> tuple[Content, ...]:
        """Return the lines above the table."""
        return ()

    def detail(self, _row: Row) -> Screen[None] | None:
        """Return the screen that Enter opens on `row`."""
        return None

    def raw_path(self, _row: Row) -> str | None:
        """Return the route whose answer is the raw truth about `row`."""
        return None

    def copied(self, row: Row) -> str:
        """Return what `c` copies: the id that Ray's own commands take."""
        return self.key(row)

    def feeds(self) -> tuple[Feed[Any], ...]:
        """Return the feed of the rows."""
        return (self.main_feed(),)

    def compose(self) -> ComposeResult:
        """Yield summary, filter, table and standing."""
        yield Lines(classes="summary")
        yield FilterBar()
        yield LiveTable(self.columns, key=self.key, empty="asking the cluster…")
        yield Lines(classes="standing")

    def show(self, snapshot: Snapshot, changed: frozenset[str], moment: Moment) -> None:
        """Draw rows that are new, or only the ages of old ones."""
        width = max(10, self.size.width - 2)
        self.query_one(".summary", Lines).show(self.summary(snapshot, moment, width))
        if not changed or changed & {feed.name for feed in self.feeds()}:
            self._fill(snapshot, moment, anew=bool(changed))
        self._say_standing(snapshot, moment, width)

    def _fill(self, snapshot: Snapshot, moment: Moment, *, anew: bool) -> None:
        if not anew:
            self.table.set_moment(moment)
            return
        rows = self.rows(snapshot)
        reading = snapshot.reading(self.main_feed())
        if rows is None:
            said = reading.error.said if reading.error is not None else "asking the cluster…"
            self.table.empty = plain(said)
        else:
            self.table.empty = self.empty(snapshot)
        self.table.set_rows(rows or (), moment)

    def _say_standing(self, snapshot: Snapshot, moment: Moment, width: int) -> None:
        table = self.table
        left: list[Part] = []
        if table.filtered_count != table.total_count:
            left.append(Part((Piece(f"{count(table.filtered_count)} of {count(table.total_count)}", "dim"),)))
        if table.filter_error:
            left.append(Part((Piece(plain(table.filter_error), "bad"),)))
        if self._typed != self.conditions:
            left.append(Part((Piece(f"Enter asks Ray for {plain(written(self._typed) or 'all', 200)}", "accent"),), 1))
        left.extend(standing_of(snapshot.reading(self.main_feed()), moment))
        self.query_one(".standing", Lines).show((arrange(left, (), width),))

    def take_focus(self) -> None:
        """Give the keyboard to the table."""
        self.focus_table()

    def go_to(self, subject: str) -> None:
        """Put the cursor on a row by its key."""
        self.call_after_refresh(self.table.move_to_key, subject)

    def filter_by(self, text: str) -> None:
        """Filter here what can be filtered here; what is for the server waits until it is typed to its end."""
        typed = taken_apart(text, self.server_keys)
        self.table.filter_text = typed.local
        self._typed = typed.server
        if not text:
            self.ask_server(())
        snapshot = self.session.monitor.snapshot
        self._say_standing(snapshot, self._moment(snapshot), max(10, self.size.width - 2))

    def filter_typed(self) -> None:
        """Give the keyboard back, and ask the server for what was typed for it."""
        super().filter_typed()
        self.ask_server(self._typed)

    def ask_server(self, conditions: tuple[Filter, ...]) -> None:
        """Have the server filter by `conditions` from now on."""
        if conditions == self.conditions:
            return
        self.conditions = conditions
        self.post_message(FeedsChanged())
        self.redraw_rows()

    def redraw_rows(self) -> None:
        """Fill the table anew from what is known."""
        snapshot = self.session.monitor.snapshot
        self.show(snapshot, frozenset(snapshot.readings), self._moment(snapshot))

    def _moment(self, snapshot: Snapshot) -> Moment:
        return Moment(now=snapshot.at, ascii_only=self.session.options.ascii_only)

    @on(LiveTable.Selected)
    def open_selected(self, message: LiveTable.Selected[Row]) -> None:
        """Open what was chosen in the table."""
        message.stop()
        screen = self.detail(message.row)
        if screen is not None:
            self.app.push_screen(screen)

    def action_open(self) -> None:
        """Open the row under the cursor."""
        row = self.table.cursor_row
        if row is not None and (screen := self.detail(row)) is not None:
            self.app.push_screen(screen)

    @work(exclusive=True, group="save")
    async def action_save(self) -> None:
        """Save the table or the picture, as the user chooses."""
        table = self.table
        choice = await self.app.push_screen_wait(SaveScreen(table.filtered_count))
        if choice == "csv":
            self.post_message(SaveWanted(self.pane_id, choice, lambda: as_csv(*table.as_records())))
        elif choice == "json":
            rows = table.shown_rows
            self.post_message(SaveWanted(self.pane_id, choice, lambda: as_json(rows)))
        elif choice == "svg":
            await self.run_action("app.screenshot_to_file")

    def action_raw(self) -> None:
        """Show what Ray itself says of the row under the cursor."""
        row = self.table.cursor_row
        path = None if row is None else self.raw_path(row)
        if path is not None:
            self.app.push_screen(RawScreen(self.session, path))
