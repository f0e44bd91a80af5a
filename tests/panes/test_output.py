"""Following a log by its last lines, and lists that keep what runs."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from raymon_tui.cluster.feeds.live_first import joined
from raymon_tui.cluster.feeds.output import added
from raymon_tui.cluster.model.page import Page
from raymon_tui.cluster.model.task import Task


def test_new_lines_are_those_behind_the_old_ones() -> None:
    assert added(["a", "b"], ["a", "b", "c"]) == ["c"]


def test_a_window_that_moved_on_gives_only_what_is_new() -> None:
    assert added(["a", "b", "c"], ["c", "d"]) == ["d"]


def test_nothing_new_is_nothing() -> None:
    assert added(["a"], ["a"]) == []


def test_a_log_that_was_begun_anew_does_not_continue() -> None:
    assert added(["a", "b"], ["x", "y"]) is None


@given(st.lists(st.sampled_from("ab"), max_size=20), st.lists(st.sampled_from("ab"), max_size=8))
def test_what_is_added_makes_the_end_of_the_old_into_the_new(before: list[str], more: list[str]) -> None:
    now = [*before, *more][-12:]
    newer = added(before, now)
    if newer is not None:
        assert [*before, *newer][-len(now) :] == now or not now


def test_an_attempt_that_ended_between_two_questions_is_listed_once() -> None:
    live = Page(rows=(Task(task_id="1", state="RUNNING"),), total=1, num_after_truncation=1, num_filtered=1)
    ended = Page(
        rows=(Task(task_id="1", state="FINISHED"), Task(task_id="2", state="FINISHED")),
        total=2,
        num_after_truncation=2,
        num_filtered=2,
    )
    page = joined((live, ended), limit=10)
    assert [(row.task_id, row.state) for row in page.rows] == [("1", "RUNNING"), ("2", "FINISHED")]


def test_live_tasks_stay_when_a_list_is_cut_and_the_total_is_of_all() -> None:
    live = Page(rows=(Task(task_id="9", state="RUNNING"),), total=1, num_after_truncation=1, num_filtered=1)
    ended = Page(
        rows=tuple(Task(task_id=str(index)) for index in range(5)),
        total=20_000,
        num_after_truncation=10_000,
        num_filtered=10_000,
    )
    page = joined((live, ended), limit=3)
    assert [row.task_id for row in page.rows] == ["9", "0", "1"]
    assert page.matching == 20_001
    assert page.missing == 19_998
