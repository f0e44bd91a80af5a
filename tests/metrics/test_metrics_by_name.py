"""Every metric by its name: told by a real Prometheus as by the exporters, and drawn as what its name and type say."""

from __future__ import annotations

import json
import time
from contextlib import aclosing
from pathlib import Path

import anyio
import pytest
from aiohttp import web
from grafana_standin import serving
from prometheus import prometheus

from raymon_tui.backends.http import HttpBackend
from raymon_tui.backends.targets import UrlTarget
from raymon_tui.cluster.metrics.exposition import Family
from raymon_tui.cluster.prometheus.families import ask_families, ask_tags, families_in
from raymon_tui.cluster.prometheus.finding import answering
from raymon_tui.tui.charts.family_chart import chart_of_family

HERE = HttpBackend(UrlTarget("http", "127.0.0.1", 9), environ={})
CONFIG = "global: {scrape_interval: 1s}\nscrape_configs: [{job_name: r, static_configs: [{targets: %s}]}]\n"
SESSION = {"SessionName": "mine"}
SAID = """\
# HELP ray_queue_level How full it is.
# TYPE ray_queue_level gauge
ray_queue_level{SessionName="mine",WorkerId="a",shard="1",colour="red"} 4
ray_queue_level{SessionName="mine",WorkerId="b",shard="2",colour="red"} 5
# TYPE ray_rounds_total counter
ray_rounds_total{SessionName="mine"} 7
# HELP ray_step_seconds What a step takes.
# TYPE ray_step_seconds histogram
ray_step_seconds_bucket{SessionName="mine",le="1.0"} 1
ray_step_seconds_bucket{SessionName="mine",le="+Inf"} 2
ray_step_seconds_sum{SessionName="mine"} 3
ray_step_seconds_count{SessionName="mine"} 2
ray_of_others{SessionName="other"} 1
"""


async def test_a_server_tells_the_families_of_this_cluster_and_how_each_is_told_apart(tmp_path: Path) -> None:
    async def answer(_request: web.Request) -> web.Response:
        return web.Response(text=SAID)

    async with serving(answer) as exporter:
        targets = json.dumps([exporter.removeprefix("http://")])
        with prometheus(tmp_path, CONFIG % targets) as url:
            server = await answering(HERE, url, (), from_here=True)
            async with aclosing(server.http):
                found: tuple[Family, ...] = ()
                with anyio.fail_after(30):
                    while not found:
                        found = await ask_families(server.api, SESSION, time.time())
                assert found == (
                    Family("ray_queue_level", "gauge", "How full it is."),
                    Family("ray_rounds_total", "counter", ""),
                    Family("ray_step_seconds", "histogram", "What a step takes."),
                )
                assert await ask_tags(server.api, "ray_queue_level", SESSION, time.time()) == ("colour", "shard")


def test_names_alone_tell_types_where_a_server_describes_nothing() -> None:
    names = ("ray_a_bucket", "ray_a_sum", "ray_a_count", "ray_b_total", "ray_c", "ray_d_count")
    assert [(one.name, one.type) for one in families_in(names, {})] == [
        ("ray_a", "histogram"),
        ("ray_b_total", "counter"),
        ("ray_c", "untyped"),
        ("ray_d_count", "untyped"),
    ]


@pytest.mark.parametrize(
    ("name", "kind", "unit", "drawn"),
    [
        ("ray_queue_level", "gauge", "count", ["gauge"]),
        ("ray_read_bytes_total", "counter", "bytes/s", ["rate"]),
        ("ray_rounds_total", "counter", "per second", ["rate"]),
        ("ray_step_seconds", "histogram", "seconds", ["quantile"] * 3),
        ("ray_step_ms", "histogram", "seconds", ["quantile"] * 3),
        ("ray_buffer_bytes", "gauge", "bytes", ["gauge"]),
    ],
)
def test_a_metric_is_drawn_as_what_it_is(name: str, kind: str, unit: str, drawn: list[str]) -> None:
    chart = chart_of_family(Family(name, kind), ("shard",))
    assert chart.unit == unit
    assert [one.measure.kind for one in chart.drawn] == drawn
    assert all(one.measure.by == (() if kind == "histogram" else ("shard",)) for one in chart.drawn)
