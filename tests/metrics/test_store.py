"""The samples that are kept: counters become rates, gaps stay gaps, and memory has an end."""

from __future__ import annotations

import math

import anyio
import pytest
from anyio.lowlevel import checkpoint
from hypothesis import given
from hypothesis import strategies as st

from raymon_tui.cluster.metrics import layout, target_lines
from raymon_tui.cluster.metrics import store as store_module
from raymon_tui.cluster.metrics.asking import quantile_of
from raymon_tui.cluster.metrics.exposition import Decoder
from raymon_tui.cluster.metrics.kept_line import LineKey
from raymon_tui.cluster.metrics.measure import NODE, Measure, promql
from raymon_tui.cluster.metrics.ring import COARSE, FINE, Ring
from raymon_tui.cluster.metrics.store import MANY_NODES, MetricsStore
from raymon_tui.cluster.metrics.target_lines import MOST_LINES_A_TARGET
from raymon_tui.cluster.metrics.vocabulary import Vocabulary

T0 = 1_795_456_400.0
CPU = "ray_node_cpu_utilization"


class Told:
    """A store, and what exporters tell it."""

    def __init__(self) -> None:
        self.store = MetricsStore()
        self._decoders: dict[str, Decoder] = {}

    def scrape(self, at: float, **bodies: str) -> None:
        """Take a round in which each exporter says this."""
        for target, body in bodies.items():
            decoder = self._decoders.setdefault(target, Decoder(Vocabulary(self.store.wanted)))
            self.store.take(target, at, decoder.decode(body.encode()))
        self.store.settle(at)

    def values(
        self, measure: Measure, start: float, step_s: float, count: int
    ) -> dict[tuple[tuple[str, str], ...], list[float]]:
        lines = self.store.ask(measure, start, step_s, count).lines
        return {line.labels: [round(value, 6) for value in line.values] for line in lines}


def counter(name: str, value: float) -> str:
    return f"# TYPE {name} counter\n{name} {value}\n"


def test_a_gauge_of_all_nodes_is_one_line_and_a_line_each_where_that_is_asked_for() -> None:
    told = Told()
    told.scrape(T0, a=f"{CPU} 10\n", b=f"{CPU} 30\n")
    assert told.values(Measure(family=CPU, fold="mean"), T0, 2, 1) == {(): [20.0]}
    by_node = told.values(Measure(family=CPU, fold="mean", by=(NODE,)), T0, 2, 1)
    assert by_node == {((NODE, "a"),): [10.0], ((NODE, "b"),): [30.0]}


def test_a_counter_is_drawn_as_its_rate_and_survives_a_restart() -> None:
    told = Told()
    for seconds, value in ((0, 100), (10, 120), (20, 5), (30, 15)):
        told.scrape(T0 + seconds, a=counter("ray_mine_total", value))
    rates = told.values(Measure(family="ray_mine_total", kind="rate"), T0, 10, 4)[()]
    assert math.isnan(rates[0])
    assert rates[1:] == [2.0, 0.5, 1.0]


def test_a_node_that_cannot_be_read_leaves_a_gap_in_its_line_and_adds_nothing_to_the_cluster() -> None:
    told = Told()
    told.scrape(T0, a="ray_node_mem_used 10\n", b="ray_node_mem_used 1\n")
    told.store.gap("b")
    told.scrape(T0 + 100, a="ray_node_mem_used 10\n")
    lines = told.values(Measure(family="ray_node_mem_used", by=(NODE,)), T0, 50, 3)
    assert lines[((NODE, "a"),)] == [10.0, pytest.approx(math.nan, nan_ok=True), 10.0]
    assert lines[((NODE, "b"),)][0] == 1.0
    assert all(map(math.isnan, lines[((NODE, "b"),)][1:]))
    assert told.values(Measure(family="ray_node_mem_used"), T0 + 100, 2, 1) == {(): [10.0]}


def test_sources_that_overlap_are_kept_apart() -> None:
    told = Told()
    told.scrape(
        T0,
        a='ray_tasks{State="RUNNING",Source="executor",Name="f"} 3\n'
        'ray_tasks{State="RUNNING",Source="owner",Name="f"} 7\n'
        'ray_tasks{State="RUNNING",Source="executor",Name="g"} 2\n',
    )
    running = Measure(family="ray_tasks", where=(("State", ("RUNNING",)), ("Source", ("executor",))))
    assert told.values(running, T0, 2, 1) == {(): [5.0]}


