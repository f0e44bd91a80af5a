"""The tasks pane, the lists below it, and one task, driven by keys."""

from __future__ import annotations

from still import NOW, WILD, StillApp, comes, known, line_with, lines, text

from raymon_tui.cluster.feeds.catalogue import TASK_COUNTS, TASK_SUMMARY
from raymon_tui.cluster.feeds.output import Output, task_output_feed
from raymon_tui.cluster.feeds.parametrised import task_feed, tasks_feed
from raymon_tui.cluster.model.page import Counts, Filter, Page
from raymon_tui.cluster.model.task import FunctionSummary, Task, TaskEvent, TaskSummary

SUMMARY = TaskSummary(
    functions=(
        FunctionSummary(func_or_class_name="idle", type="NORMAL_TASK", state_counts={"FINISHED": 31_200}),
        FunctionSummary(
            func_or_class_name="load_shard",
            type="NORMAL_TASK",
            state_counts={"FINISHED": 1_500, "FAILED": 14, "RUNNING": 3, "PENDING_NODE_ASSIGNMENT": 20},
        ),
    ),
    total=40_000,
    num_after_truncation=10_000,
)
COUNTS = Counts(by_state={"RUNNING": 3, "PENDING_NODE_ASSIGNMENT": 20, "FINISHED": 32_700, "FAILED": 14}, total=32_737)
FAILED = Task(
    task_id="f" * 48,
    attempt_number=1,
    name="load_shard",
    state="FAILED",
    func_or_class_name="load_shard",
    job_id="01000000",
    node_id="b" * 56,
    worker_pid=812,
    error_type="TASK_EXECUTION_EXCEPTION",
    error_message='User exception:\nray::load_shard()\n  File "busy.py", line 8\nValueError: shard 6 is [corrupt]\n',
    required_resources={"CPU": 1.0},
    creation_time_ms=(NOW - 100) * 1000,
    start_time_ms=(NOW - 90) * 1000,
    end_time_ms=(NOW - 80) * 1000,
    events=(
        TaskEvent(state="PENDING_NODE_ASSIGNMENT", created_ms=(NOW - 100) * 1000),
        TaskEvent(state="RUNNING", created_ms=(NOW - 90) * 1000),
        TaskEvent(state="FAILED", created_ms=(NOW - 80) * 1000),
    ),
)
FIRST_ATTEMPT = Task(task_id="f" * 48, attempt_number=0, name="load_shard", state="FAILED", error_type="WORKER_DIED")
WAITING = Task(
    task_id="9" * 48,
    name="load_shard",
    state="PENDING_NODE_ASSIGNMENT",
    required_resources={"GPU": 4.0},
    creation_time_ms=(NOW - 60) * 1000,
)
RUNNING = Task(task_id="1" * 48, name="load_shard", state="RUNNING", start_time_ms=(NOW - 33) * 1000)
BY_NAME = (Filter("name", "=", "load_shard"),)
LIST = tasks_feed(BY_NAME, detail=True)
ROWS = Page(rows=(FAILED, WAITING, RUNNING), total=1_537, num_after_truncation=1_537, num_filtered=1_537)


def on_a_list() -> StillApp:
    return StillApp("tasks", known((TASK_SUMMARY, SUMMARY), (TASK_COUNTS, COUNTS), (LIST, ROWS)))


async def test_functions_with_live_tasks_come_first_each_with_its_counts() -> None:
    app = on_a_list()
    async with app.run_test(size=(140, 45)) as pilot:
        await pilot.pause()
        names = [line.split()[0] for line in lines(app) if "load_shard" in line or "idle" in line]
        assert names == ["load_shard", "idle"]
        assert line_with(app, "load_shard").split()[-5:] == ["3", "20", "1,500", "14", "1,537"]
        assert "32,700 finished" in text(app)


async def test_a_summary_of_only_some_tasks_says_so() -> None:
    app = on_a_list()
    async with app.run_test(size=(140, 45)) as pilot:
        await pilot.pause()
        assert "Ray counted 10,000 of 40,000" in text(app)


async def test_enter_lists_the_tasks_of_one_function_by_name_and_escape_returns() -> None:
    app = on_a_list()
    async with app.run_test(size=(140, 45)) as pilot:
        await pilot.pause()
        await pilot.press("enter")
        await pilot.pause()
        assert "name=load_shard" in lines(app)[1]
        assert app.monitor.wanted == (LIST.name,)
        await pilot.press("escape")
        await pilot.pause()
        assert "idle" in text(app)


async def test_a_list_shows_what_runs_then_what_waits_then_what_ended() -> None:
    app = on_a_list()
    async with app.run_test(size=(140, 45)) as pilot:
        await pilot.press("enter")
        await pilot.pause()
        marks = [line[1] for line in lines(app) if line[3:].startswith("load_shard")]
        assert marks == ["▶", "◌", "✕"]


async def test_a_list_says_why_each_task_failed_or_waits() -> None:
    app = on_a_list()
    async with app.run_test(size=(140, 45)) as pilot:
        await pilot.press("enter")
        await pilot.pause()
        assert "ValueError: shard 6 is [corrupt]" in line_with(app, "✕ load_shard")
        assert "no node has 4 GPU, the largest has 1" in line_with(app, "◌ load_shard")


