"""Which session's dashboard answers at a port of the head, asked at the port itself, without credentials."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import httpx

from raymon_tui.backends.base import Endpoint
from raymon_tui.backends.dialling import Dial, client_over
from raymon_tui.backends.failures import failure_of
from raymon_tui.backends.ssh.head_dashboards import UNTOLD

LARGEST = 1 << 16
_WANTS_TOKEN = frozenset({httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN})


async def session_at(endpoint: Endpoint, dial: Dial) -> str | None:
    """Return the session, `UNTOLD` where the dashboard wants a token before it tells, None where there is no Ray.

    Raises what `dial` raises.
    """
    async with client_over(dial, f"http://{endpoint}") as client:
        try:
            status, told = await _asked(client, "/api/version")
            if status in _WANTS_TOKEN:
                _, told = await _asked(client, "/api/authentication_mode")
                return UNTOLD if "authentication_mode" in told else None
        except httpx.ConnectError as error:
            raise failure_of(error, tried=f"connect to {endpoint}") from None
        except httpx.HTTPError:
            return None
    return str(told.get("session_name") or UNTOLD) if "ray_version" in told else None


async def _asked(client: httpx.AsyncClient, path: str) -> tuple[int, dict[str, Any]]:
    """Return the status of an answer, and the JSON object in it; {} where it holds none, or is too large for one."""
    body = b""
    async with client.stream("GET", path) as answer:
        async for part in answer.aiter_bytes(LARGEST):
            body += part
            if len(body) > LARGEST:
                return answer.status_code, {}
    with contextlib.suppress(ValueError):
        found = json.loads(body)
        if isinstance(found, dict):
            return answer.status_code, found
    return answer.status_code, {}
