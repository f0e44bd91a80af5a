"""Prometheus servers that answer, in whatever way: their words are kept, and what they may take is bounded."""

from __future__ import annotations

import asyncio
import gzip
import math
import tracemalloc
from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx
import pytest
from aiohttp import web
from grafana_standin import serving
from prometheus import prometheus

from raymon_tui.backends.base import Endpoint
from raymon_tui.backends.errors import (
    BadAnswerError,
    ForbiddenError,
    RaymonError,
    TimedOutError,
    UnreachableError,
    UsageError,
)
from raymon_tui.backends.http import HttpBackend
from raymon_tui.backends.targets import UrlTarget
from raymon_tui.cluster.prometheus import api, replies
from raymon_tui.cluster.prometheus.api import PrometheusApi, step_for
from raymon_tui.cluster.prometheus.finding import answering
from raymon_tui.cluster.service_client import address_in

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]
HERE = HttpBackend(UrlTarget("http", "127.0.0.1", 9), environ={})


async def failure_of(answer: Answer) -> RaymonError:
    async with serving(answer) as url, httpx.AsyncClient(base_url=url, trust_env=False) as http:
        with pytest.raises(RaymonError) as caught:
            await PrometheusApi(http).query_range("up", 0.0, 60.0, 15.0)
    return caught.value


def saying(status: int, body: bytes, kind: str = "application/json") -> Answer:
    async def answer(_request: web.Request) -> web.Response:
        return web.Response(status=status, body=body, content_type=kind)

    return answer


async def test_whoever_may_only_read_is_answered_by_get() -> None:
    body = b'{"status": "success", "data": {"resultType": "scalar", "result": [0, "4"]}}'

    async def answer(request: web.Request) -> web.Response:
        return web.Response(status=403 if request.method == "POST" else 200, body=body, content_type="application/json")

    async with serving(answer) as url, httpx.AsyncClient(base_url=url, trust_env=False) as http:
        (sample,) = (await PrometheusApi(http).query("4", 0.0)).samples
    assert sample.value == 4.0


async def test_an_expression_that_is_too_dear_fails_in_the_servers_words() -> None:
    words = (
        b'{"status":"error","errorType":"execution","error":"query processing would load too many samples into memory"}'
    )
    failure = await failure_of(saying(422, words))
    assert isinstance(failure, BadAnswerError)
    assert failure.said == "query processing would load too many samples into memory"
    assert "fewer series" in failure.advice


async def test_a_server_that_is_busy_says_so() -> None:
    words = b'{"status":"error","errorType":"timeout","error":"query timed out in expression evaluation"}'
    assert (await failure_of(saying(503, words))).said == "query timed out in expression evaluation"


async def test_a_page_in_place_of_an_answer_is_told_from_one() -> None:
    failure = await failure_of(saying(503, b"<html><body>503 upstream</body></html>", "text/html"))
    assert failure.said == "HTTP 503, and no JSON but text/html"
    assert "Prometheus" in failure.advice


async def test_a_token_that_is_missing_leads_to_the_option() -> None:
    failure = await failure_of(saying(403, b"no way", "text/plain"))
    assert isinstance(failure, ForbiddenError)
    assert failure.said == "HTTP 403: no way"
    assert "--prometheus-header" in failure.advice


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\x00\xff\x00",
        b'{"status":"success","data":{"resultType":"matrix","resu',
        b'{"status":"success","data":[1,2]}',
        b'{"status":"success","data":{"resultType":"matrix","result":[7]}}',
        b'{"status":"success","data":{"resultType":"matrix","result":[{"metric":{},"values":[["x"]]}]}}',
    ],
)
async def test_what_has_not_the_form_of_its_api_is_no_answer(body: bytes) -> None:
    assert isinstance(await failure_of(saying(200, body)), BadAnswerError)


async def test_words_of_a_server_are_only_words() -> None:
    wild = b'{"status":"error","error":"\\u001b[31mred\\u001b[0m\\nand ' + b"long " * 5000 + b'"}'
    said = (await failure_of(saying(400, wild))).said
    assert said.startswith("red and long")
    assert len(said) <= 300


async def test_a_server_that_hangs_is_waited_for_so_long_and_no_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api, "ANSWER_S", 0.2)

    async def hang(_request: web.Request) -> web.Response:
        await asyncio.sleep(60)
        raise AssertionError

    assert isinstance(await failure_of(hang), TimedOutError)


async def test_an_answer_without_end_is_left_at_its_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api, "LARGEST", 1 << 20)
    sent = 0

    async def pour(request: web.Request) -> web.StreamResponse:
        nonlocal sent
        answer = web.StreamResponse(headers={"Content-Type": "application/json"})
        await answer.prepare(request)
        await answer.write(b'{"status":"success","data":{"resultType":"matrix","result":[')
        for _ in range(1_000):
            await answer.write(b'{"metric":{"a":"b"},"values":[[0,"1"]]},' * 10_000)
            sent += 1
        return answer

    failure = await failure_of(pour)
    assert failure.said == "the answer is larger than 1 MiB"
    assert "fewer" in failure.advice
    assert sent < 500


