"""Rates of counters: each series by itself, then together, as Prometheus' own engine computes them."""

from __future__ import annotations

import asyncio
import json
import math
import shutil
import subprocess
import time
from contextlib import aclosing
from pathlib import Path
from typing import Any

import anyio
import pytest
from exporters import exporter, head
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from prometheus import prometheus

from raymon_tui.backends.base import ConnectOptions
from raymon_tui.backends.resolve import resolve
from raymon_tui.cluster.metrics.exposition import Decoder
from raymon_tui.cluster.metrics.measure import Measure, promql
from raymon_tui.cluster.metrics.scraping import scrape
from raymon_tui.cluster.metrics.store import MetricsStore
from raymon_tui.cluster.metrics.vocabulary import Vocabulary
from raymon_tui.cluster.metrics.written import as_prometheus
from raymon_tui.cluster.prometheus.finding import answering

STEP_S, T0 = 64, 1_795_456_400
"""Further apart than a value holds, and a power of two: what is compared is exact."""
NAME = "ray_mine_total"
RATE = Measure(family=NAME, kind="rate", by=("group",))
Series = tuple[str, int, list[int | None]]
"""Its group, the scrape at which it appears, and its values from then on; None where it is missing."""
Lines = dict[str, float]


def line(group: str, worker: int, value: float) -> str:
    return f'{NAME}{{group="{group}",WorkerId="{worker}"}} {value}\n'


def rates(all_series: list[Series], scrapes: int) -> list[Lines]:
    """Return what the store knows of each group after each scrape, the series being those of one exporter."""
    store = MetricsStore()
    decoder, found = Decoder(Vocabulary(store.wanted)), list[Lines]()
    for turn in range(scrapes):
        body, at = f"# TYPE {NAME} counter\n", float(T0 + turn * STEP_S)
        for worker, (group, begin, values) in enumerate(all_series):
            value = values[turn - begin] if 0 <= turn - begin < len(values) else None
            body += "" if value is None else line(group, worker, value)
        store.take("agent", at, decoder.decode(body.encode()))
        store.settle(at)
        lines = store.ask(RATE, at, 2.0, 1).lines
        found.append({one.labels[0][1]: one.values[0] for one in lines})
    return found


def asked_of_prometheus(folder: Path, all_series: list[Series], expected: list[dict[str, Any]]) -> str:
    """Let promtool compute each expression over the same samples; return what it finds wrong with what is expected."""
    program = shutil.which("promtool")
    if program is None:
        pytest.skip("this machine cannot ask Prometheus' engine: promtool is not installed")
    samples = [
        {
            "series": f'{NAME}{{group="{group}",WorkerId="{worker}"}}',
            "values": " ".join(["_"] * begin + ["_" if value is None else str(value) for value in values]),
        }
        for worker, (group, begin, values) in enumerate(all_series)
    ]
    tests = [{"interval": f"{STEP_S}s", "input_series": samples, "promql_expr_test": expected}]
    (folder / "test.yml").write_text(json.dumps({"evaluation_interval": f"{STEP_S}s", "tests": tests}))
    done = subprocess.run(
        (program, "test", "rules", str(folder / "test.yml")), capture_output=True, text=True, check=False
    )
    return done.stdout + done.stderr if done.returncode else ""


def expects(expression: str, scrape: int, lines: Lines) -> dict[str, Any]:
    samples = [{"labels": f'{{group="{group}"}}', "value": value} for group, value in sorted(lines.items())]
    return {"expr": expression, "eval_time": f"{scrape * STEP_S}s", "exp_samples": samples}


counts = st.integers(0, 1000)
whole = st.tuples(st.sampled_from("ab"), st.integers(0, 3), st.lists(counts, min_size=1, max_size=6))
with_gaps = st.lists(st.none() | counts, max_size=8).map(lambda between: [5, *between, 900])
thorough = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@thorough
@given(all_series=st.lists(whole, min_size=1, max_size=5))
def test_series_that_begin_end_and_begin_again_make_the_lines_that_prometheus_makes(
    all_series: list[Series], tmp_path: Path
) -> None:
    found = rates(all_series, 9)
    # Both ends of a range count in Prometheus 2: it holds two samples.
    question = promql(RATE, STEP_S, {})
    assert not asked_of_prometheus(
        tmp_path, all_series, [expects(question, turn, lines) for turn, lines in enumerate(found)]
    )


@thorough
@given(values=with_gaps)
def test_what_a_counter_rose_by_while_it_was_missing_is_in_its_next_rate(
    values: list[int | None], tmp_path: Path
) -> None:
    found = rates([("a", 0, values)], len(values))
    rose, before = 0.0, 0
    for turn, lines in enumerate(found):
        if lines:
            rose += lines["a"] * STEP_S * (turn - before)
        if values[turn] is not None:
            before = turn
    last = len(values) - 1
    question = f"sum by (group) (increase({NAME}[{last * STEP_S}s]))"
    expected = [expects(question, last, {"a": round(rose, 2)})]
    assert not asked_of_prometheus(tmp_path, [("a", 0, values)], expected)


