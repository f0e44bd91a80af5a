"""Where Ray's token is found, and by which header it goes."""

from __future__ import annotations

from base64 import b64encode
from pathlib import Path

import pytest
from listening import HERE, recording
from reverse_proxy import asking_for_password, asking_for_token, reverse_proxy

from raymon_tui.backends.base import ConnectOptions
from raymon_tui.backends.errors import ForbiddenError, UnauthorizedError, UsageError
from raymon_tui.backends.http import HttpBackend
from raymon_tui.backends.parsing import parse
from raymon_tui.backends.targets import UrlTarget
from raymon_tui.backends.tokens import dashboard_headers, find_token
from raymon_tui.cluster.ray_api.client import RayApi

TOKEN = "hunter2hunter2hunter2"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home in which `ray` has put a token."""
    (tmp_path / ".ray").mkdir()
    (tmp_path / ".ray" / "auth_token").write_text("of-home\n")
    return tmp_path


def test_the_command_line_comes_first_then_the_environment_then_the_home(home: Path) -> None:
    (home / "option").write_text("of-option\n")
    (home / "path").write_text("of-path\n")
    given = ConnectOptions(token_file=home / "option")
    at_home = {"HOME": str(home)}
    environ = {**at_home, "RAY_AUTH_TOKEN": "of-variable", "RAY_AUTH_TOKEN_PATH": str(home / "path")}
    assert find_token(ConnectOptions(token="given", token_file=home / "option"), environ) == "given"
    assert find_token(given, environ) == "of-option"
    assert find_token(ConnectOptions(), environ) == "of-variable"
    del environ["RAY_AUTH_TOKEN"]
    assert find_token(ConnectOptions(), environ) == "of-path"
    del environ["RAY_AUTH_TOKEN_PATH"]
    assert find_token(ConnectOptions(), environ) == "of-home"
    assert find_token(ConnectOptions(), {**at_home, "RAY_AUTH_TOKEN": " "}) == "of-home"
    assert find_token(ConnectOptions(), {"HOME": str(home / "nobody")}) is None


@pytest.mark.parametrize("text", [f"{TOKEN}\nmore", f"{TOKEN} more", f"{TOKEN}ü", f"{TOKEN}\0", f"{TOKEN}\x1b[31m"])
def test_what_can_be_no_token_is_refused_without_a_word_of_it(text: str, tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text(text)
    for options, environ in (
        (ConnectOptions(token=text), {}),
        (ConnectOptions(token_file=file), {}),
        (ConnectOptions(), {"RAY_AUTH_TOKEN": text}),
        (ConnectOptions(), {"RAY_AUTH_TOKEN_PATH": str(file)}),
    ):
        with pytest.raises(UsageError) as caught:
            find_token(options, {"HOME": str(tmp_path), **environ})
        assert TOKEN not in repr(caught.value)


@pytest.mark.parametrize("content", [None, b"\xff\xfe\x00"])
def test_a_file_that_was_asked_for_and_cannot_be_read_is_told(content: bytes | None, tmp_path: Path) -> None:
    file = tmp_path / "token"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(UsageError, match="--token-file") as caught:
        find_token(ConnectOptions(token_file=file), {"HOME": str(tmp_path)})
    assert str(file) in caught.value.said


def test_a_password_in_the_address_leaves_the_token_its_second_header() -> None:
    options = ConnectOptions(token=TOKEN)
    assert dashboard_headers(options, {}) == {"Authorization": f"Bearer {TOKEN}"}
    assert dashboard_headers(options, {}, basic=("me", "p:w")) == {
        "Authorization": f"Basic {b64encode(b'me:p:w').decode()}",
        "X-Ray-Authorization": f"Bearer {TOKEN}",
    }


def test_what_the_user_says_of_a_header_comes_before_all() -> None:
    options = ConnectOptions(token=TOKEN, headers=(("authorization", "mine"), ("X-Key", "1")))
    assert dashboard_headers(options, {}) == {"authorization": "mine", "X-Key": "1"}
    assert dashboard_headers(options, {}, basic=("me", "pw")) == {
        "X-Ray-Authorization": f"Bearer {TOKEN}",
        "authorization": "mine",
        "X-Key": "1",
    }


def test_a_header_with_a_control_code_is_refused_without_a_word_of_it() -> None:
    with pytest.raises(UsageError, match="X-Key") as caught:
        dashboard_headers(ConnectOptions(headers=(("X-Key", f"{TOKEN}\r\nX-Other: 1"),)), {"RAY_AUTH_TOKEN": "t"})
    assert TOKEN not in repr(caught.value)


async def test_the_right_token_opens_and_none_and_a_wrong_one_are_told_apart() -> None:
    async with (
        recording(_VERSION) as (ray, _),
        reverse_proxy(f"http://{ray}", refusals=(asking_for_token(TOKEN),)) as port,
    ):
        assert await _version(f"http://{HERE}:{port}", TOKEN) == "2.60.0"
        with pytest.raises(UnauthorizedError) as none:
            await _version(f"http://{HERE}:{port}", None)
        with pytest.raises(ForbiddenError) as wrong:
            await _version(f"http://{HERE}:{port}", "wrong-wrong-wrong")
    assert "Give the cluster's token" in none.value.advice
    assert "not this cluster's" in wrong.value.advice
    assert "wrong-wrong" not in repr(wrong.value)


async def test_a_proxy_s_password_and_ray_s_token_get_through_together() -> None:
    async with (
        recording(_VERSION) as (ray, heads),
        reverse_proxy(f"http://{ray}", refusals=(asking_for_token(TOKEN),)) as inner,
        reverse_proxy(f"http://{HERE}:{inner}", refusals=(asking_for_password("me", "p@ss/word:ü"),)) as outer,
    ):
        assert await _version(f"http://me:p%40ss%2Fword%3A%C3%BC@{HERE}:{outer}", TOKEN) == "2.60.0"
    assert len(heads) == 1


_BODY = b'{"version": "4", "ray_version": "2.60.0", "ray_commit": "b7f4259", "session_name": "session_one"}'
_VERSION = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (len(_BODY), _BODY)


async def _version(url: str, token: str | None) -> str:
    target = parse(url)
    assert isinstance(target, UrlTarget)
    backend = HttpBackend(target, ConnectOptions(token=token), environ={"RAY_AUTH_TOKEN": ""})
    async with backend.http(backend.dashboard) as client:
        return (await RayApi(client).version()).ray_version
