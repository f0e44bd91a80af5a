"""What is said of jobs, actors and tasks that fail."""

from __future__ import annotations

import pytest
from given import NOW, found, known, told

from raymon_tui.cluster.feeds.catalogue import DEAD_ACTORS, FAILED_TASKS, JOBS
from raymon_tui.cluster.feeds.failures import FunctionFailures, TaskFailures
from raymon_tui.cluster.findings.finding import Severity
from raymon_tui.cluster.model.actor import Actor, DeathCause
from raymon_tui.cluster.model.job import Job
from raymon_tui.cluster.model.page import Page
from raymon_tui.cluster.model.task import Task
from raymon_tui.cluster.snapshot import Snapshot

LOG = (
    "Job entrypoint command failed with exit code 1, last available logs (truncated to 20,000 chars):\n"
    "2026-11-23 18:27:27,852\tINFO job_manager.py:581 -- Runtime env is setting up.\n"
    "\x1b[31mTraceback (most recent call last):\x1b[0m\n"
    '  File "train.py", line 1, in <module>\n'
    "KeyError: 'rate'\n"
)


def failed_job(message: str | None, code: int | None = None, ago_s: float = 60.0) -> Job:
    return Job(
        submission_id="train-7f",
        status="FAILED",
        message=message,
        driver_exit_code=code,
        end_time=(NOW - ago_s) * 1000,
    )


@pytest.mark.parametrize(
    ("message", "code", "cause"),
    [
        (LOG, 1, "exit code 1: KeyError: 'rate'"),
        (
            "Job entrypoint command failed with exit code 137. No logs available.",
            None,
            "its driver was killed (exit code 137)",
        ),
        ("Job entrypoint command failed with exit code 3. No logs available.", 3, "exit code 3"),
        ("runtime_env setup failed: no such package: nump", None, "runtime_env setup failed: no such package: nump"),
        (None, None, ""),
    ],
)
def test_a_failed_job_says_what_its_driver_said_last(message: str | None, code: int | None, cause: str) -> None:
    (finding,) = found(known((JOBS, (failed_job(message, code),))))
    assert (finding.title, finding.cause) == ("Job train-7f failed", cause)
    assert (finding.where, finding.subject, finding.since) == ("jobs", "train-7f", NOW - 60)


def test_a_job_that_failed_yesterday_or_was_stopped_is_no_trouble() -> None:
    stopped = Job(submission_id="s", status="STOPPED", end_time=NOW * 1000)
    assert told(known((JOBS, (failed_job(LOG, ago_s=86400), stopped)))) == []


def actor(kind: str, message: str = "", *, reason: str = "", name: str = "Bad", ago_s: float | None = 30.0) -> Actor:
    return Actor(
        actor_id=f"id-{ago_s}",
        class_name=name,
        state="DEAD",
        job_id="01",
        death_cause=DeathCause(kind=kind, reason=reason, message=message, node_ip="10.0.0.7"),
        end_time=None if ago_s is None else NOW - ago_s,
    )


def deaths(*actors: Actor, total: int | None = None) -> Snapshot:
    count = len(actors) if total is None else total
    return known((DEAD_ACTORS, Page(rows=actors, total=count, num_after_truncation=count, num_filtered=count)))


RAISED = (
    "Traceback (most recent call last):\n\n"
    '  File "train.py", line 16, in __init__\n    raise RuntimeError("no such dataset")\n\n'
    "During handling of the above exception, another exception occurred:\n\n"
    "ray.exceptions.ActorDiedError: The actor died because of an error raised in its creation task, Bad.__init__()\n"
    '  File "train.py", line 16, in __init__\n'
    "RuntimeError: no such dataset\n"
)
OOM = (
    "2 worker(s) were killed due to the node running low on memory. Memory on the node (IP: 10.0.0.7, ID: ab12) was"
    " 61.2GB used / 64.00GB limit (0.956250)"
)


@pytest.mark.parametrize(
    ("dead", "cause"),
    [
        (actor("creation_task_failure", RAISED), "its constructor raised RuntimeError: no such dataset"),
        (actor("oom", OOM), "out of memory on 10.0.0.7, 61.2 of 64 GiB"),
        (actor("oom", "killed"), "out of memory"),
        (
            actor("runtime_env_failed", "Failed to install pip packages: nump"),
            "its runtime environment could not be built: Failed to install pip packages: nump",
        ),
        (
            actor("actor_died_error", "1. oom 2. segfault 3. ray stop", reason="WORKER_DIED"),
            "its process exited by itself",
        ),
        (actor("actor_died_error", "node has died", reason="NODE_DIED"), "its node 10.0.0.7 died"),
    ],
)
def test_an_actor_that_died_of_an_error_says_which(dead: Actor, cause: str) -> None:
    assert told(deaths(dead)) == [("Bad died", cause)]


