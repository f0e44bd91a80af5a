"""What a failed request means, in the three lines that a user sees."""

from __future__ import annotations

import anyio
import httpx

from raymon_tui.backends.errors import (
    BadAnswerError,
    ForbiddenError,
    NotRayError,
    RaymonError,
    RefusedError,
    RouteMissingError,
    TimedOutError,
    UnauthorizedError,
    UnreachableError,
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
_WRONG_PORT = "Is this the dashboard's port (8265 by default)?"
_SILENT = "The head node may be overloaded or the link slow; `raymon-tui doctor` tries each part of the way."
_NOTHING_THERE = "Is the head node up, and its dashboard listening there? Its default port is 8265."
_BY_WORDS = (
    ("CERTIFICATE_VERIFY_FAILED", "Name the authority that signed it with --ca-cert FILE, or give --insecure."),
    ("WRONG_VERSION_NUMBER", "That port speaks plain HTTP, by the looks of it: try http:// instead of https://."),
    ("disconnected", "It closed the connection at once: does it want https:// instead of http://?"),
)
_BY_STATUS: dict[int, tuple[type[RaymonError], str]] = {
    401: (UnauthorizedError, _UNAUTHORIZED),
    403: (ForbiddenError, _FORBIDDEN),
    429: (BadAnswerError, "The dashboard is busy; a longer --refresh helps."),
}


def failure_of(status: int, body: bytes, *, tried: str, location: str = "") -> RaymonError:
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


def failure_of_transport(error: Exception, *, tried: str) -> RaymonError:
    """Return the failure that stands for a request without an answer."""
    if isinstance(error, httpx.TimeoutException):
        return TimedOutError(tried, "no answer in time", _SILENT)
    words = spoken(str(error), 300) or type(error).__name__
    if isinstance(error, httpx.RemoteProtocolError) and "illegal" in words:
        return NotRayError(tried, f"something answered, but not in HTTP: {words}", _WRONG_PORT)
    advice = next((advice for mark, advice in _BY_WORDS if mark in words), _NOTHING_THERE)
    return _said_by_backend(error) or UnreachableError(tried, words, advice)


def _said_by_backend(error: BaseException | None) -> RaymonError | None:
    """Return the failure in a backend's own words, where the HTTP library wrapped it into one of its own."""
    while error is not None and not isinstance(error, RaymonError):
        error = error.__cause__ or error.__context__
    return error
