"""The live table, driven by keys."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from textual.app import App, ComposeResult
from textual.geometry import Region

from raymon_tui.widgets.content import piece
from raymon_tui.widgets.palette import themes
from raymon_tui.widgets.table.column import Column, Moment
from raymon_tui.widgets.table.live_table import LiveTable

NOW = Moment(now=0.0)


@dataclass(frozen=True)
class Row:
    key: str
    name: str
    size: float | None = None


COLUMNS: tuple[Column[Row], ...] = (
    Column("name", lambda row, _: piece(row.name), lambda row: row.name, width=12, flex=1),
    Column("size", lambda row, _: piece(str(row.size)), lambda row: row.size, width=8, align="right", descending=True),
)


class TableApp(App[None]):
    def __init__(self) -> None:
        super().__init__()
        for theme in themes():
            self.register_theme(theme)
        self.theme = "raymon-dark"
        self.opened: list[str] = []

    def compose(self) -> ComposeResult:
        yield LiveTable(COLUMNS, key=lambda row: row.key, empty="no row yet")

    @property
    def table(self) -> LiveTable[Row]:
        return self.query_one(LiveTable)

    def on_live_table_selected(self, message: LiveTable.Selected[Row]) -> None:
        self.opened.append(message.row.key)

    def lines(self) -> list[str]:
        return [
            "".join(segment.text for segment in strip).rstrip() for strip in self.screen._compositor.render_strips()
        ]


def rows(number: int) -> list[Row]:
    return [Row(f"k{index}", f"row {index}", float(index)) for index in range(number)]


async def test_an_empty_table_says_why() -> None:
    app = TableApp()
    async with app.run_test(size=(40, 10)):
        app.table.set_rows([], NOW)
        assert any("no row yet" in line for line in app.lines())


async def test_ten_thousand_rows_are_there_at_once() -> None:
    app = TableApp()
    async with app.run_test(size=(60, 20)) as pilot:
        app.table.set_rows(rows(10_000), NOW)
        await pilot.press("G")
        await pilot.pause()
        assert any("row 9999" in line for line in app.lines())


async def test_the_cursor_stays_on_its_row_when_rows_move() -> None:
    app = TableApp()
    async with app.run_test(size=(60, 20)) as pilot:
        app.table.set_rows(rows(10), NOW)
        await pilot.press("j", "j", "j")
        app.table.set_rows([Row("new", "new"), *rows(10)], NOW)
        assert app.table.cursor_row is not None
        assert app.table.cursor_row.key == "k3"


async def test_the_cursor_goes_to_a_neighbour_when_its_row_goes() -> None:
    app = TableApp()
    async with app.run_test(size=(60, 20)) as pilot:
        app.table.set_rows(rows(3), NOW)
        await pilot.press("G")
        app.table.set_rows(rows(2), NOW)
        assert app.table.cursor_row is not None
        assert app.table.cursor_row.key == "k1"


async def test_enter_opens_the_row_under_the_cursor() -> None:
    app = TableApp()
    async with app.run_test(size=(60, 20)) as pilot:
        app.table.set_rows(rows(5), NOW)
        await pilot.press("down", "enter")
        assert app.opened == ["k1"]


async def test_a_number_is_sorted_largest_first_and_the_heading_says_so() -> None:
    app = TableApp()
    async with app.run_test(size=(60, 20)) as pilot:
        app.table.set_rows(rows(30), NOW)
        app.table.action_sort_next()
        app.table.action_sort_next()
        await pilot.pause()
        assert "size▾" in app.lines()[0]
        assert "row 29" in app.lines()[1]


async def test_a_filter_leaves_what_matches_and_counts_it() -> None:
    app = TableApp()
    async with app.run_test(size=(60, 20)):
        app.table.set_rows(rows(100), NOW)
        app.table.filter_text = "row 9"
        assert (app.table.filtered_count, app.table.total_count) == (11, 100)


async def test_only_lines_that_changed_are_drawn_again(monkeypatch: pytest.MonkeyPatch) -> None:
    app = TableApp()
    async with app.run_test(size=(60, 20)) as pilot:
        before = rows(10_000)
        app.table.set_rows(before, NOW)
        await pilot.pause()
        drawn: list[Region] = []
        monkeypatch.setattr(app.table, "refresh", lambda *regions, **_: drawn.extend(regions))
        after = [Row(row.key, "changed", row.size) if row.key in ("k3", "k7", "k5000") else row for row in before]
        app.table.set_rows(after, NOW)
        assert [region.y for region in drawn] == [4, 8]


WILD = ["\x1b[31mred\x1b[0m", "[bold]bold[/bold]", "two\nlines", "x" * 10_000, "名前🚀" * 50, "\u202eesrever"]


async def test_wild_names_are_drawn_as_text() -> None:
    app = TableApp()
    async with app.run_test(size=(60, 20)) as pilot:
        app.table.set_rows([Row(str(index), name) for index, name in enumerate(WILD)], NOW)
        await pilot.pause()
        text = "\n".join(app.lines())
        assert "\x1b" not in text
        assert "␛[31mred" in text
        assert "[bold]bold[/bold]" in text
        assert "two␊lines" in text
