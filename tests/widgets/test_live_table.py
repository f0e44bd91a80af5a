"""The live table, driven by keys and the mouse, while its rows change under it."""

from __future__ import annotations

import pytest
from rich.cells import cell_len
from table_app import NOW, Row, TableApp, rows

from raymon_tui.widgets.table.column import Moment

SIZE = (60, 20)


def key_under_cursor(app: TableApp) -> str | None:
    row = app.table.cursor_row
    return None if row is None else row.key


async def test_an_empty_table_says_why_in_its_middle() -> None:
    app = TableApp()
    async with app.run_test(size=(40, 11)) as pilot:
        app.table.set_rows([], NOW)
        await pilot.pause()
        assert app.lines()[5].strip() == "no row yet"
        app.table.empty = "the cluster does not answer, so nothing is known of its rows"
        await pilot.pause()
        assert [line.strip() for line in app.lines() if line.strip()][1:] == [
            "the cluster does not answer, so",
            "nothing is known of its rows",
        ]


async def test_a_table_whose_filter_hides_all_says_so() -> None:
    app = TableApp()
    async with app.run_test(size=SIZE) as pilot:
        app.table.set_rows(rows(3000), NOW)
        app.table.filter_text = "nowhere"
        await app.workers.wait_for_complete()
        await pilot.pause()
        assert any("none of 3,000 matches nowhere" in line for line in app.lines())


async def test_ten_thousand_rows_are_there_at_once() -> None:
    app = TableApp()
    async with app.run_test(size=SIZE) as pilot:
        app.table.set_rows(rows(10_000), NOW)
        await pilot.press("G")
        assert app.lines()[-1].startswith("row 9999")


async def test_the_cursor_stays_on_its_row_when_rows_move() -> None:
    app = TableApp()
    async with app.run_test(size=SIZE) as pilot:
        app.table.set_rows(rows(10), NOW)
        await pilot.press("j", "j", "j")
        app.table.set_rows([Row("new", "new"), *rows(10)], NOW)
        assert key_under_cursor(app) == "k3"


async def test_the_cursor_stays_in_sight_when_its_row_moves_out_of_it() -> None:
    app = TableApp()
    async with app.run_test(size=SIZE) as pilot:
        app.table.set_rows(rows(30), NOW)
        await pilot.press("j", "j", "j")
        app.table.set_rows([*(Row(f"new{index}", "new") for index in range(50)), *rows(30)], NOW)
        await pilot.pause()
        assert any(line.startswith("row 3 ") for line in app.lines())


async def test_a_cursor_that_was_never_moved_stays_on_the_first_row() -> None:
    app = TableApp()
    async with app.run_test(size=SIZE):
        app.table.set_rows(rows(10), NOW)
        app.table.set_rows([Row("new", "new"), *rows(10)], NOW)
        assert key_under_cursor(app) == "new"


async def test_the_cursor_goes_to_a_neighbour_when_its_row_goes() -> None:
    app = TableApp()
    async with app.run_test(size=SIZE) as pilot:
        app.table.set_rows(rows(3), NOW)
        await pilot.press("G")
        app.table.set_rows(rows(2), NOW)
        assert key_under_cursor(app) == "k1"
        app.table.set_rows([], NOW)
        assert key_under_cursor(app) is None


@pytest.mark.parametrize(
    ("keys", "key"),
    [
        ("j j k", "k1"),
        ("down down up", "k1"),
        ("k", "k0"),
        ("G", "k99"),
        ("end", "k99"),
        ("G j", "k99"),
        ("G g", "k0"),
        ("G home", "k0"),
        ("ctrl+f", "k18"),
        ("pagedown pageup", "k0"),
        ("ctrl+d ctrl+d", "k18"),
        ("ctrl+f ctrl+u", "k9"),
        ("ctrl+f ctrl+b", "k0"),
    ],
)
async def test_keys_of_vim_and_others_move_the_cursor(keys: str, key: str) -> None:
    app = TableApp()
    async with app.run_test(size=SIZE) as pilot:
        app.table.set_rows(rows(100), NOW)
        await pilot.press(*keys.split())
        assert key_under_cursor(app) == key
        assert app.highlighted[-1] == key