def test_a_histogram_is_drawn_as_the_quantile_that_prometheus_computes() -> None:
    told = Told()
    name = "ray_mine_ms"
    for seconds, counts in ((0, (0, 0, 0)), (10, (10, 90, 100))):
        body = f"# TYPE {name} histogram\n" + "".join(
            f'{name}_bucket{{le="{edge}"}} {count}\n'
            for edge, count in zip(("1.0", "10.0", "+Inf"), counts, strict=True)
        )
        told.scrape(T0 + seconds, a=body)
    half = told.values(Measure(family=name, kind="quantile", quantile=0.5), T0 + 10, 2, 1)[()]
    assert half == [pytest.approx(1.0 + 9.0 * 40 / 80)]


def test_metrics_of_the_users_own_code_are_kept_without_being_asked_for() -> None:
    told = Told()
    told.scrape(T0, a='ray_my_queue{Component="core_worker",WorkerId="x",queue="in"} 4\nray_grpc_server_req_new 1\n')
    assert told.values(Measure(family="ray_my_queue", by=("queue",)), T0, 2, 1) == {(("queue", "in"),): [4.0]}
    assert told.values(Measure(family="ray_grpc_server_req_new"), T0, 2, 1) == {}
    told.store.want(["ray_grpc_server_req_new"])


def test_an_exporter_with_endless_lines_takes_an_end_and_what_was_left_out_is_counted() -> None:
    told = Told()
    told.scrape(T0, a="".join(f'ray_mine{{id="{number}"}} 1\n' for number in range(MOST_LINES_A_TARGET + 50)))
    assert told.store.left_out == 50


def test_of_many_nodes_only_what_tells_them_apart_is_kept_by_node() -> None:
    told = Told()
    told.store.expect(MANY_NODES * 2)
    body = f'{CPU} 50\nray_tasks{{State="RUNNING",Source="executor"}} 1\n'
    told.scrape(T0, **{f"n{number}": body for number in range(MANY_NODES * 2)})
    by_node = told.values(Measure(family="ray_tasks", by=(NODE,)), T0, 2, 1)
    assert by_node == {}
    assert told.values(Measure(family="ray_tasks"), T0, 2, 1) == {(): [2.0 * MANY_NODES]}
    assert len(told.values(Measure(family=CPU, fold="mean", by=(NODE,)), T0, 20, 1)) == 2 * MANY_NODES


def test_lines_that_are_over_give_way_to_new_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    """A label that is another one in each run, such as a process id, does not shut out the runs to come."""
    monkeypatch.setattr(target_lines, "MOST_LINES_A_TARGET", 20)
    monkeypatch.setattr(store_module, "MOST_LINES", 20)
    told = Told()
    for run in range(10):
        body = "".join(f'ray_mine{{run="{run}",part="{number}"}} 1\n' for number in range(15))
        told.scrape(T0 + 2000 * run, a=body)
        assert told.store.left_out == 0
        assert told.values(Measure(family="ray_mine"), T0 + 2000 * run, 2, 1) == {(): [15.0]}
    at, crowded = T0 + 2000 * 9 + 60, body + body.replace('run="9"', 'run="10"')
    told.scrape(at, a=crowded)
    assert told.store.left_out == 10
    told.scrape(at + 2000, a=body.replace('run="9"', 'run="11"'))
    assert told.store.left_out == 0


def test_an_exporter_that_describes_a_metric_of_ray_wrongly_spoils_it_for_nobody() -> None:
    told = Told()
    told.scrape(T0, a=f"# TYPE {CPU} counter\n{CPU} 30\n")
    assert told.values(Measure(family=CPU, fold="mean"), T0, 2, 1) == {(): [30.0]}


def test_exporters_with_endless_lines_together_take_an_end_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layout, "MOST_FINE", 10)
    monkeypatch.setattr(layout, "MOST_RINGS", 30)
    told = Told()
    body = f"{CPU} 50\n" + "".join(f'ray_mine{{id="{number}"}} 1\n' for number in range(100))
    for passed in range(0, 90_000, 600):
        told.scrape(T0 + passed, a=body, b=body)
    fine, coarse = (4 * sum(tier.slots for tier in tiers) for tiers in (FINE, COARSE))
    # Those of the cluster, and of the exporters so many; arrays are cut when they are a sixteenth too long.
    assert told.store.bytes_kept <= 17 / 16 * ((101 + 10) * fine + 22 * coarse)
    end = T0 + 89_400
    assert told.values(Measure(family="ray_mine"), end, 2, 1) == {(): [200.0]}
    assert len(told.values(Measure(family=CPU, fold="mean", by=(NODE,)), end, 2, 1)) == 2


