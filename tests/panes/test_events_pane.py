"""The events pane, driven by keys."""

from __future__ import annotations

from still import NOW, WILD, StillApp, comes, known, line_with, lines, text

from raymon_tui.cluster.feeds.catalogue import EVENTS
from raymon_tui.cluster.model.event import Event

NO_TYPE = "Error: No available node types can fulfill resource request {'GPU': 4.0}."
REPEATED = tuple(
    Event(
        event_id=str(index),
        source_type="AUTOSCALER",
        severity="INFO",
        message=NO_TYPE,
        timestamp=NOW - 100 + index,
        hostname="head",
        pid=2936,
    )
    for index in range(50)
)
FULL = Event(
    event_id="full",
    source_type="RAYLET",
    severity="ERROR",
    label="Out of Disk",
    message="/tmp/ray is over 95% full.\nObject creation will fail.",
    timestamp=NOW - 5,
    custom_fields={"node_id": "[bold]n1"},
)
OLD = Event(event_id="old", source_type="JOBS", severity="WARNING", message="an old one", timestamp=NOW - 7200)
ALL = known((EVENTS, (OLD, *REPEATED, FULL)))


async def test_the_newest_event_stands_first_and_what_repeats_stands_once() -> None:
    app = StillApp("events", ALL)
    async with app.run_test(size=(140, 45)) as pilot:
        await comes(pilot, "over 95% full")
        severities = [line.split()[1] for line in lines(app) if line.split()[:1] in (["✕"], ["▲"], ["·"])]
        assert severities == ["ERROR", "INFO", "WARNING"]
        assert "50" in line_with(app, NO_TYPE[:30]).split()


async def test_the_severities_are_counted_above() -> None:
    app = StillApp("events", ALL)
    async with app.run_test(size=(140, 45)) as pilot:
        await comes(pilot, "1 error")
        assert "50 info" in text(app)


async def test_enter_opens_the_whole_message_with_its_custom_fields() -> None:
    app = StillApp("events", ALL)
    async with app.run_test(size=(140, 45)) as pilot:
        await comes(pilot, "over 95% full")
        await pilot.press("enter")
        await comes(pilot, "Object creation will fail.")
        assert "[bold]n1" in line_with(app, "node_id")
        assert "Out of Disk" in line_with(app, "label")


async def test_what_was_said_often_tells_since_when() -> None:
    app = StillApp("events", known((EVENTS, REPEATED)))
    async with app.run_test(size=(140, 45)) as pilot:
        await comes(pilot, "AUTOSCALER")
        await pilot.press("enter")
        await comes(pilot, "50, first at ")


async def test_a_severity_can_be_filtered_by() -> None:
    app = StillApp("events", ALL)
    async with app.run_test(size=(140, 45)) as pilot:
        await comes(pilot, "over 95% full")
        await pilot.press("slash", *"error", "slash")
        await pilot.press("backspace", "enter")
        await comes(pilot, "2 of 3")
        assert "an old one" not in text(app)


async def test_in_eighty_columns_the_message_keeps_half_of_the_line() -> None:
    app = StillApp("events", ALL)
    async with app.run_test(size=(80, 24)) as pilot:
        await comes(pilot, "Error: No available node types can fulf")
        assert all(len(line) <= 80 for line in lines(app))


async def test_wild_messages_are_drawn_as_text() -> None:
    wild = Event(event_id="w", source_type=WILD, severity="ERROR", label=WILD, message=WILD, custom_fields={WILD: WILD})
    app = StillApp("events", known((EVENTS, (wild,))))
    async with app.run_test(size=(140, 45)) as pilot:
        await comes(pilot, "[bold]wild")
        await pilot.press("enter")
        await comes(pilot, "Event [bold]wild")
        assert "\x1b" not in text(app)


async def test_no_event_says_what_records_one() -> None:
    app = StillApp("events", known((EVENTS, ())))
    async with app.run_test(size=(140, 45)) as pilot:
        await comes(pilot, "No event yet")
