"""Watching what the API server has: a list, then each change, without end."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator, Callable, Mapping
from random import Random
from typing import Any

import anyio
import httpx

from raymon_tui.backends.base import WatchEvent
from raymon_tui.backends.errors import ObjectMissingError, RaymonError, RefusedError, RouteMissingError
from raymon_tui.backends.kubernetes.answers import GoneError, event_of, not_reached, read_body, refusal, version_of
from raymon_tui.backends.kubernetes.api_server import ApiServer

WATCH_S = 300
"""So long one watch is to last; the server ends it then, and the next goes on where it was."""
SILENT_S = 150.0
"""A server marks every minute how far a watch is, so one that is silent for so long may be gone."""
FIRST_WAIT_S, LONGEST_WAIT_S = 0.5, 30.0
_LASTING = (RefusedError, ObjectMissingError, RouteMissingError)
"""What is not different in a moment."""


async def watch(
    api: ApiServer,
    path: str,
    params: Mapping[str, str] | None = None,
    rng: Random | None = None,
    stands: Callable[[bool], None] = lambda _stands: None,
) -> AsyncGenerator[WatchEvent, None]:
    """List what is at a path, then tell every change.

    A watch that breaks off goes on where it was, after a pause that grows; where the server knows that no more, all is
    listed again. Whether it `stands` is told each time that this changes. Raises the `RaymonError` of a list that
    cannot be had, and of a watch that is refused.
    """
    rng = rng or Random()  # noqa: S311 - it spreads retries, it guards nothing
    wait_s, version = FIRST_WAIT_S, ""
    while True:
        if not version:
            listed = await api.get(path, params)
            version = version_of(listed) or "0"
            yield WatchEvent("RELISTED", listed)
        began = anyio.current_time()
        try:
            stream = _events(api, path, {**(params or {}), "resourceVersion": version}, stands)
            async with contextlib.aclosing(stream) as events:
                async for event in events:
                    version = version_of(event["object"]) or version
                    if event["type"] != "BOOKMARK":
                        yield WatchEvent(event["type"], event["object"])
        except GoneError:
            version = ""
        except _LASTING:
            raise
        except RaymonError:
            # What it was is told by whatever else is asked: a watch that cannot stand is tried again in silence.
            pass
        finally:
            stands(False)
        if anyio.current_time() - began > LONGEST_WAIT_S:
            # It held: what ended it is nothing that lasts.
            wait_s = FIRST_WAIT_S
            continue
        await anyio.sleep(wait_s * rng.uniform(0.5, 1.0))
        wait_s = min(LONGEST_WAIT_S, wait_s * 2)


async def _events(
    api: ApiServer, path: str, params: Mapping[str, str], stands: Callable[[bool], None]
) -> AsyncGenerator[dict[str, Any], None]:
    """Yield what one watch tells until it ends."""
    asked = {**params, "watch": "1", "allowWatchBookmarks": "true", "timeoutSeconds": str(WATCH_S)}
    try:
        answer = await api.send("GET", path, params=asked, timeout=httpx.Timeout(SILENT_S))
        async with contextlib.aclosing(answer):
            if not answer.is_success:
                raise refusal(answer.status_code, await read_body(answer, 1 << 16, cut=True), path)
            stands(True)
            async for line in answer.aiter_lines():
                event = event_of(line)
                if event is not None:
                    yield event
    except (httpx.HTTPError, OSError) as error:
        raise not_reached(error, f"watch {path}") from None
