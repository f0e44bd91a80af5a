"""One scrape: an exporter asked once, within limits of time and size, and why it failed where it did."""

from __future__ import annotations

import time
from typing import Literal

import anyio
import httpx
from anyio.lowlevel import checkpoint
from msgspec import Struct

from raymon_tui.backends.base import Backend
from raymon_tui.backends.errors import RaymonError, TimedOutError, UnreachableError
from raymon_tui.backends.failures import failure_of
from raymon_tui.cluster.metrics.exposition import Decoding, Scrape
from raymon_tui.cluster.metrics.sample_line import NoMetricsError
from raymon_tui.cluster.metrics.targets import MetricsTarget
from raymon_tui.cluster.metrics.unpacking import Unpacker, UnpackError

SCRAPE_S = 5.0
LARGEST = 32 << 20
"""Bytes of text, once unpacked. The largest that was seen of a real agent has half of one million."""
ASKED_FOR = {"Accept": "text/plain;version=0.0.4", "Accept-Encoding": "gzip"}
_TEXT = ("text/plain", "application/openmetrics-text", "")

State = Literal["ok", "refused", "timed out", "not reachable", "no metrics", "too large"]
"""`refused`: nobody listens there, or whoever does wants to know who asks."""


class Answer(Struct, frozen=True):
    """What became of a scrape: what was read where it is `ok`, else what was said.

    `size` is in bytes, once unpacked; `took_s` in seconds.
    """

    state: State
    said: str = ""
    scrape: Scrape | None = None
    size: int = 0
    took_s: float = 0.0


class _RefusedError(Exception):
    pass


class _TooLargeError(Exception):
    pass


async def scrape(backend: Backend, target: MetricsTarget, decoding: Decoding, path: str = "/metrics") -> Answer:
    """Ask an exporter once; whatever goes wrong is in the answer.

    Its text is decoded as it comes, in small pieces between which keys are answered.
    """
    began = time.monotonic()
    state: State
    decoded, size = None, 0
    try:
        with anyio.fail_after(SCRAPE_S):
            async with backend.http(target.endpoint) as http:
                size = await _read(http, path, decoding)
                state, said, decoded = "ok", "", decoding.end()
    except TimeoutError:
        state, said = "timed out", f"no answer within {SCRAPE_S:g} s"
    except _RefusedError as error:
        state, said = "refused", str(error)
    except _TooLargeError as error:
        state, said = "too large", str(error)
    except (NoMetricsError, UnpackError) as error:
        state, said = "no metrics", str(error)
    except httpx.ProtocolError as error:
        state, said = "no metrics", failure_of(error, tried="scrape").said
    except (RaymonError, httpx.HTTPError, httpx.InvalidURL, OSError) as error:
        failure = failure_of(error, tried="scrape")
        state, said = _state_of(failure), failure.said
    return Answer(state, said, decoded, size, time.monotonic() - began)


async def _read(http: httpx.AsyncClient, path: str, decoding: Decoding) -> int:
    """Decode all of an answer; return its size. No more of it is held than the piece at hand."""
    async with http.stream("GET", path, headers=ASKED_FOR) as answer:
        _check(answer)
        unpacker, size, piece = Unpacker(answer.headers.get("content-encoding", "")), 0, b"\n"
        async for packed in answer.aiter_raw():
            for unpacked in unpacker.feed(packed):
                if not size and b"\0" in unpacked:
                    raise NoMetricsError("it answers with no text")
                size += len(unpacked)
                if size > LARGEST:
                    raise _TooLargeError(f"more than {LARGEST >> 20} MiB")
                decoding.feed(unpacked)
                piece = unpacked or piece
                await checkpoint()
    if not unpacker.whole or not piece.endswith(b"\n"):
        # HTTP/1.0 without a length, as Ray's agents speak it, has no other end than that of the last line.
        raise NoMetricsError("the answer is cut off")
    return size


def _check(answer: httpx.Response) -> None:
    """Raise where what begins to come is no text of metrics."""
    status = answer.status_code
    if status in (401, 403):
        raise _RefusedError(f"HTTP {status}")
    if answer.is_redirect:
        raise NoMetricsError(f"HTTP {status}: it leads on to {answer.headers.get('location', '')[:80]}")
    if not answer.is_success:
        raise NoMetricsError(f"HTTP {status}")
    kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in _TEXT:
        raise NoMetricsError(f"it answers with {kind[:60]}")


def _state_of(failure: RaymonError) -> State:
    if isinstance(failure, TimedOutError):
        return "timed out"
    if failure.exit_code == 4 or "refused" in failure.said.lower():
        return "refused"
    return "not reachable" if isinstance(failure, UnreachableError) else "no metrics"
