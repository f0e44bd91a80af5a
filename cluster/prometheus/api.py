"""The HTTP API of Prometheus, which Thanos, Mimir and VictoriaMetrics speak too."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import anyio
import httpx
import msgspec
from anyio.lowlevel import checkpoint

from raymon_tui.backends.errors import (
    BadAnswerError,
    ForbiddenError,
    RaymonError,
    RefusedError,
    TimedOutError,
    UnauthorizedError,
)
from raymon_tui.backends.failures import failure_of
from raymon_tui.cluster.metrics.unpacking import Unpacker, UnpackError
from raymon_tui.cluster.prometheus.replies import (
    ASK,
    Found,
    Reply,
    Sample,
    Samples,
    decoded,
    lines_in,
    reply_of,
    samples_in,
    texts_in,
)
from raymon_tui.cluster.ray_api.words import spoken

__all__ = ["Found", "PrometheusApi", "Sample", "Samples", "step_for"]

ANSWER_S = 20.0
LARGEST = 8 << 20
"""Bytes of an answer, once unpacked; a line a node of 1,000 nodes has half of that."""
PACKED = (("Accept-Encoding", "gzip"),)
"""What is unpacked here, piece by piece: a library would unpack all that came at once, however much that is."""
MOST_VALUES = 1000
"""Of a label: more than anybody chooses from."""
STEPS_S = (1, 2, 5, 10, 15, 20, 30, 60, 120, 300, 600, 900, 1200, 1800, 3600, 7200, 10_800, 14_400, 43_200)
_NOTHING_THERE = "Is the server up, and that its address as seen from the head?"
_REFUSED = "Give what it wants with --prometheus-header NAME=VALUE."


def step_for(span_s: float, count: int) -> float:
    """Return the least usual step of at least a `count`-th of a span, in seconds."""
    wanted = span_s / max(1, count)
    return float(next((step for step in STEPS_S if step >= wanted), math.ceil(wanted / 86_400) * 86_400))


@dataclass(frozen=True)
class PrometheusApi:
    """The server that `http` reaches, whose base URL holds its path prefix; the client stays its caller's.

    `headers` may hold secrets. Every method may raise a `RaymonError`, in the server's own words, and nothing else.
    """

    http: httpx.AsyncClient
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    route: str = ""
    """What stands before `api/v1/`, where the server is asked through another one."""
    refused: str = _REFUSED
    """What a user can do about HTTP 401 and 403."""

    async def query_range(self, expression: str, start: float, end: float, step_s: float) -> Found:
        """Return what an expression came to between two moments (seconds since the epoch), a value each `step_s`."""
        asked = {"query": expression, "start": f"{start:.3f}", "end": f"{end:.3f}", "step": f"{step_s:g}"}
        reply = await self._question("query_range", asked)
        return await lines_in(reply, start, step_s, math.floor((end - start) / step_s + 1e-6) + 1)

    async def query(self, expression: str, at: float) -> Samples:
        """Return what an expression comes to at a moment."""
        return await samples_in(await self._question("query", {"query": expression, "time": f"{at:.3f}"}))

    async def label_values(
        self,
        label: str,
        match: str = "",
        *,
        start: float | None = None,
        end: float | None = None,
        most: int = MOST_VALUES,
    ) -> tuple[str, ...]:
        """Return the values of a label, at most `most`: of those series alone that `match` selects, and that had
        samples between two moments where these are given.
        """
        asked = {"match[]": match} if match else {}
        if start is not None and end is not None:
            asked |= {"start": f"{start:.3f}", "end": f"{end:.3f}"}
        found, _ = texts_in(await self._reply("GET", f"label/{label}/values", asked), most)
        return tuple(found)

    async def label_names(self) -> tuple[str, ...]:
        """Return the names of labels, at most `MOST_VALUES`."""
        found, _ = texts_in(await self._reply("GET", "labels", {}), MOST_VALUES)
        return tuple(found)

    async def metadata(self) -> Mapping[str, Described]:
        """Return what exporters say of their metrics, by the name of the family."""
        found = decoded((await self._reply("GET", "metadata", {})).data, dict[str, list[Described]])
        return {name: told[0] for name, told in found.items() if told}

    async def healthy(self) -> None:
        """Ask the least that there is to ask; raises the `RaymonError` of that."""
        await self.query("1", 0.0)

    async def version(self) -> str:
        """Return what the server calls itself; "" where it does not say, but answers."""
        try:
            reply = await self._reply("GET", "status/buildinfo", {})
            return spoken(decoded(reply.data, _BuildInfo).version, 40)
        except BadAnswerError:
            await self.healthy()
            return ""

    async def _question(self, route: str, form: dict[str, str]) -> Reply:
        """Ask by POST, which has room for long expressions; by GET where no more than that is granted."""
        try:
            return await self._reply("POST", route, form)
        except RefusedError:
            return await self._reply("GET", route, form)

    async def _reply(self, method: str, route: str, form: dict[str, str]) -> Reply:
        try:
            with anyio.fail_after(ANSWER_S):
                status, kind, body = await self._read(method, f"{self.route}api/v1/{route}", form)
        except TimeoutError:
            said = f"no answer within {ANSWER_S:g} s"
            raise TimedOutError(ASK, said, "Ask for less time, or for fewer series.") from None
        except UnpackError as error:
            raise BadAnswerError(ASK, str(error), "") from None
        except (httpx.HTTPError, httpx.InvalidURL, OSError, anyio.BrokenResourceError, anyio.EndOfStream) as error:
            failure = failure_of(error, tried=ASK)
            if isinstance(failure, RefusedError):
                # The way to it is refused, and not by the server: what that takes is known there.
                raise failure from None
            raise type(failure)(ASK, failure.said, _NOTHING_THERE) from None
        if status in _REFUSALS:
            raise _REFUSALS[status](ASK, _said_of_refusal(status, body), self.refused)
        # A large answer has taken its milliseconds to arrive: others have their turn before it is taken apart.
        await checkpoint()
        return reply_of(status, kind, body)

    async def _read(self, method: str, path: str, form: dict[str, str]) -> tuple[int, str, bytes]:
        asked = self.http.build_request(
            method,
            path,
            headers=httpx.Headers([*PACKED, *httpx.Headers(self.headers).multi_items()], encoding="utf-8"),
            data=form if method == "POST" else None,
            params=None if method == "POST" else form,
        )
        answer = await self.http.send(asked, stream=True)
        try:
            body, unpacker = bytearray(), Unpacker(answer.headers.get("content-encoding", ""))
            async for packed in answer.aiter_raw():
                for part in unpacker.feed(packed):
                    body += part
                    if len(body) > LARGEST:
                        said = f"the answer is larger than {LARGEST >> 20} MiB"
                        raise BadAnswerError(ASK, said, "Too many series fit: choose fewer.")
                await checkpoint()
            return answer.status_code, answer.headers.get("content-type", "")[:60], bytes(body)
        finally:
            await answer.aclose()


_REFUSALS: Mapping[int, type[RaymonError]] = {401: UnauthorizedError, 403: ForbiddenError}


def _said_of_refusal(status: int, body: bytes) -> str:
    words = spoken(body)
    return f"HTTP {status}: {words}" if words else f"HTTP {status}"


class Described(msgspec.Struct):
    """What an exporter says of a metric."""

    type: str = ""
    help: str = ""


class _BuildInfo(msgspec.Struct):
    version: str = ""
