"""Which of several ports belongs to which session of Ray, asked at the ports themselves."""

from __future__ import annotations

import contextlib
import http.client
import json
from collections.abc import Iterable

ANSWERS_WITHIN_S = 1.0
UNKNOWN = ""
"""The session of a server that does not tell: it wants a token first."""


def port_of_session(host: str, ports: Iterable[int], session_name: str) -> int | None:
    """Return the first of `ports` at which this session's dashboard answers.

    Where none tells this session's name, the first at which a server answers that wants a token first; never one that
    tells another session's name, or is no dashboard.
    """
    silent: int | None = None
    for port in ports:
        told = session_at(host, port)
        if told == session_name:
            return port
        if told == UNKNOWN and silent is None:
            silent = port
    return silent


def session_at(host: str, port: int) -> str | None:
    """Return the session whose dashboard answers at a port, `UNKNOWN` where it tells none, None where none answers."""
    connection = http.client.HTTPConnection(host, port, timeout=ANSWERS_WITHIN_S)
    with contextlib.closing(connection), contextlib.suppress(OSError, http.client.HTTPException, ValueError):
        connection.request("GET", "/api/version")
        answer = connection.getresponse()
        if answer.status in {http.HTTPStatus.UNAUTHORIZED, http.HTTPStatus.FORBIDDEN}:
            return UNKNOWN
        told = json.loads(answer.read(1 << 16))
        if isinstance(told, dict) and "ray_version" in told:
            return str(told.get("session_name") or UNKNOWN)
    return None
