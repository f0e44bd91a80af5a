"""Sorting and filtering rows."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from raymon_tui.widgets.content import piece
from raymon_tui.widgets.table.column import Column, Moment
from raymon_tui.widgets.table.ordering import matcher, ordered, searchable

NOW = Moment(now=0.0)


@dataclass(frozen=True)
class Row:
    name: str
    size: float | None


SIZE: Column[Row] = Column("size", lambda row, _: piece(str(row.size)), lambda row: row.size)
ROWS = [Row("a", 2.0), Row("b", None), Row("c", 1.0), Row("d", 2.0)]


def test_values_that_are_not_known_come_last_either_way() -> None:
    assert [row.name for row in ordered(ROWS, SIZE, descending=False)] == ["c", "a", "d", "b"]
    assert [row.name for row in ordered(ROWS, SIZE, descending=True)] == ["a", "d", "c", "b"]


def test_without_a_column_the_order_is_that_of_the_cluster() -> None:
    assert ordered(ROWS, None, descending=False) == ROWS


@pytest.mark.parametrize(
    ("text", "accepted"),
    [
        ("shard", ["load_shard"]),
        ("Trainer", ["Trainer.step"]),
        ("trainer", ["Trainer.step", "trainer_init"]),
        ("!shard", ["Trainer.step", "trainer_init"]),
        ("re:^load|init$", ["load_shard", "trainer_init"]),
        ("", ["load_shard", "Trainer.step", "trainer_init"]),
    ],
)
def test_a_filter_accepts_what_its_user_means(text: str, accepted: list[str]) -> None:
    names = ["load_shard", "Trainer.step", "trainer_init"]
    assert [name for name in names if matcher(text).accepts(name)] == accepted


def test_a_pattern_that_is_not_finished_hides_nothing_and_says_what_is_wrong() -> None:
    unfinished = matcher("re:load(")
    assert unfinished.accepts("anything")
    assert "re:" in unfinished.error


@given(st.text())
def test_no_filter_that_can_be_typed_raises(text: str) -> None:
    matcher(text).accepts("train_step")


def test_a_filter_finds_a_row_by_its_key_and_by_what_columns_sort_by() -> None:
    assert matcher("n-1").accepts(searchable(Row("a", 7.0), [SIZE], "n-1", NOW))
    assert matcher("7").accepts(searchable(Row("a", 7.0), [SIZE], "n-1", NOW))
