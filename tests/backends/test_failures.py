"""Whatever keeps a cluster from being reached is told by its own cause."""

from __future__ import annotations

import errno
import socket
import ssl

import anyio
import httpx
import pytest

from raymon_tui.backends.errors import NotRayError, RaymonError, RefusedError, TimedOutError, UnreachableError
from raymon_tui.backends.failures import failure_of

LIBRARY_S_OWN = "All connection attempts failed"


def wrapped(*causes: BaseException) -> httpx.ConnectError:
    """Return what httpx makes of one or more failed attempts: the system's words are far below its own."""
    attempts = OSError(LIBRARY_S_OWN)
    attempts.__cause__ = causes[0] if len(causes) == 1 else SeveralError(*causes)
    middle = OSError("hidden on the way")
    middle.__context__, middle.__suppress_context__ = attempts, True
    outer = httpx.ConnectError(LIBRARY_S_OWN)
    outer.__cause__ = middle
    return outer


class SeveralError(Exception):
    """As ExceptionGroup, which Python 3.10 has not."""

    def __init__(self, *exceptions: BaseException) -> None:
        super().__init__("multiple connection attempts failed")
        self.exceptions = exceptions


def system(number: int) -> OSError:
    return OSError(number, "as the system calls it")


def certificate(code: int, words: str) -> ssl.SSLCertVerificationError:
    error = ssl.SSLCertVerificationError(1, f"[SSL: CERTIFICATE_VERIFY_FAILED] {words} (_ssl.c:1000)")
    error.verify_code, error.verify_message = code, words
    return error


@pytest.mark.parametrize(
    ("cause", "kind", "said", "advice"),
    [
        (system(errno.ECONNREFUSED), UnreachableError, "refused", "8265"),
        (system(errno.EHOSTUNREACH), UnreachableError, "route", "VPN"),
        (system(errno.ENETUNREACH), UnreachableError, "unreachable", "VPN"),
        (system(errno.ETIMEDOUT), TimedOutError, "timed out", "firewall"),
        (system(errno.ECONNRESET), UnreachableError, "reset", "https://"),
        (socket.gaierror(-2, "Name or service not known"), UnreachableError, "no such host", "name"),
        (UnicodeError("label empty or too long"), UnreachableError, "no host's name", "name"),
        (certificate(18, "self-signed certificate"), UnreachableError, "self-signed certificate", "--ca-cert"),
        (certificate(10, "certificate has expired"), UnreachableError, "has expired", "renewed"),
        (certificate(62, "Hostname mismatch"), UnreachableError, "Hostname mismatch", "Use the name"),
        (TimeoutError(), TimedOutError, "no answer in time", "overloaded"),
    ],
)
def test_the_cause_is_told_and_not_what_the_library_makes_of_it(
    cause: Exception, kind: type[RaymonError], said: str, advice: str
) -> None:
    failure = failure_of(wrapped(cause), tried="asking head:8265")
    assert type(failure) is kind
    assert said in failure.said
    assert advice in failure.advice
    assert LIBRARY_S_OWN not in failure.said


def test_of_a_host_s_several_addresses_the_most_telling_failure_is_told() -> None:
    failure = failure_of(wrapped(system(errno.ENETUNREACH), system(errno.ECONNREFUSED)), tried="asking")
    assert "refused" in failure.said


def test_a_connection_that_cannot_be_made_in_time_is_told_apart_from_an_answer_that_does_not_come() -> None:
    connecting = failure_of(httpx.ConnectTimeout(""), tried="asking")
    waiting = failure_of(httpx.ReadTimeout(""), tried="asking")
    assert type(connecting) is type(waiting) is TimedOutError
    assert connecting.advice != waiting.advice


def test_a_backend_s_own_failure_is_kept_as_it_is() -> None:
    own = RefusedError("opening the tunnel", "host key changed", "see known_hosts")
    assert failure_of(wrapped(own), tried="asking") is own


def test_what_else_was_being_handled_at_the_time_is_not_taken_for_the_cause() -> None:
    earlier = RefusedError("something else", "earlier", "nothing to do with it")
    later = httpx.ConnectError("later")
    later.__context__ = earlier
    assert failure_of(later, tried="asking").said == "later"


def test_a_server_that_speaks_no_http_is_no_ray() -> None:
    error = httpx.RemoteProtocolError("illegal status line: bytearray(b'SSH-2.0-OpenSSH_9.6')")
    failure = failure_of(error, tried="asking")
    assert type(failure) is NotRayError
    assert "SSH-2.0" in failure.said


def test_a_header_that_cannot_be_sent_is_told_without_what_it_holds() -> None:
    failure = failure_of(httpx.LocalProtocolError("Illegal header value b'Bearer hunter2\\n'"), tried="asking")
    assert "hunter2" not in f"{failure!r}"
    assert "--header" in failure.advice


@pytest.mark.parametrize("error", [anyio.BrokenResourceError(), httpx.ReadError(""), OSError(), ValueError()])
def test_an_exception_without_words_is_told_by_its_name(error: Exception) -> None:
    assert failure_of(error, tried="asking").said == type(error).__name__


def test_words_from_the_other_side_are_one_short_line_without_control_codes() -> None:
    said = failure_of(httpx.RemoteProtocolError("a\x1b[31m\nb" + "c" * 1000), tried="asking").said
    assert said.isprintable()
    assert len(said) <= 300


def test_a_failure_that_was_raised_to_several_and_leads_to_itself_is_told_all_the_same() -> None:
    refused = RefusedError("ask", "no", "ask somebody else")
    outer = httpx.ConnectError(LIBRARY_S_OWN)
    outer.__cause__ = refused
    refused.__cause__ = outer
    assert failure_of(outer, tried="ask") is refused
    again = httpx.ConnectError(LIBRARY_S_OWN)
    again.__cause__ = middle = OSError("hidden on the way")
    middle.__cause__ = again
    assert failure_of(again, tried="ask").said == LIBRARY_S_OWN
