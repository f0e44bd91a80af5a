"""What a chart says of itself: whose values, from when on, in which steps; which are empty, and why."""

from __future__ import annotations

import math
import re
import time

import pytest

from raymon_tui.backends.http import HttpBackend
from raymon_tui.backends.targets import UrlTarget
from raymon_tui.cluster.metrics.charts import CHARTS, Chart
from raymon_tui.cluster.metrics.exposition import Decoder
from raymon_tui.cluster.metrics.lines import Line, Lines
from raymon_tui.cluster.metrics.measure import Measure, promql
from raymon_tui.cluster.metrics.ring import FINE
from raymon_tui.cluster.metrics.store import MetricsStore
from raymon_tui.cluster.metrics.vocabulary import Vocabulary
from raymon_tui.cluster.monitor import Monitor
from raymon_tui.tui.charts.pictures import as_table, drawn_of, picture_of
from raymon_tui.tui.charts.source import Answered, ScrapedHere, step_words
from raymon_tui.tui.charts.standing import empty_parts
from raymon_tui.widgets.content import Role
from raymon_tui.widgets.curves import CURVE_ROLES

NOW = time.time()


def chart(chart_id: str) -> Chart:
    return next(one for one in CHARTS if one.id == chart_id)


def answered(*values: tuple[float, ...], start: float = NOW - 900, step_s: float = 30.0) -> Answered:
    lines = tuple(Lines(start, step_s, (Line((), one),)) if one else Lines(start, step_s) for one in values)
    return Answered("Prometheus 2.42.0 at 127.0.0.1:9090", start, step_s, max(map(len, values)), lines)


def test_a_chart_says_as_much_of_its_source_as_there_is_room_for() -> None:
    one = answered((1.0, 2.0))
    assert re.fullmatch(r"from \d\d:\d\d every 30 s, Prometheus 2\.42\.0 at 127\.0\.0\.1:9090", one.words(80))
    assert re.fullmatch(r"from \d\d:\d\d every 30 s, Prometheus", one.words(40))
    assert one.words(25) == "every 30 s, Prometheus"
    assert one.words(10) == ""
    long_ago = answered((1.0,), start=NOW - 5 * 86_400).words(80)
    assert re.match(r"from \d\d [A-Z][a-z]{2} \d\d:\d\d every", long_ago)


@pytest.mark.parametrize(
    ("seconds", "words"), [(5, "5 s"), (60, "1 min"), (900, "15 min"), (7200, "2 h"), (90, "90 s")]
)
def test_steps_are_told_as_people_say_them(seconds: float, words: str) -> None:
    assert step_words(seconds) == words


def test_the_cursor_and_the_copied_points_go_by_the_times_of_the_values() -> None:
    one = answered((1.0, 2.0, 3.0, 4.0), (5.0, math.nan, 7.0, 8.0))
    memory = chart("memory")
    drawn = drawn_of(memory, by_node=False)
    assert picture_of(memory, drawn, one, {}, one.start + 61).cursor == 2
    assert picture_of(memory, drawn, one, {}, NOW + 3600).cursor == 3
    headings, rows = as_table(picture_of(memory, drawn, one, {}))
    assert headings == ["time", "used", "total"]
    assert [row[0] for row in rows] == [f"{one.start + place * 30:.0f}" for place in range(4)]
    assert rows[1][1:] == ["2", ""]


def test_a_resource_that_no_node_offers_has_no_chart_though_none_of_it_is_launched() -> None:
    gpus = chart("gpus")
    drawn = drawn_of(gpus, by_node=False)
    assert picture_of(gpus, drawn, answered((), (), (0.0, 0.0)), {}).curves == ()
    assert len(picture_of(gpus, drawn, answered((2.0, 2.0), (1.0, 1.0), (0.0, 0.0)), {}).curves) == 3


def test_charts_without_values_are_named_with_what_would_fill_them() -> None:
    said = " ".join(piece.text for part in empty_parts((chart("gpu"), chart("gpu-memory"))) for piece in part.content)
    assert said == "nothing of: GPU, GPU memory (no node of this cluster reports a GPU)"


