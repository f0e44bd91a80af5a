"""What an exception of the system, of TLS or of the HTTP library means, in the three lines that a user sees."""

from __future__ import annotations

import errno
import os
import socket
import ssl
from collections.abc import Iterator, Sequence

import httpx

from raymon_tui.backends.errors import NotRayError, RaymonError, TimedOutError, UnreachableError

_NOTHING_THERE = "Is the head node up, and its dashboard listening there? Its default port is 8265."
_SILENT = "The head node may be overloaded or the link slow; a longer --refresh asks less of it."
_SWALLOWED = "Is the address right? A firewall in between may swallow what is sent there."
_WRONG_NETWORK = "Is this machine on the right network, or its VPN up?"
_UNKNOWN_NAME = "Is the name right? It may be known only in another network, or with a VPN up."
_CUT = "The server or something in between closed the connection: does it want https:// instead of http://?"
_PLAIN = "That port speaks plain HTTP, by the looks of it: try http:// instead of https://."
_UNTRUSTED = "Name the authority that signed it with --ca-cert FILE, or give --insecure."
_EXPIRED = "Have it renewed; --insecure takes it as it is."
_OTHER_NAME = "Use the name that the certificate is for; --insecure takes it as it is."
_PROXY = "HTTP_PROXY, HTTPS_PROXY or ALL_PROXY names that proxy; hosts in NO_PROXY are asked without it."

Told = tuple[type[RaymonError], str, str] | None
"""The kind of a failure, what was said, and what to do."""

_BY_ERRNO: dict[int, tuple[type[UnreachableError], str]] = {
    errno.ECONNREFUSED: (UnreachableError, _NOTHING_THERE),
    errno.ECONNRESET: (UnreachableError, _CUT),
    errno.ECONNABORTED: (UnreachableError, _CUT),
    errno.EPIPE: (UnreachableError, _CUT),
    errno.ETIMEDOUT: (TimedOutError, _SWALLOWED),
    errno.EHOSTUNREACH: (UnreachableError, _WRONG_NETWORK),
    errno.ENETUNREACH: (UnreachableError, _WRONG_NETWORK),
}
"""The most telling first: of a host's several addresses each fails in its own way."""
_BY_CERTIFICATE = {10: _EXPIRED, 62: _OTHER_NAME, 64: _OTHER_NAME}
"""OpenSSL's X509_V_ERR_CERT_HAS_EXPIRED, _HOSTNAME_MISMATCH, _IP_ADDRESS_MISMATCH."""
_NOT_TLS = {"WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE"}


def failure_of(error: BaseException, *, tried: str) -> RaymonError:
    """Return the failure that stands for `error`, which came in place of an answer.

    Libraries wrap what happened into words that tell less ("All connection attempts failed"), so what they wrapped is
    told. A `RaymonError` among that is returned as it is.
    """
    causes = tuple(_causes(error))
    for cause in causes:
        if isinstance(cause, RaymonError):
            return cause
    for told in (_of_proxy, _of_tls, _of_lookup, _of_system, _of_time, _of_protocol):
        if found := told(causes):
            kind, said, advice = found
            return kind(tried, said, advice)
    return UnreachableError(tried, _words(error), _NOTHING_THERE)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Give an exception and all that led to it, the outermost first; of a group, each.

    Each is given once: one that is raised for all who wait for the same may come to lead to itself.
    """
    waiting, seen = [error], set[int]()
    while waiting:
        one = waiting.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        # httpcore hides what it has wrapped; a context that nobody hides is merely what else was being handled then.
        before = one.__cause__ or (one.__context__ if one.__suppress_context__ else None)
        if before is not None:
            waiting.append(before)
        waiting.extend(reversed(getattr(one, "exceptions", ())))


def _of_proxy(causes: Sequence[BaseException]) -> Told:
    error = next((cause for cause in causes if isinstance(cause, httpx.ProxyError)), None)
    return (UnreachableError, f"the proxy in between says: {_words(error)}", _PROXY) if error is not None else None


def _of_tls(causes: Sequence[BaseException]) -> Told:
    error = next((cause for cause in causes if isinstance(cause, ssl.SSLError)), None)
    if isinstance(error, ssl.SSLCertVerificationError):
        said = getattr(error, "verify_message", "") or _words(error)
        advice = _BY_CERTIFICATE.get(getattr(error, "verify_code", 0), _UNTRUSTED)
        return UnreachableError, f"its certificate is not trusted: {said}", advice
    if error is not None:
        return UnreachableError, _words(error), _PLAIN if getattr(error, "reason", "") in _NOT_TLS else _CUT
    return None


def _of_lookup(causes: Sequence[BaseException]) -> Told:
    error = next((cause for cause in causes if isinstance(cause, socket.gaierror | UnicodeError)), None)
    if error is None:
        return None
    # A name that can be none at all is not looked up: Python's codec for names complains.
    said = error.strerror if isinstance(error, socket.gaierror) else "this can be no host's name"
    return UnreachableError, f"no such host: {said}", _UNKNOWN_NAME


def _of_system(causes: Sequence[BaseException]) -> Told:
    seen = {cause.errno for cause in causes if isinstance(cause, OSError)}
    number = next((number for number in _BY_ERRNO if number in seen), None)
    if number is None:
        return None
    kind, advice = _BY_ERRNO[number]
    return kind, os.strerror(number), advice


def _of_time(causes: Sequence[BaseException]) -> Told:
    if any(isinstance(cause, httpx.ConnectTimeout) for cause in causes):
        return TimedOutError, "nothing answers there", _SWALLOWED
    if any(isinstance(cause, httpx.TimeoutException | TimeoutError) for cause in causes):
        return TimedOutError, "no answer in time", _SILENT
    return None


def _of_protocol(causes: Sequence[BaseException]) -> Told:
    error = causes[0]
    if isinstance(error, httpx.LocalProtocolError):
        # Its words quote the header that cannot be sent, which may be the token.
        return UnreachableError, "the request could not be written", "Is what --header or the token says plain text?"
    if not isinstance(error, httpx.RemoteProtocolError):
        return None
    if "illegal" in str(error):
        said = f"something answered, but not in HTTP: {_words(error)}"
        return NotRayError, said, "Is this the dashboard's port (8265 by default)?"
    return UnreachableError, _words(error), _CUT


def _words(error: BaseException, limit: int = 300) -> str:
    """Return an exception's own words as one line."""
    printable = "".join(character if character.isprintable() else " " for character in str(error)[:limit])
    return " ".join(printable.split()) or type(error).__name__
