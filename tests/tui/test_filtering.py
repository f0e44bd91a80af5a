"""What is typed behind `/`: what the server answers, and what is left for the table."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from raymon_tui.cluster.model.page import Filter
from raymon_tui.tui.panes.filtering import Filtering, taken_apart

KEYS = frozenset({"state", "name"})


def test_a_condition_on_a_key_of_the_server_goes_to_the_server() -> None:
    assert taken_apart("state=failed", KEYS) == Filtering((Filter("state", "=", "FAILED"),), "")


def test_a_negated_condition_keeps_its_predicate() -> None:
    assert taken_apart("state!=FINISHED", KEYS).server == (Filter("state", "!=", "FINISHED"),)


def test_words_beside_a_condition_stay_for_the_table() -> None:
    assert taken_apart("name=load_shard corrupt", KEYS) == Filtering((Filter("name", "=", "load_shard"),), "corrupt")


def test_a_key_that_the_server_does_not_know_is_plain_text() -> None:
    assert taken_apart("colour=red", KEYS) == Filtering((), "colour=red")


def test_a_pattern_is_never_taken_apart() -> None:
    assert taken_apart("re:state=.*", KEYS) == Filtering((), "re:state=.*")


@given(st.text())
def test_nothing_that_can_be_typed_raises(text: str) -> None:
    taken_apart(text, KEYS)
