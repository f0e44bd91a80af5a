"""Which of the usual ports the dashboard listens on, where nobody has said and the first one is closed.

Where several clusters run on a machine Ray takes the next free port after 8265.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping

import anyio
import httpx

from raymon_tui.backends.base import Endpoint
from raymon_tui.backends.errors import UnreachableError

FIRST, LAST = 8265, 8275
SKYPILOT = 8266
"""Its own internal Ray listens there: nobody means that one without saying so."""
ANSWER_S = 5.0


async def find_port(host: str, sessions_at: Callable[[Endpoint], Awaitable[str | None]]) -> int:
    """Return the only other port on which a Ray answers; raises `UnreachableError` that lists what there is.

    `sessions_at` gives the session of the Ray at an endpoint, None where none answers.
    """
    found: dict[int, str] = {}

    async def look(port: int) -> None:
        session = await sessions_at(Endpoint(host, port))
        if session is not None:
            found[port] = session

    async with anyio.create_task_group() as tasks:
        for port in range(FIRST + 1, LAST + 1):
            tasks.start_soon(look, port)
    return chosen(found)


def chosen(found: Mapping[int, str]) -> int:
    """Return the port that is meant among those on which a Ray answers."""
    tried = f"find the dashboard on ports {FIRST} to {LAST}"
    if not found:
        said = "nothing that is Ray listens on any of them"
        raise UnreachableError(tried, said, "is Ray up there? --dashboard-port names another port")
    likely = [port for port in found if port != SKYPILOT]
    if len(likely) == 1 and len(found) == 1:
        return likely[0]
    listed = ", ".join(
        f"{port} ({'may be that of SkyPilot' if port == SKYPILOT else session})"
        for port, session in sorted(found.items())
    )
    raise UnreachableError(tried, f"a Ray answers on {listed}", "say which with --dashboard-port")


async def session_by(http: httpx.AsyncClient) -> str | None:
    """Return the session of the Ray that a client reaches; None where none answers in time."""
    try:
        with anyio.fail_after(ANSWER_S):
            answer = await http.get("/api/version")
        found = json.loads(answer.content)
        session = found.get("session_name")
        return session if isinstance(session, str) and found.get("ray_version") else None
    except (httpx.HTTPError, OSError, ValueError, AttributeError, TimeoutError):
        return None