def test_actors_of_one_class_are_one_finding_that_counts_them() -> None:
    (finding,) = found(deaths(*(actor("oom", OOM, name="Trainer", ago_s=ago) for ago in (200.0, 41.0, 90.0))))
    assert finding.title == "Trainer died 3 times"
    assert finding.severity is Severity.ERROR
    assert finding.since == NOW - 200


def test_more_dead_actors_than_were_fetched_are_not_passed_over_in_silence() -> None:
    ((title, _),) = told(deaths(actor("oom"), actor("oom", ago_s=5), total=450))
    assert title == "Bad died 2+ times"


@pytest.mark.parametrize(
    "ordinary",
    [
        actor("actor_died_error", "killed by `ray.kill`", reason="RAY_KILL"),
        actor("actor_died_error", "all references were removed", reason="OUT_OF_SCOPE"),
        actor("actor_died_error", "its owner has died", reason="OWNER_DIED"),
        actor("actor_died_error", "Worker exit type: INTENDED_USER_EXIT", reason="WORKER_DIED"),
        actor("actor_died_error", "crashed", reason="WORKER_DIED", name="JobSupervisor"),
        actor("oom", OOM, ago_s=7200.0),
    ],
    ids=["killed", "out of scope", "owner gone", "exit_actor", "job supervisor", "long ago"],
)
def test_an_actor_that_was_meant_to_end_is_no_trouble(ordinary: Actor) -> None:
    assert told(deaths(ordinary)) == []


def test_an_actor_that_died_at_an_unknown_time_counts_while_its_job_lasts() -> None:
    page = Page(rows=(actor("oom", ago_s=None),))
    running, ended = (Job(job_id="01", status=status) for status in ("RUNNING", "SUCCEEDED"))
    assert len(found(known((DEAD_ACTORS, page), (JOBS, (running,))))) == 1
    assert told(known((DEAD_ACTORS, page), (JOBS, (ended,)))) == []


def failures(task: Task, *, final: bool | None = True, attempts: int = 23) -> TaskFailures:
    one = FunctionFailures(
        function="load_shard", job_id="01", attempts=attempts, newest=task, final=final, first_at=NOW - 500
    )
    return TaskFailures(functions=(one,), total=attempts)


def task(error_type: str, message: str = "", *, kind: str = "NORMAL_TASK", ago_s: float = 20.0) -> Task:
    return Task(
        task_id="t",
        job_id="01",
        type=kind,
        error_type=error_type,
        error_message=message,
        end_time_ms=(NOW - ago_s) * 1000,
    )


RAISING = task(
    "TASK_EXECUTION_EXCEPTION",
    'ray::load_shard() (pid=1, ip=10.0.0.7)\n  File "x.py", line 8\nValueError: shard 3 is corrupt',
)


def test_a_function_whose_tasks_fail_for_good_is_a_warning() -> None:
    (finding,) = found(known((FAILED_TASKS, failures(RAISING))))
    assert (finding.title, finding.cause) == ("load_shard failed 23 times", "ValueError: shard 3 is corrupt")
    assert finding.severity is Severity.WARNING
    assert finding.since == NOW - 500


@pytest.mark.parametrize("final", [False, None])
def test_a_task_whose_retry_may_still_succeed_is_no_trouble(final: bool | None) -> None:
    assert told(known((FAILED_TASKS, failures(RAISING, final=final)))) == []


@pytest.mark.parametrize(
    "ordinary",
    [
        task("ACTOR_DIED"),
        task("TASK_CANCELLED"),
        task("TASK_EXECUTION_EXCEPTION", "no", kind="ACTOR_CREATION_TASK"),
        task("TASK_EXECUTION_EXCEPTION", "no", ago_s=7200.0),
    ],
)
def test_task_failures_that_are_told_elsewhere_or_old_are_left_out(ordinary: Task) -> None:
    assert told(known((FAILED_TASKS, failures(ordinary)))) == []


def test_tasks_that_ended_with_their_job_are_no_trouble() -> None:
    crashed = failures(task("WORKER_DIED"))
    assert len(found(known((FAILED_TASKS, crashed)))) == 1
    assert told(known((FAILED_TASKS, crashed), (JOBS, (Job(job_id="01", status="SUCCEEDED"),)))) == []


def test_out_of_memory_says_where() -> None:
    ((_, cause),) = told(known((FAILED_TASKS, failures(task("OUT_OF_MEMORY", OOM)))))
    assert cause == "out of memory on 10.0.0.7, 61.2 of 64 GiB"