async def test_enter_opens_the_row_under_the_cursor() -> None:
    app = TableApp()
    async with app.run_test(size=SIZE) as pilot:
        app.table.set_rows(rows(5), NOW)
        await pilot.press("down", "enter")
        assert app.opened == ["k1"]


async def test_a_click_puts_the_cursor_and_a_second_one_opens() -> None:
    app = TableApp()
    async with app.run_test(size=SIZE) as pilot:
        app.table.set_rows(rows(5), NOW)
        await pilot.click(offset=(3, 3))
        assert (key_under_cursor(app), app.opened) == ("k2", [])
        await pilot.click(offset=(3, 4), times=2)
        assert app.opened == ["k3"]


async def test_a_click_on_a_heading_sorts_by_it_and_another_turns_it_round() -> None:
    app = TableApp()
    async with app.run_test(size=SIZE) as pilot:
        app.table.set_rows(rows(30), NOW)
        await pilot.click(offset=(48, 0))
        assert "▾size" in app.lines()[0]
        assert app.lines()[1].startswith("row 29")
        await pilot.click(offset=(48, 0))
        assert "▴size" in app.lines()[0]
        assert app.lines()[1].startswith("row 0")


async def test_titles_do_not_move_when_the_table_is_sorted() -> None:
    app = TableApp()
    async with app.run_test(size=SIZE) as pilot:
        app.table.set_rows(rows(30), NOW)
        plain_heading = app.lines()[0]
        for _ in range(3):
            app.table.action_sort_next()
            await pilot.pause()
            assert app.lines()[0].translate({ord("▾"): " ", ord("▴"): " "}).rstrip() == plain_heading


async def test_a_filter_leaves_what_matches_and_counts_it() -> None:
    app = TableApp()
    async with app.run_test(size=SIZE):
        app.table.set_rows(rows(100), NOW)
        app.table.filter_text = "row 9"
        assert (app.table.filtered_count, app.table.total_count) == (11, 100)
        app.table.filter_text = "!row"
        assert app.table.filtered_count == 0
        app.table.filter_text = "re:row (1|2)$"
        assert app.table.filtered_count == 2
        app.table.filter_text = "re:row ("
        assert app.table.filtered_count == 100
        assert app.table.filter_error.startswith("re: ")


async def test_a_filter_of_many_rows_is_applied_in_steps_and_says_when_it_is() -> None:
    app = TableApp()
    async with app.run_test(size=SIZE) as pilot:
        app.table.set_rows(rows(5000), NOW)
        app.table.filter_text = "row 499"
        assert app.table.filtered_count == 5000
        await app.workers.wait_for_complete()
        await pilot.pause()
        assert app.table.filtered_count == 11
        assert app.times_rearranged == 1
        app.table.filter_text = "row 4999"
        assert app.table.filtered_count == 1


async def test_only_lines_that_changed_are_drawn_again() -> None:
    app = TableApp()
    async with app.run_test(size=SIZE) as pilot:
        before = rows(10_000)
        app.table.set_rows(before, NOW)
        await pilot.pause()
        app.table.lines_drawn.clear()
        changed = {"k3", "k7", "k5000", *(f"k{index}" for index in range(9000, 9007))}
        app.table.set_rows(
            [Row(row.key, "changed", row.size, row.since) if row.key in changed else row for row in before], NOW
        )
        await pilot.pause()
        assert app.table.lines_drawn == {4: 1, 8: 1}


async def test_rows_that_come_and_go_out_of_sight_draw_nothing_anew() -> None:
    app = TableApp()
    async with app.run_test(size=SIZE) as pilot:
        app.table.set_rows(rows(10_000), NOW)
        await pilot.pause()
        app.table.lines_drawn.clear()
        app.table.set_rows(rows(10_050), NOW)
        await pilot.pause()
        app.table.set_rows(rows(500), NOW)
        await pilot.pause()
        assert not app.table.lines_drawn
        await pilot.press("G")
        assert app.lines()[-1].startswith("row 499")


