"""Header, tabs, banner and footer: what stays and what goes as the terminal gets narrow."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from textual.binding import Binding

from raymon_tui.cluster.feeds.catalogue import VERSION
from raymon_tui.cluster.feeds.feed import Reading
from raymon_tui.cluster.model.version import Version
from raymon_tui.cluster.snapshot import Link, Snapshot
from raymon_tui.tui.chrome.arrange import Part, arrange, width_of
from raymon_tui.tui.chrome.banner import banner_line
from raymon_tui.tui.chrome.footer import footer_line, key_label
from raymon_tui.tui.chrome.header import header_line
from raymon_tui.tui.chrome.tabs import Tab, tab_at, tab_layout, tab_line
from raymon_tui.tui.session import Viewing
from raymon_tui.widgets.content import Content, Piece
from raymon_tui.widgets.table.column import Moment

NOW = 1_795_456_400.0
MOMENT = Moment(now=NOW)
TABS = (Tab("overview", "1", "Overview", "Over"), Tab("nodes", "2", "Nodes", "Nodes"))


def text_of(content: Content) -> str:
    return "".join(piece.text for piece in content)


def live(**changes: object) -> Snapshot:
    readings = {VERSION.name: Reading(value=Version(ray_version="2.60.0"), read_at=NOW - 0.8)}
    values: dict[str, object] = {
        "target": "prod-train",
        "reached_by": "http head:8265",
        "link": Link(state="live", since=NOW - 60),
        "readings": readings,
    }
    return Snapshot(**(values | changes))  # type: ignore[arg-type]


def test_the_header_names_the_cluster_its_link_and_the_age_of_the_picture() -> None:
    line = text_of(header_line(live(), Viewing(2.0), MOMENT, 120))
    assert line.startswith("prod-train")
    assert "http head:8265" in line
    assert "Ray 2.60.0" in line
    assert "● live 0.8s" in line
    assert "every 2s" in line


@pytest.mark.parametrize("width", [120, 80])
def test_the_header_names_the_cluster_that_a_target_leads_to_and_the_target_once(width: int) -> None:
    snapshot = live(target="rayservice/llm", reached_by="rayservice/llm (llm-x2kq7) -n team")
    line = text_of(header_line(snapshot, Viewing(2.0), MOMENT, width))
    assert line.startswith("rayservice/llm  (llm-x2kq7) -n team")
    assert line.count("llm ") == 1


def test_what_is_told_beside_ray_makes_the_picture_of_ray_no_younger() -> None:
    readings = {
        VERSION.name: Reading(value=Version(ray_version="2.60.0"), read_at=NOW - 90),
        "kubernetes": Reading(value=1, read_at=NOW - 2, pushed=True),
    }
    lost = live(link=Link(state="lost", since=NOW - 80, said="connection refused"), readings=readings)
    banner = banner_line(lost, MOMENT, 120)
    assert banner is not None
    assert "picture 1m 30s old" in text_of(banner)
    assert "lost 1m 30s" in text_of(header_line(lost, Viewing(2.0), MOMENT, 120))


def test_a_narrow_header_keeps_the_name_and_the_link() -> None:
    line = text_of(header_line(live(), Viewing(2.0), MOMENT, 30))
    assert line.startswith("prod-train")
    assert line.rstrip().endswith("live 0.8s")


def test_the_header_says_that_drawing_is_paused() -> None:
    assert "paused" in text_of(header_line(live(), Viewing(2.0, held=live(at=NOW)), MOMENT, 120))


def test_no_banner_stands_above_a_live_link() -> None:
    assert banner_line(live(), MOMENT, 100) is None


def test_the_banner_says_what_is_wrong_and_how_old_the_picture_is() -> None:
    lost = live(link=Link(state="lost", since=NOW - 14, said="connection refused", advice="is the head up?"))
    line = banner_line(lost, MOMENT, 100)
    assert line is not None
    assert "connection refused" in text_of(line)
    assert "is the head up?" in text_of(line)
    assert "old" in text_of(line)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.tuples(st.text("abc ", min_size=1, max_size=12), st.integers(0, 9)), max_size=8), st.integers(1, 120)
)
def test_a_line_is_never_wider_than_its_room_unless_all_that_must_stay_is(
    parts: list[tuple[str, int]], width: int
) -> None:
    made = [Part((Piece(text),), priority) for text, priority in parts]
    line = arrange(made[::2], made[1::2], width)
    must = sum(len(part.content[0].text) for part in made if part.priority == 0)
    must += 2 * max(0, sum(part.priority == 0 for part in made) - 1)
    assert width_of(line) <= max(width, must)


def test_tabs_shorten_before_they_lose_their_names() -> None:
    assert tab_layout(TABS, 40) == (("1 Overview", "2 Nodes"), 2)
    assert tab_layout(TABS, 17) == (("1 Over", "2 Nodes"), 2)
    assert tab_layout(TABS, 16) == (("1 Over", "2 Nodes"), 1)
    assert tab_layout(TABS, 6) == (("1", "2"), 2)


@pytest.mark.parametrize("width", [40, 17, 16, 6])
@pytest.mark.parametrize("active", ["overview", "nodes"])
def test_tabs_stay_where_they_are_whichever_is_open(width: int, active: str) -> None:
    line = text_of(tab_line(TABS, active, width))
    assert line.rstrip() == text_of(tab_line(TABS, "none", width))
    assert len(line) <= width


def test_the_open_tab_alone_is_lit() -> None:
    lit = [piece.text for piece in tab_line(TABS, "nodes", 40) if piece.reverse]
    assert lit == [" 2 Nodes "]


def test_a_click_on_a_tab_finds_it() -> None:
    assert tab_at(TABS, 3, 40) == TABS[0]
    assert tab_at(TABS, 13, 40) == TABS[1]
    assert tab_at(TABS, 39, 40) is None


@pytest.mark.parametrize(("key", "label"), [("enter", "⏎"), ("ctrl+s", "^S"), ("slash", "/"), ("q", "q")])
def test_keys_are_drawn_as_people_write_them(key: str, label: str) -> None:
    assert key_label(key) == label


def test_a_short_footer_keeps_help_and_quit() -> None:
    bindings = [
        Binding("enter", "open", "open"),
        Binding("slash", "filter", "filter"),
        Binding("question_mark", "help", "help"),
        Binding("q", "quit", "quit"),
    ]
    assert text_of(footer_line(bindings, 80)).split() == ["⏎", "open", "/", "filter", "?", "help", "q", "quit"]
    assert text_of(footer_line(bindings, 20)).split() == ["?", "help", "q", "quit"]


def test_a_key_without_a_description_is_not_in_the_footer() -> None:
    assert text_of(footer_line([Binding("j", "down", show=False)], 40)).strip() == ""
