"""A window of a log, as it is seen: whole lines, the end in sight, what is looked for."""

from __future__ import annotations

from textual.app import App, ComposeResult
from textual.pilot import Pilot

from raymon_tui.widgets.log_view import LogView
from raymon_tui.widgets.palette import themes

COLUMNS, ROWS = 20, 6


class LogApp(App[int]):
    """A program that is one log."""

    def __init__(self) -> None:
        super().__init__()
        for theme in themes():
            self.register_theme(theme)
        self.theme = themes()[0].name

    def compose(self) -> ComposeResult:
        yield LogView(follow=True)


def seen(pilot: Pilot[int]) -> list[str]:
    strips = pilot.app.screen._compositor.render_strips()
    return ["".join(segment.text for segment in strip).rstrip() for strip in strips]


async def test_no_character_of_a_folded_line_hides_behind_the_scroll_bar() -> None:
    app = LogApp()
    async with app.run_test(size=(COLUMNS, ROWS)) as pilot:
        long = "abcdefghijklmnopqrstuvwxyz0123456789"
        app.query_one(LogView).replace([*map(str, range(50)), long])
        await pilot.pause()
        assert long in "".join(line[: COLUMNS - 1] for line in seen(pilot))


async def test_folding_stays_right_when_the_scroll_bar_comes_only_later() -> None:
    app = LogApp()
    async with app.run_test(size=(COLUMNS, ROWS)) as pilot:
        long = "abcdefghijklmnopqrstuvwxyz0123456789"
        log = app.query_one(LogView)
        log.replace([long])
        await pilot.pause()
        log.append(["more"] * 3)
        await pilot.pause()
        assert long in "".join(line[: COLUMNS - 1] for line in seen(pilot))


async def test_the_end_stays_in_sight_until_one_scrolls_up() -> None:
    app = LogApp()
    async with app.run_test(size=(COLUMNS, ROWS)) as pilot:
        log = app.query_one(LogView)
        log.focus()
        log.replace(map(str, range(50)))
        await pilot.pause()
        assert seen(pilot)[-1].startswith("49")
        await pilot.press("k")
        log.append(["new"])
        await pilot.pause()
        assert seen(pilot)[-1].startswith("48")
        await pilot.press("G")
        log.append(["newest"])
        await pilot.pause()
        assert seen(pilot)[-1].startswith("newest")


async def test_n_leads_from_match_to_match_and_round_again() -> None:
    app = LogApp()
    async with app.run_test(size=(COLUMNS, ROWS)) as pilot:
        log = app.query_one(LogView)
        log.focus()
        log.replace([f"line {number}" for number in range(50)])
        assert log.find("line [34]7") == ""
        assert log.match_count == 2
        for expected in ("line 37", "line 47", "line 37"):
            await pilot.press("n")
            await pilot.pause()
            assert expected in log.visible_text


async def test_a_broken_pattern_is_told() -> None:
    app = LogApp()
    async with app.run_test(size=(COLUMNS, ROWS)):
        assert app.query_one(LogView).find("(") != ""
