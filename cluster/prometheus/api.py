"""The HTTP API of Prometheus, which Thanos, Mimir and VictoriaMetrics speak too."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, TypeVar

import anyio
import httpx
import msgspec
from msgspec import Struct

from raymon_tui.backends.errors import BadAnswerError, RefusedError, TimedOutError
from raymon_tui.backends.failures import failure_of
from raymon_tui.cluster.metrics.lines import Line, Lines
from raymon_tui.cluster.metrics.measure import Labels

ANSWER_S = 20.0
LARGEST = 16 << 20
"""Bytes of an answer; one of a chart has some thousands."""
MOST_LINES = 500
T = TypeVar("T")
STEPS_S = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 43_200)


class Sample(Struct, frozen=True):
    """One series at one moment."""

    labels: Labels
    value: float


class _Series(Struct):
    metric: dict[str, str] = {}
    values: list[tuple[float, str]] = []
    value: tuple[float, str] | None = None


class _Data(Struct):
    resultType: str = ""  # noqa: N815 - Prometheus' own name
    result: Any = None


class _Reply(Struct):
    status: str = ""
    data: Any = None
    error: str = ""
    errorType: str = ""  # noqa: N815 - Prometheus' own name


def step_for(span_s: float, count: int) -> float:
    """Return the least usual step of at least a `count`-th of a span, in seconds."""
    wanted = span_s / max(1, count)
    return float(next((step for step in STEPS_S if step >= wanted), math.ceil(wanted / 86_400) * 86_400))


class PrometheusApi:
    """The server that `http` reaches, whose base URL holds its path prefix; the client stays its caller's.

    Every method may raise a `RaymonError`, in the server's own words, and nothing else.
    """

    def __init__(self, http: httpx.AsyncClient, headers: Mapping[str, str] | None = None) -> None:
        self._http = http
        self._headers = dict(headers or {})

    async def query_range(self, expression: str, start: float, end: float, step_s: float) -> Lines:
        """Return what an expression came to between two moments (seconds since the epoch), a value each `step_s`."""
        first = math.floor(start / step_s) * step_s
        asked = {"query": expression, "start": f"{first:.3f}", "end": f"{end:.3f}", "step": f"{step_s:g}"}
        data = await self._ask("query_range", asked)
        count = math.floor((end - first) / step_s) + 1
        found = _converted(data.result, list[_Series])
        return Lines(first, step_s, tuple(_line(one, first, step_s, count) for one in found[:MOST_LINES]))

    async def query(self, expression: str, at: float) -> tuple[Sample, ...]:
        """Return what an expression comes to at a moment."""
        data = await self._ask("query", {"query": expression, "time": f"{at:.3f}"})
        if data.resultType in ("scalar", "string"):
            pair = _converted(data.result, tuple[float, str])
            return (Sample((), _number(pair[1])),)
        found = _converted(data.result, list[_Series])
        return tuple(Sample(tuple(sorted(one.metric.items())), _number(one.value[1])) for one in found if one.value)

    async def label_values(self, label: str, match: str = "") -> tuple[str, ...]:
        """Return the values of a label, of those series alone that `match` selects."""
        reply = await self._reply("GET", f"api/v1/label/{label}/values", {"match[]": match} if match else {})
        return tuple(str(value) for value in reply.data or ())

    async def version(self) -> str:
        """Return what the server calls itself; "" where it does not say, but answers."""
        try:
            reply = await self._reply("GET", "api/v1/status/buildinfo", {})
        except BadAnswerError:
            await self.query("1", 0.0)
            return ""
        return str(reply.data.get("version", "")) if isinstance(reply.data, dict) else ""

    async def _ask(self, route: str, form: dict[str, str]) -> _Data:
        reply = await self._reply("POST", f"api/v1/{route}", form)
        return _converted(reply.data, _Data)

    async def _reply(self, method: str, path: str, form: dict[str, str]) -> _Reply:
        tried = "ask Prometheus"
        try:
            with anyio.fail_after(ANSWER_S):
                status, kind, body = await self._read(method, path, form)
        except TimeoutError:
            raise TimedOutError(
                tried, f"no answer within {ANSWER_S:g} s", "ask for less time, or fewer nodes"
            ) from None
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            raise failure_of(error, tried=tried) from None
        if status in (401, 403):
            advice = "give what it wants with --prometheus-header NAME=VALUE"
            raise RefusedError(tried, f"HTTP {status}", advice)
        try:
            reply = msgspec.json.decode(body, type=_Reply)
        except msgspec.DecodeError:
            said = f"HTTP {status}, and no JSON but {kind or 'something else'}"
            raise BadAnswerError(tried, said, "is that the address of a Prometheus server?") from None
        if reply.status != "success":
            raise BadAnswerError(tried, reply.error or f"HTTP {status}", "")
        return reply

    async def _read(self, method: str, path: str, form: dict[str, str]) -> tuple[int, str, bytes]:
        sent = {"data": form} if method == "POST" else {"params": form}
        async with self._http.stream(method, path, headers=self._headers, **sent) as answer:  # type: ignore[arg-type]
            parts, size = [], 0
            async for part in answer.aiter_bytes():
                parts.append(part)
                size += len(part)
                if size > LARGEST:
                    said = f"the answer is larger than {LARGEST >> 20} MiB"
                    raise BadAnswerError("ask Prometheus", said, "too many series match: ask for fewer")
        return answer.status_code, answer.headers.get("content-type", "")[:60], b"".join(parts)


def _converted(data: Any, kind: type[T]) -> T:
    try:
        return msgspec.convert(data, kind)
    except msgspec.ValidationError:
        raise BadAnswerError("read what Prometheus answered", "it has not the form of its API", "") from None


def _line(series: _Series, first: float, step_s: float, count: int) -> Line:
    values = [math.nan] * count
    for at, text in series.values:
        place = round((at - first) / step_s)
        if 0 <= place < count:
            values[place] = _number(text)
    return Line(tuple(sorted(series.metric.items())), tuple(values))


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan
