"""A program that is one live table, and what stands on its screen."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from textual.app import App, ComposeResult
from textual.strip import Strip

from raymon_tui.widgets.content import UNKNOWN, Content, Piece, piece
from raymon_tui.widgets.palette import themes
from raymon_tui.widgets.table.column import Column, Moment
from raymon_tui.widgets.table.live_table import LiveTable

NOW = Moment(now=1000.0)


@dataclass(frozen=True)
class Row:
    key: str
    name: str
    size: float | None = None
    since: float | None = None


def _size(row: Row, _moment: Moment) -> Content:
    return (UNKNOWN,) if row.size is None else piece(f"{row.size:,.0f}")


def _age(row: Row, moment: Moment) -> Content:
    return (UNKNOWN,) if row.since is None else (Piece(f"{moment.now - row.since:.0f}s", "dim"),)


COLUMNS: tuple[Column[Row], ...] = (
    Column("name", lambda row, _: piece(row.name), lambda row: row.name, width=12, flex=1),
    Column("size", _size, lambda row: row.size, width=8, align="right", descending=True),
    Column("age", _age, lambda row: row.since, width=6, align="right", priority=1),
    Column("id", lambda row, _: piece(row.key, "dim"), lambda row: row.key, width=10, priority=2, wide=True),
)


class CountingTable(LiveTable[Row]):
    """A table that counts how often each line of it is drawn."""

    DEFAULT_CSS = "CountingTable { height: 1fr; width: 1fr; }"

    def __init__(self, *, opens: bool = True) -> None:
        super().__init__(COLUMNS, key=lambda row: row.key, empty="no row yet", opens=opens)
        self.lines_drawn: Counter[int] = Counter()

    def render_line(self, y: int) -> Strip:
        self.lines_drawn[y] += 1
        return super().render_line(y)


class TableApp(App[None]):
    def __init__(self, *, opens: bool = True) -> None:
        super().__init__()
        for theme in themes():
            self.register_theme(theme)
        self.theme = "raymon-dark"
        self.opens = opens
        self.opened: list[str] = []
        self.highlighted: list[str | None] = []
        self.times_rearranged = 0

    def compose(self) -> ComposeResult:
        yield CountingTable(opens=self.opens)

    @property
    def table(self) -> CountingTable:
        return self.query_one(CountingTable)

    def on_live_table_selected(self, message: LiveTable.Selected[Row]) -> None:
        self.opened.append(message.row.key)

    def on_grid_highlighted(self, message: LiveTable.Highlighted[Row]) -> None:
        self.highlighted.append(None if message.row is None else message.row.key)

    def on_grid_rearranged(self) -> None:
        self.times_rearranged += 1

    def lines(self) -> list[str]:
        return [
            "".join(segment.text for segment in strip).rstrip() for strip in self.screen._compositor.render_strips()
        ]


def rows(number: int) -> list[Row]:
    return [Row(f"k{index}", f"row {index}", float(index), 1000.0) for index in range(number)]