async def test_a_line_for_each_of_many_nodes_is_made_between_other_things() -> None:
    store, measure, meanwhile = MetricsStore(), Measure(family=CPU, fold="mean", by=(NODE,)), 0
    for number in range(200):
        store.tell(LineKey(CPU), T0, float(number), target=f"n{number}")

    async def press_keys() -> None:
        nonlocal meanwhile
        while True:
            await checkpoint()
            meanwhile += 1

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(press_keys)
        answered = await store.answer(measure, T0, 2.0, 10)
        tasks.cancel_scope.cancel()
    assert len(answered.lines) == 200
    assert repr(answered) == repr(store.ask(measure, T0, 2.0, 10))
    assert meanwhile > 10


@given(st.lists(st.tuples(st.floats(0.5, 400), st.floats(-1e6, 1e6)), min_size=1, max_size=200))
def test_a_ring_never_holds_more_than_its_tiers_and_answers_for_any_stretch(passed: list[tuple[float, float]]) -> None:
    ring, at = Ring(FINE), T0
    for distance, value in passed:
        at += distance
        ring.put(at, value)
    assert ring.bytes_kept <= sum(4 * tier.slots * 17 // 16 for tier in FINE)
    for span_s in (120.0, 900.0, 86_400.0):
        values = ring.resample(at - span_s, span_s / 60, 60, 40.0)
        assert len(values) == 60
        known = [value for value in values if not math.isnan(value)]
        assert all(min(v for _, v in passed) - 1 <= value <= max(v for _, v in passed) + 1 for value in known)


def test_a_value_is_found_again_at_every_resolution() -> None:
    ring = Ring(FINE)
    for seconds in range(0, 7200, 10):
        ring.put(T0 + seconds, float(seconds))
    end = T0 + 7200
    for span_s in (600.0, 3600.0, 7200.0):
        values = ring.resample(end - span_s, span_s / 30, 30, 40.0)
        assert values[-1] == pytest.approx(7200, abs=span_s / 15)
        assert values[0] == pytest.approx(7200 - span_s, abs=span_s / 15)


def test_a_clock_that_is_set_back_leaves_no_values_of_the_future() -> None:
    ring = Ring(FINE)
    for seconds in range(0, 600, 10):
        ring.put(T0 + seconds, 1.0)
    ring.put(T0 + 100, 9.0)
    values = ring.resample(T0, 10, 60, 20.0)
    assert values[10] == 9.0
    assert all(map(math.isnan, values[14:]))


@pytest.mark.parametrize("back", [10, 500])
def test_what_comes_late_and_a_clock_that_is_set_back_leave_what_was_before_in_its_place(back: int) -> None:
    ring = Ring(FINE)
    for seconds in range(0, 610, 10):
        ring.put(T0 + seconds, float(seconds))
    before = 600 - back
    ring.put(T0 + before, float(before))
    values = ring.resample(T0, 10, before // 10 + 1, 10.0)
    assert list(values) == [float(seconds) for seconds in range(0, before + 10, 10)]


def test_a_value_that_is_a_little_late_takes_nothing_from_those_that_are_newer() -> None:
    ring = Ring(COARSE)
    for seconds, value in ((0, 4.0), (15, 6.0), (20, 1.0), (18, 9.0), (35, 3.0)):
        ring.put(0.0 + seconds, value)
    assert list(ring.resample(0.0, 20, 2, 20.0)) == [7.0, 2.0]


def test_quantiles_at_the_edges_are_those_of_prometheus() -> None:
    assert math.isnan(quantile_of(0.5, [1.0, math.inf], [0.0, 0.0]))
    assert quantile_of(0.99, [1.0, 2.0, math.inf], [1.0, 1.0, 100.0]) == 2.0
    assert quantile_of(0.5, [2.0, math.inf], [10.0, 10.0]) == 1.0


@pytest.mark.parametrize(
    ("measure", "question"),
    [
        (Measure(family="a", fold="mean"), 'avg (a{s="x"})'),
        (Measure(family="a", by=(NODE, "G"), scale=2.0), 'sum by (instance, G) (a{s="x"}) * 2'),
        (Measure(family="a", kind="rate"), 'sum (rate(a{s="x"}[60s]))'),
        (
            Measure(family="a", kind="quantile", quantile=0.5, by=("r",)),
            'histogram_quantile(0.5, sum by (le, r) (rate(a_bucket{s="x"}[60s])))',
        ),
        (Measure(family="a", where=(("l", ("1.5", "b|c")),)), 'sum (a{s="x",l=~"1\\\\.5|b\\\\|c"})'),
        (Measure(family="a", where=(("l", ('q"\\',)),)), 'sum (a{s="x",l="q\\"\\\\"})'),
    ],
)
def test_a_measure_is_the_same_question_in_promql(measure: Measure, question: str) -> None:
    assert promql(measure, 60, {"s": "x"}) == question
