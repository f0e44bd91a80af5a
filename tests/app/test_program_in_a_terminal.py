"""The whole program on a terminal: it opens, answers keys, and leaves the terminal as it found it."""

from __future__ import annotations

import http.server
import re
import signal
import socket
import threading
from collections.abc import Iterator

import pytest
from terminal import Program, is_restored

from raymon_tui.tui.demo.cluster import RunningCluster

pytestmark = pytest.mark.ray

STORM = ((80, 24), (1, 1), (20, 5), (300, 100), (2, 60), (200, 1), (120, 34), (5, 5))


def shows_the_cluster(screen: str) -> bool:
    return "live" in screen and "Attention" in screen and "running" in screen


@pytest.fixture
def program(ray_cluster: RunningCluster) -> Iterator[Program]:
    with Program(ray_cluster.dashboard_url) as opened:
        opened.until(shows_the_cluster)
        yield opened


def test_q_ends_the_program_and_restores_the_terminal(program: Program) -> None:
    program.press("q")
    assert program.ended() == 0
    assert is_restored(program.sent)


def test_control_c_ends_the_program_and_restores_the_terminal(program: Program) -> None:
    program.press("\x03")
    assert program.ended() == 0
    assert is_restored(program.sent)


@pytest.mark.parametrize("name", [signal.SIGTERM, signal.SIGINT])
def test_being_ended_by_a_signal_restores_the_terminal(program: Program, name: signal.Signals) -> None:
    program.process.send_signal(name)
    assert program.ended() == 128 + name
    assert is_restored(program.sent)
    assert b"Traceback" not in program.sent


def test_a_closed_terminal_ends_the_program(program: Program) -> None:
    program.close_terminal()
    program.ended()


def test_every_pane_opens_with_its_key(program: Program) -> None:
    for key, word in zip(
        "23456890", ["busy", "Wanted", "entrypoint", "states", "class", "files", "severity", "Objects"], strict=True
    ):
        program.press(key)
        program.until(lambda screen, word=word: word in screen)  # type: ignore[misc]
    program.press("1")
    program.until(shows_the_cluster)


def test_help_opens_over_a_pane_and_closes(program: Program) -> None:
    program.press("?")
    program.until(lambda screen: "Keys" in screen and "Everywhere" in screen)
    program.press("\x1b")
    program.until(lambda screen: "Everywhere" not in screen)


@pytest.mark.parametrize("keys", ["1", "2", "2\r", "4\r", "?", ":"], ids=str)
def test_a_resize_at_any_moment_is_followed(program: Program, keys: str) -> None:
    program.press(keys)
    for size in (*STORM, *reversed(STORM), *STORM):
        program.resize(*size)
        program.read()
    program.resize(140, 45)
    for key in ("\x1b", "\x1b", "1"):
        program.press(key)
        while program.read(0.3):
            pass
    program.until(shows_the_cluster)
    program.resize(80, 24)
    program.until(lambda screen: "1 Over" in screen and "live" in screen)


@pytest.mark.parametrize(
    ("pane", "heading", "found"),
    [
        ("4", "entrypoint", "printf"),
        ("5", "function", "re:^wild"),
        ("6", "class", "Lives"),
        ("0", "placement group", "red"),
    ],
)
def test_nothing_that_a_name_holds_reaches_the_terminal_as_a_command(
    program: Program, pane: str, heading: str, found: str
) -> None:
    program.press(pane)
    program.until(lambda screen: heading in screen)
    # An actor's class has a tame name; the list of its actors has the wild one.
    program.press(f"/{found}\r")
    program.until(lambda screen: re.search(r"\d of \d", screen) is not None)
    program.press("\r")
    program.until(lambda screen: "Esc back" in screen and "wild ␛[31mred␛" in screen)
    assert b"\x1b[31mred" not in program.sent


def test_where_nothing_listens_three_lines_say_so() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    with Program(f"http://127.0.0.1:{port}") as program:
        assert program.ended() == 3
        assert "Traceback" not in program.text
        assert str(port) in program.text


class _Other(http.server.BaseHTTPRequestHandler):
    status = 200

    def do_GET(self) -> None:
        self.send_response(self.status)
        self.end_headers()
        self.wfile.write(b"<html>hello</html>")

    def log_message(self, *_words: object) -> None:
        """Say nothing."""


@pytest.mark.parametrize(("status", "code"), [(200, 5), (401, 4), (403, 4)])
def test_an_answer_that_ends_it_all_has_its_own_exit_code(status: int, code: int) -> None:
    handler = type("Handler", (_Other,), {"status": status})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            with Program(f"http://127.0.0.1:{server.server_address[1]}") as program:
                assert program.ended() == code
        finally:
            server.shutdown()
            thread.join()
