"""Placement groups and objects, driven by keys."""

from __future__ import annotations

from still import NOW, WILD, StillApp, comes, known, line_with, lines, text

from raymon_tui.cluster.feeds.catalogue import OBJECTS, PLACEMENT_GROUPS
from raymon_tui.cluster.model.page import Page
from raymon_tui.cluster.model.placement_group import Bundle, PlacementGroup, PlacementGroupStats
from raymon_tui.cluster.model.stored_object import StoredObject
from raymon_tui.tui.screens.main_screen import MainScreen

ASKED = int((NOW - 240) * 1e9)
INFEASIBLE = PlacementGroup(
    placement_group_id="1" * 36,
    name="big-pg",
    state="PENDING",
    creator_job_id="01000000",
    bundles=(Bundle(unit_resources={"CPU": 64.0}, node_id=""), Bundle(unit_resources={"CPU": 64.0}, node_id="")),
    stats=PlacementGroupStats(scheduling_state="INFEASIBLE", scheduling_attempt=4, creation_request_received_ns=ASKED),
    strategy="STRICT_SPREAD",
)
FULL = PlacementGroup(
    placement_group_id="2" * 36,
    name="waits",
    state="PENDING",
    bundles=(Bundle(unit_resources={"CPU": 4.0}),),
    stats=PlacementGroupStats(scheduling_state="NO_RESOURCES"),
)
PLACED = PlacementGroup(
    placement_group_id="3" * 36,
    name="gang",
    state="CREATED",
    bundles=(
        Bundle(unit_resources={"CPU": 1.0}, node_id="a" * 56),
        Bundle(unit_resources={"GPU": 1.0}, node_id="b" * 56),
    ),
    stats=PlacementGroupStats(scheduling_state="FINISHED"),
)
GROUPS = Page(rows=(PLACED, INFEASIBLE, FULL), total=3)
HELD = StoredObject(
    object_id="00ff01",
    object_size=10_000_003.0,
    task_status="FINISHED",
    reference_type="LOCAL_REFERENCE",
    call_site="disabled",
    type="DRIVER",
    pid=2798,
    ip="10.0.0.1",
)
HELD_TWICE = StoredObject(
    object_id="00ff01", object_size=10_000_003.0, reference_type="PINNED_IN_MEMORY", call_site="disabled", pid=9
)
NOT_MADE = StoredObject(object_id="00ff02", object_size=-1.0, task_status="PENDING_NODE_ASSIGNMENT")
OBJECTS_PAGE = Page(
    rows=(NOT_MADE, HELD, HELD_TWICE),
    total=12_000,
    num_after_truncation=10_000,
    num_filtered=10_000,
    warnings=("Callsite is not being recorded.",),
)
ALL = known((PLACEMENT_GROUPS, GROUPS), (OBJECTS, OBJECTS_PAGE))


async def test_groups_that_wait_come_first_each_with_why() -> None:
    app = StillApp("more", ALL)
    async with app.run_test(size=(140, 45)) as pilot:
        await comes(pilot, "big-pg")
        line = line_with(app, "big-pg")
        assert "INFEASIBLE" in line
        assert "no node has 64 CPU, the largest has 8" in line
        assert "STRICT_SPREAD" in line
        assert "2 × {CPU: 64}" in line
        assert "0/2" in line
        assert "not enough of the nodes is free now" in line_with(app, "waits")
        assert [name for name in ("big-pg", "waits", "gang") if name in text(app)] == ["big-pg", "waits", "gang"]
        assert text(app).index("gang") > text(app).index("big-pg")


async def test_enter_shows_where_each_bundle_lies() -> None:
    app = StillApp("more", known((PLACEMENT_GROUPS, Page(rows=(PLACED,), total=1))))
    async with app.run_test(size=(140, 45)) as pilot:
        await comes(pilot, "gang")
        await pilot.press("enter")
        await comes(pilot, "Bundles")
        assert line_with(app, "{CPU: 1}").endswith("on 10.0.0.1")
        assert line_with(app, "{GPU: 1}").endswith("on 10.0.0.2")


