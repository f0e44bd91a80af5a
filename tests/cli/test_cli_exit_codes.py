"""How the program ends where there is no Ray cluster to look at."""

from __future__ import annotations

import subprocess
from collections.abc import Callable

import pytest

Program = Callable[..., "subprocess.CompletedProcess[str]"]
Served = Callable[[int, str], str]

PAGE = "<html><body>Welcome</body></html>"


@pytest.mark.parametrize("form", [(), ("--json",)])
def test_where_nothing_listens_the_code_is_3(program: Program, closed_port: int, form: tuple[str, ...]) -> None:
    done = program("status", f"http://127.0.0.1:{closed_port}", *form)
    _three_lines(done, 3, str(closed_port))


@pytest.mark.parametrize("status", [200, 404, 500])
def test_a_server_that_is_no_ray_dashboard_has_the_code_5(program: Program, serving: Served, status: int) -> None:
    url = serving(status, PAGE)
    _three_lines(program("status", url), 5 if status != 500 else 3, url.removeprefix("http://"))


def test_a_dashboard_that_wants_a_token_has_the_code_4(program: Program, serving: Served) -> None:
    _three_lines(program("status", serving(401, "Unauthorized")), 4, "token")


def test_a_token_that_is_not_taken_has_the_code_4(program: Program, serving: Served) -> None:
    done = program("status", serving(403, "Forbidden"), RAY_AUTH_TOKEN="hunter2hunter2hunter2hunter2")
    _three_lines(done, 4, "token")
    assert "hunter2" not in done.stderr


@pytest.mark.parametrize("jump", ["gate:", "@gate", "gate:99999", "a,,b", "[::1"])
def test_a_jump_that_means_nothing_has_the_code_2(program: Program, jump: str) -> None:
    _three_lines(program("status", "ssh://head", "--jump", jump), 2, "--jump user@host:port")


def _three_lines(done: subprocess.CompletedProcess[str], code: int, said: str) -> None:
    assert done.returncode == code, done.stderr
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 3
    assert said in done.stderr
