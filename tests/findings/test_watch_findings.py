"""What is said of the watching itself, and in which order all is said."""

from __future__ import annotations

import pytest
from given import LIVE, NOW, found, known, node, told
from msgspec import structs

from raymon_tui.cluster.feeds.catalogue import (
    ACTOR_SUMMARY,
    AUTHENTICATION_MODE,
    JOBS,
    NODES,
    TASK_SUMMARY,
    VERSION,
)
from raymon_tui.cluster.feeds.feed import FeedError, Reading
from raymon_tui.cluster.findings import find as engine
from raymon_tui.cluster.findings.finding import Finding, Severity
from raymon_tui.cluster.findings.first_seen import FORGET_AFTER_S, FirstSeen
from raymon_tui.cluster.findings.serve_failing import failing_application
from raymon_tui.cluster.model.actor import ActorSummary
from raymon_tui.cluster.model.job import Job
from raymon_tui.cluster.model.task import TaskSummary
from raymon_tui.cluster.model.version import Version
from raymon_tui.cluster.snapshot import Link, Snapshot


def test_nothing_known_is_nothing_found() -> None:
    assert found(Snapshot(at=NOW)) == ()


def failing(failures: int, *, unsupported: bool = False, link: Link = LIVE) -> Snapshot:
    error = FeedError(
        said="HTTP 500", advice="Look at dashboard.log.", since=NOW - 30, failures=failures, unsupported=unsupported
    )
    return Snapshot(at=NOW, link=link, readings={"events": Reading(error=error)})


def test_a_feed_that_fails_again_and_again_is_told() -> None:
    (finding,) = found(failing(3))
    assert (finding.title, finding.cause) == ("No answer about events", "HTTP 500")
    assert (finding.since, finding.hint) == (NOW - 30, "Look at dashboard.log.")


def test_one_hiccup_or_a_route_that_is_not_there_is_no_trouble() -> None:
    assert told(failing(1)) == []
    assert told(failing(9, unsupported=True)) == []


def test_with_the_link_lost_only_that_is_told() -> None:
    lost = Link(state="lost", since=NOW - 41, said="Connection refused", advice="Is it up?")
    (finding,) = found(failing(9, link=lost))
    assert (finding.title, finding.cause) == ("The cluster cannot be reached", "Connection refused")
    assert (finding.since, finding.hint, finding.severity) == (NOW - 41, "Is it up?", Severity.ERROR)


def test_a_slow_answer_says_how_often_it_is_asked_for_that() -> None:
    reading = Reading(value=TaskSummary(), read_at=NOW, took_s=21.0, interval_s=420.0)
    snapshot = Snapshot(at=NOW, link=LIVE, readings={"task summary": reading})
    assert told(snapshot) == [("The head node answers slowly", "task summary took 21 s, so it is asked every 7m only")]


def test_a_summary_that_was_cut_short_says_by_how_much() -> None:
    cut = known(
        (TASK_SUMMARY, TaskSummary(total=2_272_420, num_after_truncation=10_000)),
        (ACTOR_SUMMARY, ActorSummary(total=5, num_after_truncation=5)),
    )
    assert told(cut) == [
        ("The summary counts 10,000 of 2,272,420 tasks", "Ray's State API looks at no more"),
    ]


@pytest.mark.parametrize("host", ["10.0.0.5", "ray.example.com", "2001:db8::1"])
def test_a_dashboard_without_a_token_that_others_reach_is_told(host: str) -> None:
    (finding,) = found(known((AUTHENTICATION_MODE, "disabled"), dashboard_host=host))
    assert finding.title == "The dashboard is open to all who reach it"


@pytest.mark.parametrize(
    ("host", "mode"), [("127.0.0.1", "disabled"), ("localhost", "disabled"), ("::1", "disabled"), ("10.0.0.5", "token")]
)
def test_a_dashboard_on_loopback_or_with_a_token_is_no_trouble(host: str, mode: str) -> None:
    assert told(known((AUTHENTICATION_MODE, mode), dashboard_host=host)) == []


def test_a_cluster_started_anew_is_told_for_some_minutes() -> None:
    version = (VERSION, Version(ray_version="2.60.0", session_name="session_two"))
    assert told(known(version, restarted_at=NOW - 10)) == [("The cluster was started anew", "this is session_two")]
    assert told(known(version, restarted_at=NOW - 1000)) == []


def test_the_worst_comes_first_and_of_equals_the_oldest() -> None:
    snapshot = known(
        (NODES, (node("10.0.0.9", disk_used=92.0, disk_total=100.0),)),
        (
            JOBS,
            tuple(
                Job(submission_id=n, status="FAILED", end_time=(NOW - ago) * 1000)
                for n, ago in (("new", 9), ("old", 90))
            ),
        ),
        restarted_at=NOW - 1,
    )
    assert [finding.id for finding in found(snapshot)] == [
        "job-failed:old",
        "job-failed:new",
        "disk-full:10.0.0.9",
        "cluster-restarted",
    ]


def test_a_rule_that_breaks_is_told_and_the_others_still_count(monkeypatch: pytest.MonkeyPatch) -> None:
    def rule(_snapshot: Snapshot, _now: float) -> tuple[Finding, ...]:
        raise KeyError("x")

    monkeypatch.setattr(engine, "RULES", (engine.Rule(rule), *engine.RULES))
    findings = found(known((NODES, (node("10.0.0.9", disk_used=99.0, disk_total=100.0),))))
    assert [finding.severity for finding in findings] == [Severity.ERROR, Severity.INFO]


TROUBLE = Finding(id="trouble", severity=Severity.ERROR, title="Trouble")


def test_an_application_that_comes_and_goes_is_told_all_the_time_and_says_that_it_is_well_just_now() -> None:
    memory, failing = FirstSeen(), failing_application("llm", "UNHEALTHY", "a replica died")
    other = Finding(id="b", severity=Severity.WARNING, title="b", since=50.0)
    assert [one.id for one in memory.stamp((failing, other), 100.0)] == [failing.id, "b"]
    (told, _) = memory.stamp((other,), 130.0)
    assert (told.id, told.title, told.since) == (failing.id, "Serve application llm is unhealthy", 100.0)
    assert told.cause == "not so for 30s; a replica died"
    (again, _) = memory.stamp((failing, other), 150.0)
    assert (again.since, again.cause) == (100.0, "a replica died")
    assert memory.stamp((other,), 151.0 + FORGET_AFTER_S) == (other,)


def test_a_trouble_without_a_time_lasts_since_it_was_first_seen() -> None:
    memory = FirstSeen()
    assert memory.stamp((TROUBLE,), 100.0)[0].since == 100.0
    assert memory.stamp((), 110.0) == ()
    assert memory.stamp((TROUBLE,), 120.0)[0].since == 100.0
    assert memory.stamp((), 120.0 + FORGET_AFTER_S + 1) == ()
    assert memory.stamp((TROUBLE,), 500.0)[0].since == 500.0


def test_a_trouble_that_says_its_own_time_keeps_it() -> None:
    dated = structs.replace(TROUBLE, since=7.0)
    assert FirstSeen().stamp((dated,), 100.0) == (dated,)
