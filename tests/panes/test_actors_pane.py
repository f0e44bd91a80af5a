"""The actors pane, the list below it, and one actor, driven by keys."""

from __future__ import annotations

from still import NOW, WILD, StillApp, comes, known, line_with, lines, text

from raymon_tui.cluster.feeds.catalogue import ACTOR_SUMMARY
from raymon_tui.cluster.feeds.output import Output, actor_output_feed
from raymon_tui.cluster.feeds.parametrised import actor_feed, actors_feed, tasks_feed
from raymon_tui.cluster.model.actor import Actor, ActorSummary, ClassSummary, DeathCause
from raymon_tui.cluster.model.page import Filter, Page
from raymon_tui.tui.screens.main_screen import MainScreen

SUMMARY = ActorSummary(
    classes=(
        ClassSummary(class_name="Bad", state_counts={"DEAD": 120}),
        ClassSummary(class_name="Trainer", state_counts={"ALIVE": 3, "PENDING_CREATION": 2, "DEAD": 1}),
    ),
    total=126,
    num_after_truncation=126,
)
LIST = actors_feed((Filter("class_name", "=", "Trainer"),))
ALIVE = Actor(
    actor_id="1" * 32,
    class_name="Trainer",
    name="tr0",
    state="ALIVE",
    node_id="a" * 56,
    pid=4803,
    rss=94371840.0,
    cpu_percent=12.0,
    start_time=NOW - 3600,
    executed_tasks=1_094,
    running_tasks=1,
    pending_tasks=0,
    num_restarts=2,
    required_resources={"CPU": 0.5},
    is_detached=True,
    ray_namespace="prod",
)
DEAD = Actor(
    actor_id="2" * 32,
    class_name="Trainer",
    name="tr1",
    state="DEAD",
    death_cause=DeathCause(
        kind="creation_task_failure",
        message='Traceback (most recent call last):\n  File "busy.py", line 16\nRuntimeError: no such [bold]dataset',
    ),
)
ENDED = Actor(
    actor_id="3" * 32,
    class_name="Trainer",
    name="tr2",
    state="DEAD",
    death_cause=DeathCause(kind="actor_died_error", reason="OUT_OF_SCOPE", message="all references were removed"),
)
CRASHED = Actor(
    actor_id="4" * 32,
    class_name="Trainer",
    name="tr3",
    state="DEAD",
    death_cause=DeathCause(
        kind="actor_died_error", reason="WORKER_DIED", message="(1) killed by the OOM killer (2) ray stop (3) SIGSEGV"
    ),
)
NOT_PLACED = Actor(
    actor_id="5" * 32,
    class_name="Trainer",
    name="tr4",
    state="PENDING_CREATION",
    required_resources={"GPU": 4.0},
)
IN_ITS_CONSTRUCTOR = Actor(
    actor_id="6" * 32, class_name="Trainer", name="tr5", state="PENDING_CREATION", pid=77, node_id="a" * 56
)
ROWS = Page(rows=(DEAD, ENDED, CRASHED, ALIVE, NOT_PLACED, IN_ITS_CONSTRUCTOR), total=6)


def on_a_list() -> StillApp:
    return StillApp("actors", known((ACTOR_SUMMARY, SUMMARY), (LIST, ROWS)))


async def test_classes_with_living_actors_come_first_each_with_its_counts() -> None:
    app = on_a_list()
    async with app.run_test(size=(140, 45)) as pilot:
        await comes(pilot, "Trainer")
        names = [line.split()[0] for line in lines(app) if "Trainer" in line or "Bad" in line]
        assert names == ["Trainer", "Bad"]
        assert line_with(app, "Trainer").split()[-5:] == ["3", "2", "0", "1", "6"]


async def test_enter_lists_the_actors_of_one_class_those_not_there_yet_first_and_dead_ones_last() -> None:
    app = on_a_list()
    async with app.run_test(size=(140, 45)) as pilot:
        await pilot.press("enter")
        await comes(pilot, "tr0")
        assert "class_name=Trainer" in lines(app)[1]
        names = [line.split()[1] for line in lines(app) if line[1:3] in ("◌ ", "● ", "✕ ")]
        assert names == ["tr4", "tr5", "tr0", "tr1", "tr2", "tr3"]


async def test_a_list_says_why_each_actor_is_dead_or_waits() -> None:
    app = on_a_list()
    async with app.run_test(size=(140, 45)) as pilot:
        await pilot.press("enter")
        await comes(pilot, "tr0")
        assert "its constructor raised" in line_with(app, "tr1")
        assert "ended as usual" in line_with(app, "tr2")
        assert "its process exited by itself" in line_with(app, "tr3")
        assert "no node has 4 GPU" in line_with(app, "tr4")
        assert "its constructor runs in pid 77" in line_with(app, "tr5")


