"""What a failed request means, in the three lines that a user sees."""

from __future__ import annotations

import httpx

from raymon_tui.backends.errors import (
    BadAnswerError,
    ForbiddenError,
    RaymonError,
    RefusedError,
    RouteMissingError,
    TimedOutError,
    UnauthorizedError,
    UnreachableError,
)
from raymon_tui.cluster.ray_api.reply import failure_words
from raymon_tui.cluster.ray_api.words import spoken

_UNAUTHORIZED = (
    "Give the cluster's token: --token-file FILE, RAY_AUTH_TOKEN, or ~/.ray/auth_token; a proxy may want --header."
)
_FORBIDDEN = (
    "The token that was sent is not this cluster's, or may not do this: check --token-file, RAY_AUTH_TOKEN and"
    " ~/.ray/auth_token (`ray get-auth-token` on the head node prints the right one)."
)
_SILENT = "The head node may be overloaded or the link slow; `raymon-tui doctor` tries each part of the way."


def failure_of(  # noqa: PLR0911 - one a statusstatus: int, body: bytes, *, tried: str, location: str = "") -> RaymonError:
    """Return the failure that an answer of this HTTP status stands for."""
    words = failure_words(body)
    if status == 401:
        return UnauthorizedError(tried, words or "401 Unauthorized", _UNAUTHORIZED)
    if status == 403:
        return ForbiddenError(tried, words or "403 Forbidden", _FORBIDDEN)
    if status == 404 and (words in {"", "404: Not Found"} or words.startswith("404 ")):
        return RouteMissingError(tried, "this Ray has no such route", "Another version of Ray may have it.")
    if status == 404:
        return BadAnswerError(tried, words, "")
    if status == 429:
        return BadAnswerError(
            tried, words or "429 Too Many Requests", "The dashboard is busy; a longer --refresh helps."
        )
    if 300 <= status < 400:
        said = f"sent on to {spoken(location.partition('?')[0]) or 'another page'}"
        return RefusedError(
            tried, said, "That is a login page, by the looks of it: pass its cookie or token with --header."
        )
    return BadAnswerError(tried, f"HTTP {status}: {words}" if words else f"HTTP {status}", "")


def failure_of_transport(error: httpx.HTTPError | httpx.InvalidURL | OSError, *, tried: str) -> RaymonError:
    """Return the failure that stands for a request without an answer."""
    if isinstance(error, httpx.TimeoutException):
        return TimedOutError(tried, "no answer in time", _SILENT)
    cause = error.__cause__ or error.__context__
    if isinstance(cause, RaymonError):
        return cause
    words = spoken(str(error), 300) or type(error).__name__
    if isinstance(error, httpx.RemoteProtocolError):
        return UnreachableError(
            tried, words, "The dashboard closed the connection; is it an HTTP (not HTTPS) port of Ray?"
        )
    return UnreachableError(tried, words, "Is the head node up, and its dashboard listening there? Default port: 8265.")
