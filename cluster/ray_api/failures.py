"""What an answer that is none means, in the three lines that a user sees."""

from __future__ import annotations

import anyio

from raymon_tui.backends.errors import (
    BadAnswerError,
    ForbiddenError,
    RaymonError,
    RefusedError,
    RouteMissingError,
    UnauthorizedError,
)
from raymon_tui.cluster.ray_api.reply import failure_words
from raymon_tui.cluster.ray_api.words import spoken

CLOSED = (anyio.ClosedResourceError, anyio.BrokenResourceError, anyio.EndOfStream)
"""What a backend's byte stream raises when it was closed under way."""

_UNAUTHORIZED = (
    "Give the cluster's token: --token-file FILE, RAY_AUTH_TOKEN, or ~/.ray/auth_token; a proxy may want --header."
)
_FORBIDDEN = (
    "The token that was sent is not this cluster's, or may not do this: check --token-file, RAY_AUTH_TOKEN and"
    " ~/.ray/auth_token (`ray get-auth-token` on the head node prints the right one)."
)
_SERVER_LOG = "The dashboard's own log on the head node (dashboard.log) may say more."
_BY_STATUS: dict[int, tuple[type[RaymonError], str]] = {
    401: (UnauthorizedError, _UNAUTHORIZED),
    403: (ForbiddenError, _FORBIDDEN),
    429: (BadAnswerError, "The dashboard is busy; a longer --refresh helps."),
}


def failure_of_status(status: int, body: bytes, *, tried: str, location: str = "") -> RaymonError:
    """Return the failure that an answer of this HTTP status stands for."""
    words = failure_words(body)
    if status == 404 and (words in {"", "404: Not Found"} or words.startswith("404 ")):
        return RouteMissingError(tried, "this Ray has no such route", "Another version of Ray may have it.")
    if 300 <= status < 400:
        said = f"sent on to {spoken(location.partition('?')[0]) or 'another page'}"
        return RefusedError(tried, said, "By the looks of it a login page: pass its cookie or token with --header.")
    said = f"HTTP {status}: {words}" if words else f"HTTP {status}"
    kind, advice = _BY_STATUS.get(status, (BadAnswerError, _SERVER_LOG if status >= 500 else ""))
    return kind(tried, said, advice)