async def test_a_list_that_was_cut_says_how_many_there_are() -> None:
    app = on_a_list()
    async with app.run_test(size=(140, 45)) as pilot:
        await pilot.press("enter")
        await pilot.pause()
        assert "3 of 1,537" in text(app)


async def test_a_state_typed_in_the_summary_lists_the_tasks_of_all_functions_in_it() -> None:
    app = on_a_list()
    async with app.run_test(size=(140, 45)) as pilot:
        await pilot.pause()
        await pilot.press("slash", *"state=failed", "enter")
        await comes(pilot, "Tasks state=FAILED")
        assert app.monitor.wanted == (tasks_feed((Filter("state", "=", "FAILED"),), detail=True).name,)


async def test_shift_f_lists_the_failed_tasks() -> None:
    app = on_a_list()
    async with app.run_test(size=(140, 45)) as pilot:
        await pilot.pause()
        await pilot.press("F")
        await comes(pilot, "Tasks state=FAILED")


async def test_a_condition_in_a_list_is_asked_of_the_server_on_enter_and_not_before() -> None:
    app = on_a_list()
    async with app.run_test(size=(140, 45)) as pilot:
        await pilot.press("enter")
        await pilot.pause()
        await pilot.press("slash", *"state=FAILED")
        await comes(pilot, "Enter asks Ray for state=FAILED")
        assert app.monitor.wanted == (LIST.name,)
        await pilot.press("enter")
        await pilot.pause()
        both = tasks_feed((*BY_NAME, Filter("state", "=", "FAILED")), detail=True)
        assert app.monitor.wanted == (both.name,)
        await pilot.press("escape")
        await pilot.pause()
        assert app.monitor.wanted == (LIST.name,)


async def test_a_task_shows_its_error_its_times_its_attempts_and_what_it_wrote() -> None:
    detail = (task_feed(FAILED.task_id), Page(rows=(FIRST_ATTEMPT, FAILED), total=2))
    wrote = (task_output_feed(FAILED), Output(whose="task", stdout="", stderr="\x1b[31mshard 6\x1b[0m is bad\n"))
    only = (LIST, Page(rows=(FAILED,), total=1))
    app = StillApp("tasks", known((TASK_SUMMARY, SUMMARY), only, detail, wrote))
    async with app.run_test(size=(140, 50)) as pilot:
        await pilot.press("enter", "enter")
        await comes(pilot, "Task load_shard  attempt 1")
        shown = text(app)
        assert 'File "busy.py", line 8' in shown
        assert "10.0.0.2" in line_with(app, "node  ")
        assert line_with(app, "running").endswith("for 10s")
        assert "its process exited by itself" in line_with(app, "attempt 0")
        assert "shard 6 is bad" in shown
        assert "nothing was written" in shown


async def test_a_waiting_task_says_what_it_waits_for() -> None:
    only = (LIST, Page(rows=(WAITING,), total=1))
    app = StillApp("tasks", known((TASK_SUMMARY, SUMMARY), only))
    async with app.run_test(size=(140, 45)) as pilot:
        await pilot.press("enter", "enter")
        await comes(pilot, "Task load_shard  attempt 0")
        assert "no node has 4 GPU, the largest has 1" in line_with(app, "why")


async def test_a_task_that_ray_forgot_is_said_to_be_forgotten() -> None:
    gone = (task_feed(WAITING.task_id), Page[Task](rows=(), total=0))
    only = (LIST, Page(rows=(WAITING,), total=1))
    app = StillApp("tasks", known((TASK_SUMMARY, SUMMARY), only, gone))
    async with app.run_test(size=(140, 45)) as pilot:
        await pilot.press("enter", "enter")
        await comes(pilot, "does not remember this task")


async def test_in_eighty_columns_a_list_keeps_the_name_and_why() -> None:
    app = on_a_list()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("enter")
        await pilot.pause()
        assert "no node has 4 GPU" in line_with(app, "◌ load_shard")
        assert all(len(line) <= 80 for line in lines(app))


async def test_wild_names_are_drawn_as_text() -> None:
    wild = TaskSummary(functions=(FunctionSummary(func_or_class_name=WILD, state_counts={"FAILED": 1}),), total=1)
    task = Task(task_id="2" * 48, name=WILD, state="FAILED", error_message=WILD, error_type=WILD)
    feed = tasks_feed((Filter("name", "=", WILD),), detail=True)
    app = StillApp("tasks", known((TASK_SUMMARY, wild), (feed, Page(rows=(task,), total=1))))
    async with app.run_test(size=(140, 45)) as pilot:
        await pilot.pause()
        assert "[bold]" in line_with(app, "wild")
        await pilot.press("enter")
        await comes(pilot, "✕ [bold]wild")
        await pilot.press("enter")
        await comes(pilot, "Task [bold]wild")
        assert "\x1b" not in text(app)


async def test_no_task_says_what_makes_one() -> None:
    app = StillApp("tasks", known((TASK_SUMMARY, TaskSummary(total=0))))
    async with app.run_test(size=(140, 45)) as pilot:
        await comes(pilot, "f.remote()")
