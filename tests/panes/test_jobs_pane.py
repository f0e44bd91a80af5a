"""The jobs pane, driven by keys."""

from __future__ import annotations

import re

from still import NOW, WILD, StillApp, comes, failing, known, line_with, lines, text

from raymon_tui.cluster.feeds.catalogue import JOB_PROGRESS, JOBS
from raymon_tui.cluster.feeds.output import Output, driver_output_feed
from raymon_tui.cluster.model.job import DriverInfo, Job, JobProgress
from raymon_tui.tui.options import MonitorOptions

RUNNING = Job(
    type="SUBMISSION",
    submission_id="train-7f",
    job_id="03000000",
    status="RUNNING",
    entrypoint="python train.py",
    message="Job is currently running.",
    start_time=(NOW - 9000) * 1000,
    driver_node_id="a" * 56,
    metadata={"team": "[bold]vision"},
)
FAILED = Job(
    type="SUBMISSION",
    submission_id="etl-11",
    status="FAILED",
    entrypoint="python etl.py",
    message="Job entrypoint command failed with exit code 1, last available logs (truncated to 20,000 chars):\n"
    "reading\nTraceback (most recent call last):\n  File \"etl.py\", line 3\nKeyError: 'rate'\n",
    start_time=(NOW - 900) * 1000,
    end_time=(NOW - 870) * 1000,
    driver_exit_code=1,
)
KILLED = Job(
    type="SUBMISSION",
    submission_id="big-one",
    status="FAILED",
    message="Job entrypoint command failed with exit code 137, last available logs (truncated to 20,000 chars):\n",
    start_time=(NOW - 90) * 1000,
    end_time=(NOW - 60) * 1000,
    driver_exit_code=137,
)
BY_HAND = Job(
    type="DRIVER",
    job_id="01000000",
    status="RUNNING",
    entrypoint="python busy.py",
    driver_info=DriverInfo(id="01000000", node_ip_address="10.0.0.1", pid=2798),
    start_time=(NOW - 90_000) * 1000,
)
PROGRESS = JobProgress(job_id="03000000", total=200, finished=124, running=6, waiting=66, failed=4)
BUSY = known((JOBS, (FAILED, BY_HAND, KILLED, RUNNING)), (JOB_PROGRESS, (PROGRESS,)))


async def test_running_jobs_stand_before_ended_ones_and_new_before_old() -> None:
    app = StillApp("jobs", BUSY)
    async with app.run_test(size=(140, 45)) as pilot:
        await pilot.pause()
        names = [line.split()[1] for line in lines(app) if line[:3] in (" ▶ ", " ✕ ")]
        assert names == ["train-7f", "01000000", "big-one", "etl-11"]


async def test_a_running_job_has_a_meter_and_its_tasks_in_numbers() -> None:
    app = StillApp("jobs", BUSY)
    async with app.run_test(size=(140, 45)) as pilot:
        await pilot.pause()
        line = line_with(app, "train-7f")
        assert "━" in line
        assert "62%" in line
        assert "6 run  66 wait  4 fail" in line
        assert re.search(r"2h [3-5]\dm", line)


async def test_a_failed_job_says_why_in_its_row() -> None:
    app = StillApp("jobs", BUSY)
    async with app.run_test(size=(140, 45)) as pilot:
        await pilot.pause()
        assert "exit code 1: KeyError: 'rate'" in line_with(app, "etl-11")
        assert "its driver was killed (exit code 137)" in line_with(app, "big-one")


async def test_progress_that_is_not_known_is_a_dash_and_not_a_zero() -> None:
    app = StillApp("jobs", BUSY)
    async with app.run_test(size=(140, 45)) as pilot:
        await pilot.pause()
        line = line_with(app, "01000000")
        assert "–" in line
        assert "0%" not in line


async def test_in_eighty_columns_the_outcome_stays() -> None:
    app = StillApp("jobs", BUSY)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert "exit code 1: KeyError: 'rate'" in line_with(app, "etl-11")
        assert all(len(line) <= 80 for line in lines(app))


async def test_enter_opens_a_job_with_its_outcome_first_and_its_driver_log_below() -> None:
    log = (driver_output_feed(FAILED), Output(whose="driver", stdout="reading\n\x1b[31mred\x1b[0m [bold]\n"))
    app = StillApp("jobs", known((JOBS, (FAILED,)), log))
    async with app.run_test(size=(140, 45)) as pilot:
        await pilot.pause()
        await pilot.press("enter")
        await pilot.pause()
        assert "exit code 1: KeyError: 'rate'" in line_with(app, "why")
        assert line_with(app, "exit code  ").split()[-1] == "1"
        assert line_with(app, "reading")
        assert "[bold]" in line_with(app, "red [bold]")
        assert driver_output_feed(FAILED).name in app.monitor.wanted