async def test_a_living_actor_shows_its_process_and_its_tasks() -> None:
    only = (LIST, Page(rows=(ALIVE,), total=1))
    app = StillApp("actors", known((ACTOR_SUMMARY, SUMMARY), only, (actor_feed(ALIVE.actor_id), ALIVE)))
    async with app.run_test(size=(140, 45)) as pilot:
        await pilot.press("enter", "enter")
        await comes(pilot, "Actor tr0")
        assert line_with(app, "memory").split()[-2:] == ["90.0", "MiB"]
        assert line_with(app, "executed").split()[-1] == "1,094"
        assert line_with(app, "restarts").split()[-1] == "2"
        assert "outlives its driver" in line_with(app, "detached")
        assert "10.0.0.1" in line_with(app, "node  ")


async def test_a_dead_actor_says_why_in_a_sentence_and_then_in_rays_own_words() -> None:
    only = (LIST, Page(rows=(DEAD,), total=1))
    app = StillApp("actors", known((ACTOR_SUMMARY, SUMMARY), only))
    async with app.run_test(size=(140, 45)) as pilot:
        await pilot.press("enter", "enter")
        await comes(pilot, "Actor tr1")
        assert "its constructor raised RuntimeError: no such [bold]dataset" in line_with(app, "why")
        assert 'File "busy.py", line 16' in text(app)


async def test_an_actor_shows_the_end_of_what_it_wrote() -> None:
    only = (LIST, Page(rows=(ALIVE,), total=1))
    wrote = (actor_output_feed(ALIVE), Output(whose="actor", stdout="epoch 3\n", stderr=None))
    app = StillApp("actors", known((ACTOR_SUMMARY, SUMMARY), only, wrote))
    async with app.run_test(size=(140, 50)) as pilot:
        await pilot.press("enter", "enter")
        await comes(pilot, "epoch 3")
        assert "the file is gone, or its node is" in text(app)


async def test_a_finding_about_a_class_puts_the_cursor_on_it_and_one_about_an_actor_lists_it() -> None:
    app = on_a_list()
    async with app.run_test(size=(140, 45)) as pilot:
        await comes(pilot, "Trainer")
        assert isinstance(app.screen, MainScreen)
        await app.screen.action_open("actors", "Bad")
        await pilot.pause()
        await pilot.press("enter")
        await comes(pilot, "Actors class_name=Bad")
        await pilot.press("escape")
        await pilot.pause()
        assert isinstance(app.screen, MainScreen)
        await app.screen.action_open("actors", ALIVE.actor_id)
        await comes(pilot, f"Actors actor_id={ALIVE.actor_id}")


async def test_shift_t_on_an_actor_lists_its_tasks() -> None:
    only = (LIST, Page(rows=(ALIVE,), total=1))
    app = StillApp("actors", known((ACTOR_SUMMARY, SUMMARY), only))
    async with app.run_test(size=(140, 45)) as pilot:
        await pilot.press("enter", "enter")
        await comes(pilot, "Actor tr0")
        await pilot.press("T")
        await comes(pilot, "Tasks actor_id=")
        assert app.monitor.wanted == (tasks_feed((Filter("actor_id", "=", ALIVE.actor_id),), detail=True).name,)


async def test_a_state_typed_above_the_classes_lists_the_actors_of_all_classes_in_it() -> None:
    app = on_a_list()
    async with app.run_test(size=(140, 45)) as pilot:
        await comes(pilot, "Trainer")
        await pilot.press("slash", *"state=dead", "enter")
        await comes(pilot, "Actors state=DEAD")
        assert app.monitor.wanted == (actors_feed((Filter("state", "=", "DEAD"),)).name,)


async def test_in_eighty_columns_a_list_keeps_the_name_and_why() -> None:
    app = on_a_list()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("enter")
        await comes(pilot, "tr4")
        assert "no node has 4 GPU" in line_with(app, "tr4")
        assert all(len(line) <= 80 for line in lines(app))


async def test_wild_names_are_drawn_as_text() -> None:
    wild = ActorSummary(classes=(ClassSummary(class_name=WILD, state_counts={"ALIVE": 1}),), total=1)
    actor = Actor(actor_id="7" * 32, class_name=WILD, name=WILD, state="ALIVE", repr_name=WILD, ray_namespace=WILD)
    feed = actors_feed((Filter("class_name", "=", WILD),))
    app = StillApp("actors", known((ACTOR_SUMMARY, wild), (feed, Page(rows=(actor,), total=1))))
    async with app.run_test(size=(140, 45)) as pilot:
        await comes(pilot, "[bold]wild")
        await pilot.press("enter")
        await comes(pilot, "● [bold]wild")
        await pilot.press("enter")
        await comes(pilot, "Actor [bold]wild")
        assert "\x1b" not in text(app)


async def test_no_actor_says_what_makes_one() -> None:
    app = StillApp("actors", known((ACTOR_SUMMARY, ActorSummary(total=0))))
    async with app.run_test(size=(140, 45)) as pilot:
        await comes(pilot, "Class.remote()")
