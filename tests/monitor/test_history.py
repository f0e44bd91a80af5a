"""What is kept of the last minutes, and how it is drawn."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from raymon_tui.cluster.history import NODES_AT_ONCE, History
from raymon_tui.cluster.metrics import store as store_module
from raymon_tui.cluster.metrics.kept_line import LineKey
from raymon_tui.cluster.metrics.measure import NODE, Measure
from raymon_tui.cluster.metrics.node_values import CPU, MEMORY_USED
from raymon_tui.cluster.metrics.store import MANY_NODES, MetricsStore
from raymon_tui.cluster.model.node import Gpu, Node

MINE = LineKey("mine")


def history_of(*samples: tuple[float, float | None]) -> History:
    history = History()
    for at, value in samples:
        history.add(MINE, at, value)
    return history


def test_each_bucket_is_the_mean_of_what_was_known_in_it() -> None:
    history = history_of((0.0, 1.0), (4.0, 3.0), (10.0, 10.0), (14.0, 20.0))
    assert history.resample(MINE, 2, 20.0, 20.0) == (2.0, 15.0)


def test_a_value_holds_until_the_next_sample_that_comes_in_time() -> None:
    history = history_of(*((at, at) for at in (0.0, 4.0, 8.0, 12.0)))
    assert history.resample(MINE, 8, 16.0, 16.0) == (0.0, 0.0, 4.0, 4.0, 8.0, 8.0, 12.0, 12.0)


def test_time_without_samples_is_a_gap() -> None:
    history = history_of((0.0, 5.0), (2.0, 5.0), (4.0, 5.0), (30.0, 7.0), (32.0, 7.0))
    assert history.resample(MINE, 4, 40.0, 40.0) == (5.0, None, None, 7.0)


def test_a_failed_asking_ends_what_is_known() -> None:
    history = history_of((0.0, 5.0), (10.0, None), (20.0, 6.0))
    assert history.resample(MINE, 3, 30.0, 30.0) == (5.0, None, 6.0)


def test_a_line_that_was_never_filled_is_one_gap() -> None:
    assert History().resample(MINE, 3, 10.0, 10.0) == (None, None, None)


def test_unknown_is_not_zero() -> None:
    assert history_of((1.0, 0.0), (3.0, None)).resample(MINE, 2, 4.0, 4.0) == (0.0, None)


def test_a_clock_that_was_set_back_takes_the_future_away() -> None:
    history = history_of((100.0, 1.0), (102.0, 2.0), (50.0, 3.0), (52.0, 4.0))
    assert history.resample(MINE, 2, 4.0, 54.0) == (3.0, 4.0)


def test_fast_samples_are_thinned_so_that_the_span_is_still_kept() -> None:
    history = history_of(*((tick * 0.25, float(tick)) for tick in range(4000)))
    assert all(value is not None for value in history.resample(MINE, 10, 880.0, 1000.0))
    assert history.store.bytes_kept <= 4 * 450 * 17 // 16


@given(
    st.lists(st.tuples(st.floats(0, 1000), st.none() | st.floats(-1e9, 1e9)), max_size=50),
    st.integers(1, 60),
    st.floats(1, 2000),
    st.floats(0, 2000),
)
def test_drawing_never_invents_values(
    samples: list[tuple[float, float | None]], buckets: int, span_s: float, now: float
) -> None:
    drawn = history_of(*samples).resample(MINE, buckets, span_s, now)
    known = [value for _, value in samples if value is not None]
    assert len(drawn) == buckets
    for value in drawn:
        assert value is None or min(known) - 100 <= value <= max(known) + 100


def test_a_chart_spans_no_more_than_there_is_to_see() -> None:
    history = History()
    assert history.shown_span_s(1000.0) == 120.0
    history.add(MINE, 1000.0, 1.0)
    spans = [history.shown_span_s(1000.0 + passed) for passed in (0.0, 119.0, 121.0, 301.0, 3600.0)]
    assert spans == [120.0, 120.0, 300.0, 900.0, 900.0]
    history.clear()
    assert history.shown_span_s(4600.0) == 120.0


def nodes(number: int, at: float, cpu: float = 10.0) -> tuple[Node, ...]:
    return tuple(
        Node(node_id=f"n{place}", cpu_percent=cpu, mem_used=2.0, mem_total=8.0, measured_at=at)
        for place in range(number)
    )


def by_node(store: MetricsStore, at: float) -> dict[str, float]:
    lines = store.ask(Measure(family=CPU.name, fold="mean", by=(NODE,)), at, 2.0, 1).lines
    return {line.labels[0][1]: line.values[0] for line in lines}


def test_sparklines_and_charts_draw_one_line() -> None:
    """What the dashboard says of a node is in its chart, though its exporter never answered."""
    history = History()
    history.add_nodes(100.0, nodes(2, 100.0))
    assert history.resample(CPU, 1, 2.0, 102.0, node_id="n1") == (10.0,)
    assert by_node(history.store, 100.0) == {"n0": 10.0, "n1": 10.0}
    (memory,) = history.store.ask(Measure(family=MEMORY_USED.name), 100.0, 2.0, 1).lines
    assert memory.values == (4.0,)
    assert history.resample(MEMORY_USED, 1, 2.0, 102.0) == (4.0,)


def test_gpus_are_told_apart_and_each_unit_is_that_of_the_exporter() -> None:
    history = History()
    gpus = (Gpu(index=0, utilization_percent=40.0, memory_used=2.0**30), Gpu(index=1))
    history.add_nodes(100.0, (Node(node_id="n", gpus=gpus), Node(node_id="m", gpus=gpus)))
    used = Measure(family="ray_node_gram_used", by=(NODE, "GpuIndex"))
    lines = history.store.ask(used, 100.0, 2.0, 1).lines
    assert [(line.labels, line.values) for line in lines] == [
        (((NODE, name), ("GpuIndex", "0")), (1024.0,)) for name in ("m", "n")
    ]
    (busy,) = history.store.ask(Measure(family="ray_node_gpus_utilization", fold="mean"), 100.0, 2.0, 1).lines
    assert busy.values == (40.0,)


def test_a_measurement_counts_once_however_often_the_dashboard_tells_it() -> None:
    history = History()
    for at, cpu in ((100.0, 10.0), (102.0, 99.0), (104.0, 99.0)):
        history.add_nodes(at, nodes(1, 100.0, cpu))
    assert history.resample(CPU, 3, 6.0, 106.0, node_id="n0") == (10.0, None, None)


def test_a_large_cluster_is_taken_in_parts_and_in_less_detail() -> None:
    history, number = History(), NODES_AT_ONCE * 2
    assert number > MANY_NODES
    history.add_nodes(100.0, nodes(number, 100.0))
    assert len(by_node(history.store, 100.0)) == NODES_AT_ONCE
    history.add_nodes(102.0, nodes(number, 100.0))
    assert len(by_node(history.store, 100.0)) == number


def test_a_node_that_left_keeps_its_line_for_a_day_and_gives_its_memory_back_then() -> None:
    history = History()
    history.add_nodes(100.0, nodes(2, 100.0))
    before = history.store.bytes_kept
    history.add_nodes(110.0, nodes(1, 110.0))
    assert by_node(history.store, 100.0) == {"n0": 10.0, "n1": 10.0}
    history.store.tend(100.0 + store_module.KEPT_S)
    assert set(by_node(history.store, 100.0)) == {"n0", "n1"}
    history.store.tend(200.0 + store_module.KEPT_S)
    history.add_nodes(200.0 + store_module.KEPT_S, nodes(1, 1.0))
    assert "n1" not in by_node(history.store, 100.0)
    assert history.store.bytes_kept < before


def test_of_ten_thousand_nodes_that_came_and_went_the_last_ones_are_kept() -> None:
    history = History()
    for place in range(10 * store_module.MOST_LEFT):
        node = Node(node_id=f"spot-{place}", cpu_percent=1.0, measured_at=float(place))
        history.add_nodes(100.0 + place, (node,))
        history.store.tend(100.0 + 1e3 * place)
    assert len(by_node(history.store, 100.0 + 10 * store_module.MOST_LEFT - 1)) <= store_module.MOST_LEFT + 1
    assert history.store.bytes_kept < 3 * 4 * 2610 * (store_module.MOST_LEFT + 3)