async def test_the_detail_names_the_signal_that_killed_a_driver() -> None:
    app = StillApp("jobs", known((JOBS, (KILLED,))))
    async with app.run_test(size=(140, 45)) as pilot:
        await pilot.pause()
        await pilot.press("enter")
        await pilot.pause()
        assert line_with(app, "137: killed by SIGKILL").split()[:2] == ["exit", "code"]


async def test_the_log_goes_on_where_it_was_and_is_not_written_anew() -> None:
    feed = driver_output_feed(RUNNING)
    app = StillApp("jobs", known((JOBS, (RUNNING,)), (feed, Output(whose="driver", stdout="one\ntwo\n"))))
    async with app.run_test(size=(140, 45)) as pilot:
        await pilot.pause()
        await pilot.press("enter")
        await pilot.pause()
        app.knows(known((JOBS, (RUNNING,)), (feed, Output(whose="driver", stdout="two\nthree\n"))))
        await pilot.pause()
        shown = [line.strip() for line in lines(app)]
        assert shown[shown.index("one") :][:3] == ["one", "two", "three"]


async def test_a_driver_started_by_hand_has_no_log_and_the_page_says_where_it_is() -> None:
    app = StillApp("jobs", known((JOBS, (BY_HAND,))))
    async with app.run_test(size=(140, 45)) as pilot:
        await pilot.pause()
        await pilot.press("enter")
        await pilot.pause()
        assert "goes to its own terminal" in text(app)
        assert "python-core-driver-*_2798.log" in text(app)
        assert not any(name.startswith("driver log") for name in app.monitor.wanted)


async def test_x_asks_before_it_stops_a_job_and_n_leaves_it_alone() -> None:
    app = StillApp("jobs", BUSY)
    async with app.run_test(size=(140, 45)) as pilot:
        await pilot.pause()
        await pilot.press("x")
        await pilot.pause()
        assert "Stop the job train-7f?" in text(app)
        await pilot.press("n")
        await pilot.pause()
        assert "Stop the job" not in text(app)


async def test_read_only_there_is_no_key_that_stops_a_job() -> None:
    app = StillApp("jobs", BUSY, MonitorOptions(read_only=True))
    async with app.run_test(size=(140, 45)) as pilot:
        await pilot.pause()
        assert "stop job" not in lines(app)[-1]
        await pilot.press("x")
        await pilot.pause()
        assert "Stop the job" not in text(app)
        await pilot.press("enter", "x")
        await pilot.pause()
        assert "Stop the job" not in text(app)


async def test_an_ended_job_cannot_be_stopped_and_that_is_said() -> None:
    app = StillApp("jobs", known((JOBS, (FAILED,))))
    async with app.run_test(size=(140, 45), notifications=True) as pilot:
        await pilot.pause()
        await pilot.press("x")
        await comes(pilot, "This job has ended")


async def test_wild_names_are_drawn_as_text() -> None:
    wild = Job(type="SUBMISSION", submission_id=WILD, status="RUNNING", entrypoint=WILD, metadata={WILD: WILD})
    app = StillApp("jobs", known((JOBS, (wild,))))
    async with app.run_test(size=(140, 45)) as pilot:
        await pilot.pause()
        assert "[bold]" in line_with(app, "wild")
        await pilot.press("enter")
        await pilot.pause()
        assert "\x1b" not in text(app)
        assert "[bold]" in text(app)


async def test_no_job_says_what_makes_one() -> None:
    app = StillApp("jobs", known((JOBS, ())))
    async with app.run_test(size=(140, 45)) as pilot:
        await pilot.pause()
        assert "ray job submit" in text(app)


async def test_a_question_that_failed_shows_what_was_said() -> None:
    app = StillApp("jobs", failing(JOBS, "401: no token was sent"))
    async with app.run_test(size=(140, 45)) as pilot:
        await pilot.pause()
        assert "401: no token was sent" in text(app)


async def test_slash_filters_and_escape_takes_the_filter_away() -> None:
    app = StillApp("jobs", BUSY)
    async with app.run_test(size=(140, 45)) as pilot:
        await pilot.pause()
        await pilot.press("slash", *"etl", "enter")
        await pilot.pause()
        assert "1 of 4" in text(app)
        assert "train-7f" not in text(app)
        await pilot.press("escape")
        await pilot.pause()
        assert "train-7f" in text(app)