def test_each_gpu_of_a_node_has_a_line_of_its_own() -> None:
    text = "".join(
        f'# TYPE ray_node_{name} gauge\nray_node_{name}{{GpuIndex="{gpu}",GpuDeviceName="A100",ip="::1"}} {value}\n'
        for name, first in (("gpus_utilization", 90), ("gram_used", 1000))
        for gpu, value in ((0, first), (1, first + 5))
    )
    store = MetricsStore()
    store.take("node", NOW, Decoder(Vocabulary(store.wanted)).decode(text.encode()))
    store.settle(NOW)
    for chart_id, values in (("gpu", [95.0, 90.0]), ("gpu-memory", [1005 * 2.0**20, 1000 * 2.0**20])):
        of = chart(chart_id)
        drawn = drawn_of(of, by_node=True)
        lines = tuple(store.ask(one.measure, NOW - 20, 10, 3, target="node") for one in drawn)
        picture = picture_of(of, drawn, Answered("scraped", NOW - 10, 10, 3, lines), {"node": "host"})
        assert [curve.name for curve in picture.curves] == ["host GPU 1", "host GPU 0"]
        assert [curve.values[-1] for curve in picture.curves] == values


def test_what_ray_itself_is_made_of_is_no_worker() -> None:
    workers = chart("worker-memory").drawn[0].measure
    assert workers.counts((("Component", "ray::train"),))
    assert not workers.counts((("Component", "raylet"),))
    assert not workers.counts((("Component", "ray::DashboardAgent"),))
    assert 'Component!~"gcs|' in promql(workers, 60, {})
    assert promql(Measure(family="x", unless=(("a", ("b.c",)),)), 60, {}) == 'sum (x{a!~"b\\\\.c"})'


def test_a_node_that_overtakes_another_one_keeps_its_colour() -> None:
    def colours(*values: float) -> dict[str, Role | None]:
        lines = tuple(Line((("node", f"n{place}"),), (value,)) for place, value in enumerate(values))
        told = Answered("scraped", NOW, 2.0, 1, (Lines(NOW, 2.0, lines),))
        cpu = chart("cpu")
        shown = picture_of(cpu, drawn_of(cpu, by_node=True), told, {})
        assert [curve.values[0] for curve in shown.curves] == sorted(values, reverse=True)
        return {curve.name: curve.colour for curve in shown.curves}

    assert colours(10.0, 90.0, 0.0) == colours(90.0, 10.0, 0.0)
    assert tuple(colours(10.0, 90.0, 0.0).values()) == (CURVE_ROLES[1], CURVE_ROLES[0], CURVE_ROLES[2])
    many = colours(*map(float, range(9)))
    assert {colour for colour in many.values() if colour is not None} == set(CURVE_ROLES)
    assert many["n0"] is None


def test_what_failed_is_drawn_as_failures_are_everywhere() -> None:
    tasks = chart("tasks")
    shown = picture_of(tasks, drawn_of(tasks, by_node=False), answered((1.0,), (2.0,), (3.0,), (4.0,)), {})
    assert [(curve.name, curve.colour) for curve in shown.curves if curve.colour] == [("failed", "bad")]


def test_what_is_counted_whole_is_told_whole() -> None:
    tasks = chart("tasks")
    picture = picture_of(tasks, drawn_of(tasks, by_node=False), answered((8.33, 3.67), (), (), ()), {})
    assert picture.unit(3.67) == "4"
    assert chart("cpus").unit == "count", "a task may want a part of a CPU"


async def test_what_was_scraped_here_reaches_from_the_start_of_a_chart_to_now() -> None:
    backend = HttpBackend(UrlTarget("http", "127.0.0.1", 9), environ={})
    monitor = Monitor(backend)
    answered_here = await ScrapedHere(monitor.metrics).ask([Measure(family="x")], NOW - 300, NOW, 60)
    finely = await ScrapedHere(monitor.metrics).ask([Measure(family="x")], NOW - 120, NOW, 1000)
    await monitor.aclose()
    assert finely.step_s == FINE[0].step_s, "what is kept is no finer"
    assert (answered_here.step_s, answered_here.count) == (5.0, 61)
    assert (answered_here.start, answered_here.end) == pytest.approx((NOW - 300, NOW))
