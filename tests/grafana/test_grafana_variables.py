"""Variables in expressions: put in as Grafana's own data source for Prometheus does it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from raymon_tui.cluster.grafana.durations import seconds_of, written
from raymon_tui.cluster.grafana.model import ALL, Variable
from raymon_tui.cluster.grafana.variables import Chosen, Timing, filled, mentioned

HALF_AN_HOUR = Timing(1000.0, 2800.0, 15.0)
ONE = Chosen(Variable(name="SessionName", kind="query", include_all=True, all_value=".+"), (), ("session_1.2",))
EVERY = ONE._replace(values=(ALL,))
SEVERAL = Chosen(Variable(name="Instance", kind="query", multi=True), ("a:1", "b|c", "d"), ("a:1", "b|c"))
ALL_LISTED = Chosen(Variable(name="Instance", kind="query", multi=True, include_all=True), ("a.b", "c"), (ALL,))
PLAIN = Chosen(Variable(name="interval", kind="custom"), ("5m",), ("5m",))


@pytest.mark.parametrize(
    ("chosen", "text", "expected"),
    [
        (ONE, 'm{S=~"$SessionName"}', r'm{S=~"session_1\\.2"}'),
        (EVERY, 'm{S=~"$SessionName"}', 'm{S=~".+"}'),
        (SEVERAL, 'm{i=~"$Instance"}', r'm{i=~"(a:1|b\\|c)"}'),
        (ALL_LISTED, 'm{i=~"$Instance"}', r'm{i=~"(a\\.b|c)"}'),
        (PLAIN, "rate(m[$interval])", "rate(m[5m])"),
        (PLAIN, "rate(m[${interval}])", "rate(m[5m])"),
        (PLAIN, "rate(m[[[interval]]])", "rate(m[5m])"),
        (SEVERAL, "${Instance:regex}", r"(a:1|b\|c)"),
        (SEVERAL, "${Instance:pipe}", "a:1|b|c"),
        (SEVERAL, "${Instance:csv} [[Instance:csv]]", "a:1,b|c a:1,b|c"),
        (SEVERAL, "${Instance:glob}", "{a:1,b|c}"),
        (SEVERAL, "${Instance:json}", '["a:1", "b|c"]'),
        (SEVERAL, "${Instance:doublequote}", '"a:1","b|c"'),
        (PLAIN, "$unknown ${other} [[third]]", "$unknown ${other} [[third]]"),
        (PLAIN, "$__interval $__rate_interval $__range $__range_s", "15s 1m 30m 1800"),
        (PLAIN, "$intervals", "$intervals"),
    ],
)
def test_a_variable_is_written_as_grafana_writes_it(chosen: Chosen, text: str, expected: str) -> None:
    assert filled(text, {chosen.variable.name: chosen}, HALF_AN_HOUR) == expected


def test_rates_are_taken_over_four_scrapes_or_more() -> None:
    assert filled("$__rate_interval", {}, HALF_AN_HOUR) == "1m"
    assert filled("$__rate_interval", {}, Timing(0.0, 604_800.0, 3600.0)) == "3615s"


def test_the_names_in_a_text_are_found_in_each_way_of_writing() -> None:
    assert mentioned("$a ${b:regex} [[c]] ${d.text} $__range") == {"a", "b", "c", "d", "__range"}


@given(st.text(max_size=80), st.lists(st.text(max_size=20), max_size=4))
def test_whatever_stands_in_a_dashboard_is_only_text(text: str, values: list[str]) -> None:
    chosen = SEVERAL._replace(options=tuple(values), values=tuple(values))
    assert isinstance(filled(text, {"Instance": chosen, "a": EVERY}, HALF_AN_HOUR), str)


@pytest.mark.parametrize(
    ("text", "seconds"), [("30s", 30.0), ("5m", 300.0), ("1h30m", 5400.0), ("7d", 604_800.0), ("now", None), ("", None)]
)
def test_lengths_of_time_are_read(text: str, seconds: float | None) -> None:
    assert seconds_of(text) == seconds


@given(st.integers(1, 10_000_000))
def test_a_length_that_was_written_is_read_as_the_same(seconds: int) -> None:
    assert seconds_of(written(seconds)) == seconds
