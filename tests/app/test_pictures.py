"""What the program looks like: a picture that changes is looked at before it is accepted."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from fixed import NOW, cluster, several, still
from msgspec import structs

from raymon_tui.cluster.snapshot import Link
from raymon_tui.tui.options import MonitorOptions

Compare = Callable[..., bool]

WIDE, MIDDLE, NARROW = (140, 45), (120, 34), (80, 24)
SIZES = pytest.mark.parametrize("size", [WIDE, MIDDLE, NARROW], ids=lambda size: f"{size[0]}x{size[1]}")
LOST = {
    "at": NOW - 42.0,
    "link": Link(
        state="lost",
        since=NOW - 42,
        said="connection refused",
        advice="is the head node up, and is 8265 the port of its dashboard?",
    ),
}


@pytest.fixture(autouse=True)
def _same_time_zone(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let the clock in the header be the same everywhere."""
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def lost() -> dict[str, Any]:
    """Return what is otherwise once the cluster has not been heard of for 42 s."""
    known = cluster().readings
    aged = {name: structs.replace(reading, read_at=NOW - 42.8) for name, reading in known.items()}
    return {**LOST, "readings": aged}


@SIZES
def test_the_overview(snap_compare: Compare, size: tuple[int, int]) -> None:
    assert snap_compare(still(), terminal_size=size)


@SIZES
def test_the_overview_before_anything_is_known(snap_compare: Compare, size: tuple[int, int]) -> None:
    assert snap_compare(still(readings={}, findings=(), link=Link()), terminal_size=size)


@SIZES
def test_the_overview_while_the_link_is_lost(snap_compare: Compare, size: tuple[int, int]) -> None:
    assert snap_compare(still(**lost()), terminal_size=size)


def test_the_overview_when_all_is_well(snap_compare: Compare) -> None:
    assert snap_compare(still(findings=()), terminal_size=NARROW)


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_the_overview_in_ascii(snap_compare: Compare, size: tuple[int, int]) -> None:
    assert snap_compare(still(options=MonitorOptions(ascii_only=True)), terminal_size=size)


@pytest.mark.parametrize("theme", ["raymon-light", "raymon-terminal"])
def test_the_overview_in_other_themes(snap_compare: Compare, theme: str) -> None:
    assert snap_compare(still(options=MonitorOptions(theme=theme)), terminal_size=WIDE)


@SIZES
def test_the_nodes(snap_compare: Compare, size: tuple[int, int]) -> None:
    assert snap_compare(still("nodes"), terminal_size=size)


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_the_help(snap_compare: Compare, size: tuple[int, int]) -> None:
    assert snap_compare(still("nodes"), press=["question_mark"], terminal_size=size)


@pytest.mark.parametrize("pane_id", ["overview", "nodes"])
def test_a_paused_picture(snap_compare: Compare, pane_id: str) -> None:
    assert snap_compare(still(pane_id), press=["space"], terminal_size=NARROW)


def test_the_question_in_which_form_to_save(snap_compare: Compare) -> None:
    assert snap_compare(still("nodes"), press=["ctrl+s"], terminal_size=NARROW)


def test_the_question_which_cluster(snap_compare: Compare) -> None:
    assert snap_compare(several(), press=["j"], terminal_size=NARROW)