async def test_an_answer_that_is_small_only_while_it_is_packed_is_left_at_its_limit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(api, "LARGEST", 1 << 20)
    packed = gzip.compress(b'{"status":"success","data":{"resultType":"matrix","result":[' + b" " * (1 << 28))
    assert len(packed) < 1 << 19

    async def answer(_request: web.Request) -> web.Response:
        return web.Response(body=packed, headers={"Content-Encoding": "gzip", "Content-Type": "application/json"})

    tracemalloc.start()
    try:
        failure = await failure_of(answer)
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert failure.said == "the answer is larger than 1 MiB"
    assert most < 32 << 20


async def test_a_packed_answer_is_read_and_one_that_only_says_so_is_told() -> None:
    body = b'{"status":"success","data":{"resultType":"scalar","result":[0,"4"]}}'

    def packed(body: bytes) -> Answer:
        async def answer(request: web.Request) -> web.Response:
            assert request.headers["Accept-Encoding"] == "gzip"
            return web.Response(body=body, headers={"Content-Encoding": "gzip", "Content-Type": "application/json"})

        return answer

    async with serving(packed(gzip.compress(body))) as url, httpx.AsyncClient(base_url=url, trust_env=False) as http:
        assert (await PrometheusApi(http).query("4", 0.0)).samples[0].value == 4.0
    assert isinstance(await failure_of(packed(body)), BadAnswerError)


async def test_of_very_many_series_the_first_are_kept_and_the_others_counted() -> None:
    one = b'{"metric":{"a":"b"},"values":[[0,"1"],[15,"NaN"],[30,"+Inf"]]}'
    body = b'{"status":"success","data":{"resultType":"matrix","result":[' + b",".join([one] * 50_000) + b"]}}"
    async with serving(saying(200, body)) as url, httpx.AsyncClient(base_url=url, trust_env=False) as http:
        found = await PrometheusApi(http).query_range("up", 0.0, 60.0, 15.0)
    assert (len(found.lines), found.left_out) == (replies.MOST_LINES, 50_000 - replies.MOST_LINES)
    values = found.lines[0].values
    assert values[0] == 1.0
    assert math.isnan(values[1])
    assert values[2] == math.inf
    assert len(values) == 5


async def test_what_a_server_remarks_is_kept() -> None:
    body = b'{"status":"success","warnings":["PromQL warning: x"],"data":{"resultType":"matrix","result":[]}}'
    async with serving(saying(200, body)) as url, httpx.AsyncClient(base_url=url, trust_env=False) as http:
        assert (await PrometheusApi(http).query_range("up", 0.0, 60.0, 15.0)).warnings == ("PromQL warning: x",)


async def test_nothing_listening_is_said_as_such() -> None:
    with pytest.raises(UnreachableError, match="Connection refused"):
        await answering(HERE, "http://127.0.0.1:9", (), from_here=True)


async def test_a_server_below_a_path_gets_its_headers_and_the_name_of_its_url() -> None:
    seen: list[tuple[str, str | None, str | None]] = []

    async def answer(request: web.Request) -> web.Response:
        seen.append((request.path, request.headers.get("X-Scope-OrgID"), request.headers.get("Authorization")))
        return web.json_response({"status": "success", "data": {"version": "2.13.0"}})

    async with serving(answer) as url:
        whole = url.replace("http://", "http://me:s3cret@") + "/prometheus/"
        for from_here in (True, False):
            server = await answering(HERE, whole, (("X-Scope-OrgID", "team"),), from_here=from_here)
            assert server.title.startswith("Prometheus 2.13.0 at 127.0.0.1:")
            assert "s3cret" not in repr(server) + server.title
            await server.http.aclose()
    assert seen == [("/prometheus/api/v1/status/buildinfo", "team", "Basic bWU6czNjcmV0")] * 2


@pytest.mark.parametrize("wrong", ["ftp://host", "http://", "http://me:s3cret@host:port", "http://[::1", "://"])
def test_what_is_no_address_is_a_usage_error_without_its_secrets(wrong: str) -> None:
    with pytest.raises(UsageError) as caught:
        address_in(wrong, "Prometheus")
    assert "s3cret" not in str(caught.value)


def test_the_parts_of_an_address_are_told_apart() -> None:
    one = address_in("https://mimir.example/prometheus", "Prometheus")
    assert (one.endpoint, one.path, one.https, str(one)) == (
        Endpoint("mimir.example", 443), "/prometheus/", True, "https://mimir.example:443/prometheus",
    )  # fmt: skip


def test_steps_are_such_as_people_know() -> None:
    assert [step_for(span_s, 120) for span_s in (300, 900, 3600, 86_400, 604_800)] == [5.0, 10.0, 30.0, 900.0, 7200.0]


async def test_a_real_server_answers_and_complains(tmp_path: Path) -> None:
    with prometheus(tmp_path, "global: {scrape_interval: 1s}\n") as url:
        async with httpx.AsyncClient(base_url=url, trust_env=False) as http:
            server = PrometheusApi(http)
            await server.healthy()
            found = await server.query_range("vector(7)", 0.0, 60.0, 15.0)
            assert [line.values for line in found.lines] == [(7.0,) * 5]
            assert (await server.query("scalar(vector(3))", 0.0)).samples[0].value == 3.0
            with pytest.raises(BadAnswerError, match="unclosed left parenthesis"):
                await server.query("rate(", 0.0)
