"""What Prometheus' API answers, taken apart: a million series are a few lines of a chart, and the count of the rest."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TypeVar

import msgspec
from msgspec import Raw, Struct

from raymon_tui.backends.errors import BadAnswerError
from raymon_tui.cluster.metrics.lines import Line, Lines
from raymon_tui.cluster.metrics.measure import Labels
from raymon_tui.cluster.ray_api.rows import in_slices
from raymon_tui.cluster.ray_api.words import complaint, spoken

MOST_LINES = 500
ASK = "ask Prometheus"
_NOT_ITS_FORM = "it has not the form of Prometheus' API"
T = TypeVar("T")


class Sample(Struct, frozen=True):
    """One series at one moment."""

    labels: Labels
    value: float


class Samples(Struct, frozen=True):
    """What an expression came to at one moment; `left_out` series more were in the answer."""

    samples: tuple[Sample, ...] = ()
    left_out: int = 0
    warnings: tuple[str, ...] = ()


class Found(Lines, frozen=True):
    """Lines of a server; `left_out` series more were in its answer, and it had `warnings` about it."""

    left_out: int = 0
    warnings: tuple[str, ...] = ()


class Reply(Struct):
    """The frame of every answer; `data` differs by route."""

    status: str = ""
    data: Raw = Raw(b"null")
    error: str = ""
    errorType: str = ""  # noqa: N815 - Prometheus' own name
    warnings: list[str] = []
    infos: list[str] = []

    @property
    def said(self) -> tuple[str, ...]:
        """What the server remarks on a good answer."""
        return tuple(spoken(one, 200) for one in (*self.warnings[:5], *self.infos[:5]))


class _Data(Struct):
    resultType: str = ""  # noqa: N815 - Prometheus' own name
    result: list[Raw] = []


class _Series(Struct):
    metric: dict[str, str] = {}
    values: list[tuple[float, str]] = []
    value: tuple[float, str] | None = None


def reply_of(status: int, kind: str, body: bytes) -> Reply:
    """Return a good answer; raises `BadAnswerError` in the server's own words for any other. `kind` is its type."""
    try:
        reply = msgspec.json.decode(body, type=Reply)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        said = f"HTTP {status}, and no JSON but {spoken(kind) or 'something else'}"
        raise BadAnswerError(ASK, said, "Is that the address of a Prometheus server, with its path?") from None
    if reply.status != "success":
        words = complaint(reply.error) or f"HTTP {status}"
        raise BadAnswerError(ASK, words, _ADVICE.get(status, ""))
    return reply


_ADVICE = {
    404: "Is that the address of a Prometheus server, with its path?",
    422: "Ask for less time, or for fewer series.",
    503: "The server is busy or starting; it is asked again.",
}


async def lines_in(reply: Reply, first: float, step_s: float, count: int) -> Found:
    """Return what a range query came to, `count` values a line from `first` on."""
    raws = decoded(reply.data, _Data).result
    series = await in_slices(lambda raw: decoded(raw, _Series), raws[:MOST_LINES])
    lines = await in_slices(lambda one: _line(one, first, step_s, count), series)
    return Found(first, step_s, tuple(lines), max(0, len(raws) - MOST_LINES), reply.said)


async def samples_in(reply: Reply) -> Samples:
    """Return what an instant query came to; a scalar is a sample without labels."""
    data = decoded(reply.data, _Data)
    raws = data.result
    if data.resultType in ("scalar", "string"):
        return Samples(tuple(Sample((), number(decoded(text, str))) for text in raws[1:2]), 0, reply.said)
    series = await in_slices(lambda raw: decoded(raw, _Series), raws[:MOST_LINES])
    samples = tuple(Sample(_labels(one), number(one.value[1])) for one in series if one.value is not None)
    return Samples(samples, max(0, len(raws) - MOST_LINES), reply.said)


def decoded(raw: Raw, kind: type[T]) -> T:
    """Return a part of an answer; raises `BadAnswerError` where it is something else."""
    try:
        return msgspec.json.decode(raw, type=kind)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        raise BadAnswerError("read what Prometheus answered", _NOT_ITS_FORM, "") from None


def _labels(series: _Series) -> Labels:
    return tuple(sorted(series.metric.items()))


def _line(series: _Series, first: float, step_s: float, count: int) -> Line:
    values = [math.nan] * count
    for at, text in series.values:
        place = round((at - first) / step_s)
        if 0 <= place < count:
            values[place] = number(text)
    return Line(_labels(series), tuple(values))


def number(text: str) -> float:
    """Return a value as Prometheus writes it; what is none is not known."""
    try:
        return float(text)
    except ValueError:
        return math.nan


def texts_in(reply: Reply, most: int) -> tuple[Sequence[str], int]:
    """Return the first of a list of texts, and how many more there are."""
    found = decoded(reply.data, list[str]) if bytes(memoryview(reply.data)) != b"null" else []
    return found[:most], max(0, len(found) - most)
