"""What keys do wherever one is: the chrome around the panes, driven as a user drives it."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from faults import Reply, faulty
from fixed import NOW, cluster, several, still
from live import shows, watching
from msgspec import structs
from still import StillApp, comes, line_with, lines, text
from textual.command import CommandPalette
from textual.pilot import Pilot

from raymon_tui.backends.base import Backend
from raymon_tui.backends.resolve import Candidate
from raymon_tui.cluster.feeds.catalogue import NODES, TASK_COUNTS
from raymon_tui.cluster.feeds.feed import Reading
from raymon_tui.cluster.model.page import Counts
from raymon_tui.cluster.snapshot import Snapshot
from raymon_tui.tui.chrome.tabs import Tab
from raymon_tui.tui.panes.registry import TABS
from raymon_tui.tui.screens.help_screen import HelpScreen
from raymon_tui.tui.screens.main_screen import MainScreen

SIZE = (120, 34)
OPEN = {"1": "Attention", "2": "cpu, 15m", "3": "Node types", "4": "progress / outcome", "5": "function", "6": "class"}
"""What stands in a pane, and in no other, that has something to show of the made-up cluster."""


def with_tasks_running(number: int) -> Snapshot:
    """Return the made-up cluster with so many tasks running."""
    known = cluster()
    counts = Counts(by_state={"RUNNING": number, "FINISHED": 5}, total=number + 5)
    readings = {**known.readings, TASK_COUNTS.name: Reading(value=counts, read_at=NOW)}
    return structs.replace(known, readings=readings)


def header(app: StillApp) -> str:
    return lines(app)[0]


async def test_a_pause_holds_the_picture_until_it_ends() -> None:
    app = still()
    async with app.run_test(size=SIZE) as pilot:
        await comes(pilot, "▶412")
        await pilot.press("space")
        await comes(pilot, "‖ paused")
        app.knows(with_tasks_running(77))
        await pilot.pause()
        await pilot.resize_terminal(100, 30)
        await pilot.pause()
        assert "▶412" in text(app)
        assert "live" not in header(app)
        await pilot.press("space")
        await comes(pilot, "▶77")
        assert "paused" not in header(app)


async def test_a_pane_that_is_opened_while_paused_shows_the_first_it_learns() -> None:
    app = still(readings={})
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("space", "2")
        await comes(pilot, "asking the cluster")
        app.knows(cluster())
        await comes(pilot, "10.0.0.99")
        fewer = {**cluster().readings, NODES.name: Reading(value=(), read_at=NOW)}
        app.knows(cluster(readings=fewer))
        await pilot.pause()
        assert "10.0.0.99" in text(app)


async def test_plus_and_minus_change_the_interval_between_its_bounds() -> None:
    app = still()
    async with app.run_test(size=SIZE) as pilot:
        await comes(pilot, "every 2s")
        await pilot.press("plus")
        await comes(pilot, "every 4s")
        await pilot.press(*["plus"] * 6)
        await comes(pilot, "every 1m")
        await pilot.press(*["minus"] * 10)
        await comes(pilot, "every 0.5s")


async def test_r_asks_at_once() -> None:
    async def upstream(target: str) -> Reply:
        return Reply(body=b'{"ray_version": "2.60.0", "session_name": "one"}' if "version" in target else b"{}")

    async with faulty(upstream) as server, watching(server.url, refresh_s=60.0) as pilot:
        await server.until(lambda: server.asked["/nodes"] > 0 and server.in_flight.total() == 0)
        asked = server.asked["/nodes"]
        await pilot.press("r")
        await server.until(lambda: server.asked["/nodes"] > asked)


async def test_every_pane_opens_with_its_key_with_tab_and_with_a_click() -> None:
    app = still()
    async with app.run_test(size=SIZE) as pilot:
        for key, word in OPEN.items():
            await pilot.press(key)
            await comes(pilot, word)
        await pilot.press("1", "tab")
        await comes(pilot, OPEN["2"])
        await pilot.press("shift+tab")
        await comes(pilot, OPEN["1"])
        await pilot.click(offset=(lines(app)[1].index("Autoscaler"), 1))
        await comes(pilot, OPEN["3"])


async def palette(pilot: Pilot[int], typed: str) -> None:
    """Open the command palette, type, and take its first hit."""
    await pilot.press("colon")
    for _ in range(200):
        if isinstance(pilot.app.screen, CommandPalette):
            break
        await pilot.pause()
    await pilot.press(*typed)
    await pilot.pause(0.5)
    await pilot.press("down", "enter")
    await pilot.pause()


async def test_the_palette_opens_panes_and_changes_the_theme() -> None:
    app = still()
    async with app.run_test(size=SIZE) as pilot:
        await palette(pilot, "nodes")
        await comes(pilot, OPEN["2"])
        assert set(app.available_themes) == {"raymon-dark", "raymon-light", "raymon-terminal"}


@pytest.mark.parametrize("tab", TABS, ids=lambda tab: tab.pane_id)
async def test_help_names_every_key_of_the_pane_it_was_opened_on(tab: Tab) -> None:
    app = still(tab.pane_id)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        works = {active.binding.description for active in app.screen.active_bindings.values() if active.enabled}
        await pilot.press("question_mark")
        await comes(pilot, "Keys")
        seen = text(app)
        for _ in range(60):
            await pilot.press("j")
            seen += text(app)
        ours = {one.lower() for one in works if not one.startswith(("Scroll", "Page", "Copy"))}
        missing = {one for one in ours if one not in seen.lower()}
        assert missing == set()
        await pilot.press("escape")
        assert isinstance(app.screen, MainScreen)


async def test_the_footer_names_the_keys_of_what_has_the_keyboard() -> None:
    app = still("nodes")
    async with app.run_test(size=SIZE) as pilot:
        await comes(pilot, "/ filter")
        await pilot.press("slash")
        await comes(pilot, "Esc clear filter")
        assert "s sort" not in lines(app)[-1]
        await pilot.press("escape")
        await comes(pilot, "s sort")


async def test_what_is_typed_into_a_filter_is_no_command() -> None:
    app = still("nodes")
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("slash", *"q1?: r+-jk")
        await comes(pilot, "/ q1?: r+-jk")
        assert app.is_running
        assert "every 2s" in header(app)
        await pilot.press("escape")
        await comes(pilot, "10.0.0.99")


async def test_escape_never_ends_the_program_and_q_does() -> None:
    app = still("nodes")
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("escape", "escape", "enter")
        await comes(pilot, "Machine")
        await pilot.press("escape", "escape", "escape")
        await comes(pilot, "cpu, 15m")
        assert app.is_running
        await pilot.press("enter")
        await comes(pilot, "Machine")
        await pilot.press("q")
    assert app.return_code == 0


async def test_the_key_that_opened_the_help_closes_it() -> None:
    app = still()
    async with app.run_test(size=SIZE) as pilot:
        for key in ("question_mark", "escape", "q"):
            await pilot.press("question_mark")
            assert isinstance(app.screen, HelpScreen)
            await pilot.press(key)
            assert isinstance(app.screen, MainScreen)


async def saved(pilot: Pilot[int], *keys: str) -> str:
    """Press keys until a file is written, and return its text."""
    await pilot.press(*keys)
    await shows(pilot, "saved")
    (path,) = Path.cwd().iterdir()
    return path.read_text(encoding="utf-8")


async def test_control_s_saves_a_picture(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    async with still().run_test(size=SIZE, notifications=True) as pilot:
        await comes(pilot, "▶412")
        assert (await saved(pilot, "ctrl+s")).startswith("<svg")


async def test_control_s_saves_a_table_as_csv(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    async with still("nodes").run_test(size=SIZE, notifications=True) as pilot:
        await comes(pilot, "10.0.0.99")
        await pilot.press("slash", *"gpu_worker", "enter", "ctrl+s")
        await comes(pilot, "5 rows")
        written = await saved(pilot, "c")
    headings, *rows = csv.reader(written.splitlines())
    first = dict(zip(headings, rows[0], strict=True))
    assert len(rows) == 5
    assert (first["node"], first["state"], first["cpu"], first["node id"]) == ("10.0.0.2", "ALIVE", "59%", "02" * 28)
    assert "cpu, 15m" not in first


async def test_control_s_saves_all_that_is_known_of_the_rows_as_json(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    async with still("nodes").run_test(size=SIZE, notifications=True) as pilot:
        await comes(pilot, "10.0.0.99")
        await pilot.press("ctrl+s")
        await comes(pilot, "13 rows")
        rows = json.loads(await saved(pilot, "j"))
    assert len(rows) == 13
    assert rows[0]["ip"] == "10.0.0.1"
    assert rows[0]["mem_total"] > 0


async def test_what_cannot_be_saved_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def refuse(*_: object) -> Path:
        raise OSError(28, "No space left on device", "/full/raymon.svg")

    monkeypatch.setattr("raymon_tui.tui.app.write_new", refuse)
    async with still().run_test(size=SIZE, notifications=True) as pilot:
        await pilot.press("ctrl+s")
        await shows(pilot, "No space left on device")


async def test_c_copies_the_id_of_the_row() -> None:
    app = still("nodes")
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await comes(pilot, "10.0.0.99")
        await pilot.press("j", "c")
        await shows(pilot, "copied")
        assert app.clipboard == "02" * 28
        assert "10.0.0.2" in line_with(app, "10.0.0.2")


async def test_of_several_clusters_one_is_picked() -> None:
    picked: list[str] = []

    def opened(candidate: Candidate) -> Candidate:
        def open_it() -> Backend:
            picked.append(candidate.title)
            return candidate.open()

        return Candidate(candidate.title, open_it)

    app = several()
    app.candidates = tuple(opened(candidate) for candidate in app.candidates)
    async with app.run_test(size=SIZE) as pilot:
        await comes(pilot, "Which one?")
        await pilot.press("j", "k", "j", "enter")
        await pilot.pause()
    assert picked == ["127.0.0.1:8266  /scratch/ray  session_two"]


@pytest.mark.parametrize("key", ["escape", "q"])
async def test_to_pick_no_cluster_ends_the_program(key: str) -> None:
    app = several()
    async with app.run_test(size=SIZE) as pilot:
        await comes(pilot, "Which one?")
        await pilot.press(key)
    assert app.return_code == 0