async def test_moving_the_cursor_draws_two_lines() -> None:
    app = TableApp()
    async with app.run_test(size=SIZE) as pilot:
        app.table.set_rows(rows(100), NOW)
        await pilot.pause()
        app.table.lines_drawn.clear()
        await pilot.press("j")
        assert app.table.lines_drawn == {1: 1, 2: 1}


async def test_only_ages_that_read_differently_are_drawn_again_as_time_passes() -> None:
    app = TableApp()
    async with app.run_test(size=SIZE) as pilot:
        app.table.set_rows([Row("a", "ages", 1.0, 990.0), Row("b", "does not", 1.0, None)], NOW)
        await pilot.pause()
        app.table.lines_drawn.clear()
        app.table.set_moment(Moment(now=1000.2))
        await pilot.pause()
        assert not app.table.lines_drawn
        app.table.set_moment(Moment(now=1005.0))
        await pilot.pause()
        assert app.table.lines_drawn == {1: 1}
        assert app.lines()[1].endswith("15s")


async def test_rows_that_no_longer_fill_the_screen_leave_nothing_behind() -> None:
    app = TableApp()
    async with app.run_test(size=SIZE) as pilot:
        app.table.set_rows(rows(100), NOW)
        await pilot.press("G")
        app.table.set_rows(rows(2), NOW)
        await pilot.pause()
        assert [line for line in app.lines()[1:] if line] == [line for line in app.lines()[1:3] if line]
        assert app.lines()[1].startswith("row 0")


async def test_columns_go_by_priority_when_there_is_little_room_and_come_in_wide_mode() -> None:
    app = TableApp()
    async with app.run_test(size=(26, 10)) as pilot:
        app.table.set_rows(rows(5), NOW)
        await pilot.pause()
        assert app.lines()[0].split() == ["name", "size"]
        await pilot.resize_terminal(50, 10)
        await pilot.pause()
        assert app.lines()[0].split() == ["name", "size", "age"]
        app.table.action_wide()
        await pilot.pause()
        assert app.lines()[0].split() == ["name", "size", "age", "id"]


async def test_what_is_saved_has_all_columns_and_only_the_rows_that_are_shown() -> None:
    app = TableApp()
    async with app.run_test(size=(26, 10)):
        app.table.set_rows(rows(2000), NOW)
        app.table.filter_text = ""
        app.table.set_rows([Row("a", "one", 1234.0, 990.0), Row("b", "two")], NOW)
        app.table.filter_text = "o"
        headings, saved = app.table.as_records()
        assert headings == ["name", "size", "age", "id"]
        assert saved == [["one", "1,234", "10s", "a"], ["two", "", "", "b"]]


WILD = [
    "\x1b[31mred\x1b[0m",
    "[bold]bold[/bold]",
    "two\nlines",
    "x" * 10_000,
    "名前🚀" * 50,
    "\u202eesrever",
    "e\u0301" * 40,
]


async def test_wild_names_are_drawn_as_text_in_lines_of_the_same_width() -> None:
    app = TableApp()
    async with app.run_test(size=SIZE) as pilot:
        app.table.set_rows([Row(str(index), WILD[index % len(WILD)]) for index in range(10_000)], NOW)
        await pilot.press("G", "g")
        text = "\n".join(app.lines())
        assert "\x1b" not in text
        assert "␛[31mred" in text
        assert "[bold]bold[/bold]" in text
        assert "two␊lines" in text
        assert "xxx…" in text
        strips = app.screen._compositor.render_strips()
        assert {sum(cell_len(segment.text) for segment in strip) for strip in strips} == {SIZE[0]}
        assert {line.index("–") for line in text.splitlines() if line.startswith(("two", "xxx", "[bold"))} == {50}