async def test_a_prometheus_that_scrapes_the_same_workers_says_the_same(tmp_path: Path) -> None:
    """One counts from the beginning, one appears late with much behind it, one begins again."""
    backend, began = resolve("http://127.0.0.1:9", ConnectOptions())[0].open(), time.monotonic()
    late_s, again_s, window_s = 0.7, 2.5, 3.0

    async def workers(writing: asyncio.StreamWriter) -> None:
        passed = time.monotonic() - began
        body = f"# TYPE {NAME} counter\n" + line("a", 0, 40.0 * passed)
        body += line("a", 1, 1e6 + 20.0 * passed) if passed > late_s else ""
        body += line("a", 2, passed - again_s if passed > again_s else passed + 5000.0)
        writing.write(head() + body.encode())
        await writing.drain()

    async with exporter(workers) as target:
        config = as_prometheus([target], "test").replace("15s", "500ms")
        with prometheus(tmp_path, config) as url:
            began = time.monotonic()
            server = await answering(backend, url, (), from_here=True)
            async with aclosing(server.http):
                store = MetricsStore()
                decoder = Decoder(Vocabulary(store.wanted))
                with anyio.fail_after(60):
                    while True:
                        at = time.time()
                        scraped = (await scrape(backend, target, decoder.begin())).scrape
                        if scraped is not None:
                            store.take("agent", at, scraped)
                        ours = store.ask(RATE, at - window_s, window_s, 1, target="agent").lines
                        theirs = (await server.api.query(promql(RATE, window_s, {}), at)).samples
                        # On a machine that keeps either from scraping in time it guesses; sooner or later it need not.
                        begun_again = time.monotonic() - began > again_s + window_s / 2
                        told = [ours[0].values[0] if ours else 0.0, theirs[0].value if theirs else 0.0]
                        if begun_again and told == pytest.approx([61.0, 61.0], rel=0.03):
                            break


def test_a_worker_that_begins_again_takes_nothing_from_the_rates_of_the_others() -> None:
    steady, restarted = [1000, 1064, 1128], [500, 0, 64]
    assert rates([("a", 0, steady), ("a", 0, restarted)], 3) == [{}, {"a": 1.0}, {"a": 2.0}]


def test_a_worker_that_appears_late_adds_nothing_until_its_second_value() -> None:
    assert rates([("a", 0, [0, 64, 128]), ("a", 1, [100_000, 100_064])], 3) == [{}, {"a": 1.0}, {"a": 2.0}]


def test_of_a_series_that_is_told_twice_the_first_value_counts() -> None:
    store = MetricsStore()
    decoder = Decoder(Vocabulary(store.wanted))
    for turn, value in enumerate((0, 64)):
        body = f"# TYPE {NAME} counter\n" + line("a", 0, value) + line("a", 0, 10_000) + "ray_level 3\nray_level 4\n"
        store.take("agent", T0 + STEP_S * turn, decoder.decode(body.encode()))
    now = T0 + STEP_S + 1.0
    assert store.latest(RATE, now, target="agent").lines[0].values == (1.0,)
    assert store.latest(Measure(family="ray_level"), now, target="agent").lines[0].values == (3.0,)


def test_series_whose_text_changes_are_the_same_and_those_that_are_forgotten_rise_on() -> None:
    """A decoder that begins anew, a time beside a value, blanks between labels: none of it makes another counter."""
    store = MetricsStore()
    bodies = (f'{NAME}{{group="a"}} 0', f'{NAME}{{group="a"}} 64 1700000000', f'{NAME}{{ group = "a", }} 128')
    for turn, text in enumerate(bodies):
        body = f"# TYPE {NAME} counter\n{text}\n"
        store.take("agent", T0 + STEP_S * turn, Decoder(Vocabulary(store.wanted)).decode(body.encode()))
    (line_,) = store.ask(RATE, T0 + STEP_S, STEP_S, 2, target="agent").lines
    assert line_.values == (1.0, 1.0)


def test_a_counter_that_was_away_for_hours_has_no_rate_of_that_time() -> None:
    store = MetricsStore()
    decoder = Decoder(Vocabulary(store.wanted))
    for at, value in ((T0, 10), (T0 + 7200, 20), (T0 + 7264, 84)):
        store.take("agent", at, decoder.decode(f"# TYPE {NAME} counter\n{NAME} {value}\n".encode()))
    measure = Measure(family=NAME, kind="rate")
    assert store.latest(measure, T0 + 7201, target="agent").lines == ()
    assert store.latest(measure, T0 + 7265, target="agent").lines[0].values == (1.0,)


def test_infinite_and_unknown_values_leave_gaps_and_no_traces() -> None:
    store = MetricsStore()
    decoder = Decoder(Vocabulary(store.wanted))
    found = []
    for turn, value in enumerate(("0", "+Inf", "+Inf", "NaN", "0", "64")):
        at = T0 + STEP_S * turn
        store.take("agent", at, decoder.decode(f"# TYPE {NAME} counter\n{NAME} {value}\n".encode()))
        lines = store.ask(Measure(family=NAME, kind="rate"), at, 2.0, 1, target="agent").lines
        found.append(lines[0].values[0] if lines else None)
    assert found == [None, math.inf, None, None, 0.0, 1.0]
