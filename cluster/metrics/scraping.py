"""One scrape: an exporter asked once, within limits of time and size, and why it failed where it did."""

from __future__ import annotations

import time
from typing import Literal

import anyio
import httpx
from msgspec import Struct

from raymon_tui.backends.base import Backend
from raymon_tui.backends.errors import RaymonError, TimedOutError, UnreachableError
from raymon_tui.backends.failures import failure_of
from raymon_tui.cluster.metrics.targets import MetricsTarget

SCRAPE_S = 5.0
LARGEST = 32 << 20
"""Bytes of text, once unpacked. The largest that was seen of a real agent has half of one million."""
ASKED_FOR = {"Accept": "text/plain;version=0.0.4", "Accept-Encoding": "gzip"}

State = Literal["ok", "refused", "timed out", "unreachable", "no metrics", "too large"]


class Answer(Struct, frozen=True):
    """What became of a scrape: its text where it is `ok`, else what was said. `took_s` is in seconds."""

    state: State
    said: str = ""
    body: bytes = b""
    took_s: float = 0.0


async def scrape(backend: Backend, target: MetricsTarget, path: str = "/metrics") -> Answer:
    """Ask an exporter once; whatever goes wrong is in the answer."""
    began = time.monotonic()
    state: State
    try:
        with anyio.fail_after(SCRAPE_S):
            async with backend.http(target.endpoint) as http:
                state, said, body = await _read(http, path)
    except TimeoutError:
        state, said, body = "timed out", f"no answer within {SCRAPE_S:g} s", b""
    except (httpx.DecodingError, httpx.ProtocolError) as error:
        state, said, body = "no metrics", failure_of(error, tried="scrape").said, b""
    except (RaymonError, httpx.HTTPError, httpx.InvalidURL, OSError) as error:
        failure = failure_of(error, tried="scrape")
        state, said, body = _state_of(failure), failure.said, b""
    return Answer(state, said, body, time.monotonic() - began)


async def _read(http: httpx.AsyncClient, path: str) -> tuple[State, str, bytes]:
    async with http.stream("GET", path, headers=ASKED_FOR) as answer:
        if answer.status_code in (401, 403):
            return "refused", f"HTTP {answer.status_code}", b""
        if not answer.is_success:
            return "no metrics", f"HTTP {answer.status_code}", b""
        kind = answer.headers.get("content-type", "text/plain").partition(";")[0].strip()
        if kind not in ("text/plain", "application/openmetrics-text", ""):
            return "no metrics", f"it answers with {kind[:60]}", b""
        parts, size = [], 0
        async for part in answer.aiter_bytes():
            parts.append(part)
            size += len(part)
            if size > LARGEST:
                return "too large", f"more than {LARGEST >> 20} MiB", b""
    body = b"".join(parts)
    if b"\0" in body[:4096]:
        return "no metrics", "it answers with no text", b""
    return "ok", "", body


def _state_of(failure: RaymonError) -> State:
    if isinstance(failure, TimedOutError):
        return "timed out"
    if isinstance(failure, UnreachableError):
        return "unreachable"
    return "refused" if failure.exit_code == 4 else "no metrics"
