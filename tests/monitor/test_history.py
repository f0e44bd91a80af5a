"""What is kept of the past, and how it is drawn."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from raymon_tui.cluster.history import History, Series
from raymon_tui.cluster.resampling import resample

values = st.one_of(st.none(), st.floats(-1e9, 1e9))


def history_of(*samples: tuple[float, float | None], span_s: float = 900.0) -> History:
    history = History(span_s=span_s)
    for at, value in samples:
        history.add("cpu", at, value)
    return history


def test_each_bucket_is_the_mean_of_what_was_known_in_it() -> None:
    history = history_of((0.0, 1.0), (4.0, 3.0), (10.0, 10.0), (14.0, 20.0))
    assert history.resample("cpu", 2, 20.0, 20.0) == (2.0, 15.0)


def test_a_value_holds_until_the_next_sample_that_comes_in_time() -> None:
    history = history_of(*((at, at) for at in (0.0, 4.0, 8.0, 12.0)))
    assert history.resample("cpu", 8, 16.0, 16.0) == (0.0, 0.0, 4.0, 4.0, 8.0, 8.0, 12.0, 12.0)


def test_time_without_samples_is_a_gap() -> None:
    history = history_of((0.0, 5.0), (2.0, 5.0), (4.0, 5.0), (30.0, 7.0), (32.0, 7.0))
    assert history.resample("cpu", 4, 40.0, 40.0) == (5.0, None, None, 7.0)


def test_a_failed_asking_ends_what_is_known() -> None:
    history = history_of((0.0, 5.0), (10.0, None), (20.0, 6.0))
    assert history.resample("cpu", 3, 30.0, 29.0 + 1.0) == (5.0, None, 6.0)


def test_a_series_that_was_never_filled_is_one_gap() -> None:
    assert History().resample("cpu", 3, 10.0, 10.0) == (None, None, None)


def test_unknown_is_not_zero() -> None:
    history = history_of((1.0, 0.0), (3.0, None))
    assert history.last("cpu") is None
    assert history.resample("cpu", 2, 4.0, 4.0) == (0.0, None)


def test_a_clock_that_was_set_back_takes_the_future_away() -> None:
    history = history_of((100.0, 1.0), (102.0, 2.0), (50.0, 3.0), (52.0, 4.0))
    assert history.resample("cpu", 2, 4.0, 54.0) == (3.0, 4.0)


def test_series_of_nodes_that_left_are_dropped() -> None:
    history = History()
    history.add("node:gone:cpu", 10.0, 1.0)
    history.add("node:here:cpu", 100.0, 1.0)
    history.drop_before(50.0)
    assert history.names() == ("node:here:cpu",)


def test_beyond_its_bound_no_new_series_is_begun_until_others_end() -> None:
    history = History(most_series=2)
    for at, name in enumerate(("a", "b", "c", "b")):
        history.add(name, float(at), 1.0)
    assert history.names() == ("a", "b")
    history.drop_before(1.0)
    history.add("c", 4.0, 1.0)
    assert history.names() == ("b", "c")


def test_fast_samples_are_thinned_so_that_the_span_is_still_kept() -> None:
    history = History(span_s=100.0)
    for tick in range(400):
        history.add("cpu", tick * 0.25, float(tick))
    drawn = history.resample("cpu", 10, 99.0, 99.75)
    assert all(value is not None for value in drawn)
    assert history.last("cpu") == 399.0


@given(st.lists(st.tuples(st.floats(0, 1e6), values), max_size=300), st.integers(2, 20))
def test_a_series_never_outgrows_its_bounds_and_stays_in_order(
    samples: list[tuple[float, float | None]], capacity: int
) -> None:
    series = Series(capacity, step_s=2.0)
    for at, value in samples:
        series.add(at, value)
        assert len(series) <= capacity * 3 // 2
    times = [at for at, _ in series.since(-math.inf)]
    assert times == sorted(times)
    if samples:
        assert (series.last_at, series.last) == samples[-1]


@given(
    st.lists(st.tuples(st.floats(0, 1000), values), max_size=50).map(lambda some: sorted(some, key=lambda one: one[0])),
    st.integers(1, 60),
    st.floats(1, 2000),
    st.floats(0, 2000),
)
def test_drawing_never_invents_values(
    samples: list[tuple[float, float | None]], buckets: int, span_s: float, now: float
) -> None:
    drawn = resample(samples, buckets, span_s, now)
    known = [value for _, value in samples if value is not None]
    assert len(drawn) == buckets
    for value in drawn:
        assert value is None or min(known) - 1e-3 <= value <= max(known) + 1e-3


def test_a_chart_spans_no_more_than_there_is_to_see() -> None:
    history = History()
    assert history.shown_span_s(1000.0) == 120.0
    history.add("a", 1000.0, 1.0)
    spans = [history.shown_span_s(1000.0 + passed) for passed in (0.0, 119.0, 121.0, 301.0, 3600.0)]
    assert spans == [120.0, 120.0, 300.0, 900.0, 900.0]
    history.clear()
    assert history.shown_span_s(4600.0) == 120.0