async def test_objects_are_asked_for_only_when_they_are_looked_at() -> None:
    app = StillApp("more", ALL)
    async with app.run_test(size=(140, 45)) as pilot:
        await comes(pilot, "big-pg")
        assert OBJECTS.name not in app.monitor.wanted
        await pilot.press("right_square_bracket")
        await comes(pilot, "00ff01")
        assert app.monitor.wanted == (OBJECTS.name,)
        await pilot.press("left_square_bracket")
        await comes(pilot, "big-pg")
        assert OBJECTS.name not in app.monitor.wanted


async def test_a_finding_about_a_group_leads_to_it_from_the_objects_too() -> None:
    app = StillApp("more", ALL)
    async with app.run_test(size=(140, 45)) as pilot:
        await comes(pilot, "big-pg")
        await pilot.press("right_square_bracket")
        await comes(pilot, "00ff01")
        assert isinstance(app.screen, MainScreen)
        await app.screen.action_open("more", PLACED.placement_group_id)
        await comes(pilot, "gang")
        await pilot.press("enter")
        await comes(pilot, "Placement group gang")


async def test_an_object_held_twice_is_counted_once_and_an_unknown_size_is_no_zero() -> None:
    app = StillApp("more", ALL)
    async with app.run_test(size=(140, 45)) as pilot:
        await comes(pilot, "big-pg")
        await pilot.press("right_square_bracket")
        await comes(pilot, "2 objects, 9.5 MiB, 3 references; the size of 1 is not known yet")
        assert "–" in line_with(app, "00ff02")
        assert "0 B" not in line_with(app, "00ff02")


async def test_a_cut_list_of_objects_and_missing_call_sites_are_said() -> None:
    app = StillApp("more", ALL)
    async with app.run_test(size=(140, 45)) as pilot:
        await comes(pilot, "big-pg")
        await pilot.press("right_square_bracket")
        await comes(pilot, "3 of 12,000")
        assert "RAY_record_ref_creation_sites=1" in text(app)


async def test_enter_on_an_object_explains_its_reference() -> None:
    app = StillApp("more", ALL)
    async with app.run_test(size=(140, 45)) as pilot:
        await comes(pilot, "big-pg")
        await pilot.press("right_square_bracket")
        await comes(pilot, "00ff01")
        await pilot.press("enter")
        await comes(pilot, "Object 00ff01")
        assert "held by a variable" in line_with(app, "reference")
        assert "10,000,003 bytes" in line_with(app, "size")


async def test_in_eighty_columns_nothing_is_wider_than_the_screen() -> None:
    app = StillApp("more", ALL)
    async with app.run_test(size=(80, 24)) as pilot:
        await comes(pilot, "big-pg")
        assert all(len(line) <= 80 for line in lines(app))
        await pilot.press("right_square_bracket")
        await comes(pilot, "00ff01")
        assert all(len(line) <= 80 for line in lines(app))


async def test_wild_names_are_drawn_as_text() -> None:
    group = PlacementGroup(placement_group_id="4" * 36, name=WILD, state="CREATED", bundles=())
    held = StoredObject(object_id=WILD, reference_type=WILD, call_site=WILD)
    pages = ((PLACEMENT_GROUPS, Page(rows=(group,), total=1)), (OBJECTS, Page(rows=(held,), total=1)))
    app = StillApp("more", known(*pages))
    async with app.run_test(size=(140, 45)) as pilot:
        await comes(pilot, "● [bold]wild")
        await pilot.press("right_square_bracket")
        await comes(pilot, "call site")
        await pilot.press("enter")
        await comes(pilot, "Object [bold]wild")
        assert "\x1b" not in text(app)


async def test_no_group_and_no_object_say_what_makes_one() -> None:
    app = StillApp("more", known((PLACEMENT_GROUPS, Page(total=0)), (OBJECTS, Page(total=0))))
    async with app.run_test(size=(140, 45)) as pilot:
        await comes(pilot, "ray.util.placement_group makes one")
        await pilot.press("right_square_bracket")
        await comes(pilot, "ray.put")
