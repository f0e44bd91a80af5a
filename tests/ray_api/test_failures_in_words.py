"""Whatever goes wrong between here and Ray is told in words, of the kind that decides the exit code."""

from __future__ import annotations

import ssl

import anyio
import httpx
import pytest
from recorded_ray import recorded_ray

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
from raymon_tui.cluster.ray_api.client import RayApi

VERSION = "/api/version"
TRACEBACK = (
    'Traceback (most recent call last):\n  File "a.py", line 1, in b\n    c()\nValueError: no such \x1b[31mthing\n'
)


async def failure(answer: object, path: str = "/api/v0/tasks") -> RaymonError:
    with pytest.raises(RaymonError) as caught:
        await recorded_ray({path: answer}).get(path)
    return caught.value


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (401, UnauthorizedError),
        (403, ForbiddenError),
        (404, RouteMissingError),
        (429, BadAnswerError),
        (500, BadAnswerError),
        (503, BadAnswerError),
        (302, RefusedError),
    ],
)
async def test_each_status_is_its_own_kind_of_failure(status: int, kind: type[RaymonError]) -> None:
    error = await failure(status)
    assert type(error) is kind
    assert error.tried == "asking head:8265 for /api/v0/tasks"
    assert error.said


async def test_who_sent_no_token_is_told_how_to_give_one() -> None:
    assert "--token-file" in (await failure(401)).advice


async def test_a_traceback_of_the_server_is_cut_to_its_last_line() -> None:
    error = await failure(httpx.Response(500, json={"result": False, "msg": f"Failed.\n{TRACEBACK}", "data": {}}))
    assert error.said == "HTTP 500: Failed. ValueError: no such thing"


async def test_the_server_s_own_words_are_kept() -> None:
    error = await failure(httpx.Response(400, json={"result": False, "msg": "Given limit 99999 exceeds", "data": None}))
    assert error.said == "HTTP 400: Given limit 99999 exceeds"


async def test_an_html_error_page_is_told_by_its_words() -> None:
    page = "<html><head><style>p {}</style></head><body><h1>502 Bad Gateway</h1><hr>nginx</body></html>"
    assert (await failure(httpx.Response(502, text=page))).said == "HTTP 502: 502 Bad Gateway nginx"


async def test_a_login_page_in_between_is_told() -> None:
    error = await failure(httpx.Response(302, headers={"location": "https://login.example/auth?secret=1"}))
    assert error.said == "sent on to https://login.example/auth"
    assert "--header" in error.advice


@pytest.mark.parametrize(
    ("raised", "kind"),
    [
        (httpx.ConnectError("refused"), UnreachableError),
        (httpx.ReadTimeout(""), TimedOutError),
        (httpx.RemoteProtocolError("Server disconnected without sending a response."), UnreachableError),
        (httpx.RemoteProtocolError("illegal status line: bytearray(b'SSH-2.0-OpenSSH_9.6')"), NotRayError),
        (httpx.ConnectError("[SSL: CERTIFICATE_VERIFY_FAILED] unable to get local issuer"), UnreachableError),
        (ConnectionResetError("reset"), UnreachableError),
        (anyio.BrokenResourceError(), UnreachableError),
        (ssl.SSLError("[SSL: WRONG_VERSION_NUMBER]"), UnreachableError),
    ],
)
async def test_each_trouble_on_the_way_is_its_own_kind_of_failure(raised: Exception, kind: type[RaymonError]) -> None:
    error = await failure(raised)
    assert type(error) is kind
    assert error.advice


async def test_a_backend_s_own_failure_passes_unchanged() -> None:
    own = RefusedError("opening the tunnel", "host key changed", "see known_hosts")
    assert await failure(own) is own
    wrapped = httpx.ConnectError("all attempts failed")
    wrapped.__cause__ = own
    assert await failure(wrapped) is own


async def test_an_answer_that_takes_too_long_is_not_waited_for() -> None:
    async def never(_request: httpx.Request) -> httpx.Response:
        await anyio.sleep_forever()
        raise AssertionError

    api = RayApi(httpx.AsyncClient(base_url="http://head", transport=httpx.MockTransport(never)))
    with pytest.raises(TimedOutError, match="no answer within"):
        await api.get(VERSION, timeout_s=0.01)


@pytest.mark.parametrize(
    "answer",
    [
        404,
        b"",
        b"<!DOCTYPE html><html><body>Welcome to nginx!</body></html>",
        b'{"hello": "world"}',
        b"[1, 2, 3]",
        b'{"ray_version": ""}',
        httpx.Response(404, text="<h1>Not here</h1>"),
    ],
)
async def test_a_server_that_is_no_ray_is_told_apart(answer: object) -> None:
    with pytest.raises(NotRayError) as caught:
        await recorded_ray({VERSION: answer}).version()
    assert caught.value.exit_code == 5
    assert "8265" in caught.value.advice


async def test_a_ray_in_trouble_is_still_a_ray() -> None:
    with pytest.raises(BadAnswerError):
        await recorded_ray({VERSION: 500}).version()
    with pytest.raises(UnauthorizedError):
        await recorded_ray({VERSION: 401}).version()


async def test_the_version_is_known() -> None:
    assert (await recorded_ray().version()).ray_version == "2.60.0"
    assert await recorded_ray().authentication_mode() == "disabled"


async def test_no_failure_shows_a_token() -> None:
    transport = httpx.MockTransport(lambda _request: httpx.Response(403, text="no"))
    http = httpx.AsyncClient(
        base_url="http://user:s3cret@head:8265", headers={"Authorization": "Bearer s3cret"}, transport=transport
    )
    with pytest.raises(ForbiddenError) as caught:
        await RayApi(http).version()
    assert "s3cret" not in f"{caught.value!r} {caught.value} {caught.value.advice}"
