"""The chain to a cluster, link by link, where there is no Ray that would answer so: older ones, wrong ones, none."""

from __future__ import annotations

import json
import subprocess
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

Program = Callable[..., "subprocess.CompletedProcess[str]"]
Answers = dict[str, tuple[int, str]]

VERSION = json.dumps({"ray_version": "2.40.0", "session_name": "session_1"})
NODES = json.dumps({"result": True, "data": {"summary": []}})
SECRET = "hunter2hunter2hunter2"


@pytest.fixture
def dashboard() -> Iterator[Callable[[Answers], str]]:
    """Start a server that answers by path, and 404 to every other; return its address."""
    stops: list[Callable[[], None]] = []

    def serve(answers: Answers) -> str:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                status, body = answers.get(self.path.partition("?")[0], (404, "404: Not Found"))
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body.encode())

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the base class's
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        stops.extend((server.shutdown, thread.join, server.server_close))
        return f"http://127.0.0.1:{server.server_port}"

    yield serve
    for stop in stops:
        stop()


def examined(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    return {check["id"]: check for check in json.loads(done.stdout)}


def test_a_ray_that_knows_no_tokens_is_not_broken_for_that(
    program: Program, dashboard: Callable[[Answers], str]
) -> None:
    url = dashboard({"/api/version": (200, VERSION), "/nodes": (200, NODES)})
    done = program("doctor", url, "--json")
    found = examined(done)
    assert done.returncode == 0, done.stdout
    assert found["target"]["said"] == url
    assert "2.40.0" in found["ray"]["said"]
    assert found["token"]["holds"] is True
    assert "not wanted" in found["token"]["said"]
    assert found["prometheus"]["holds"] is not False
    assert list(found) == ["target", "dashboard", "ray", "token", "nodes", "agents", "prometheus", "grafana"]
    assert all(check["tried"] and check["took_s"] >= 0 for check in found.values())


@pytest.mark.parametrize(("status", "said"), [(401, "--token-file"), (403, "not this cluster's")])
def test_a_token_that_is_not_right_is_the_broken_link(
    program: Program, dashboard: Callable[[Answers], str], status: int, said: str
) -> None:
    mode = json.dumps({"authentication_mode": "token"})
    answers = {"/api/version": (200, VERSION), "/api/authentication_mode": (200, mode), "/api/jobs/": (status, "no")}
    done = program("doctor", dashboard(answers), "--json", RAY_AUTH_TOKEN=SECRET)
    assert done.returncode == 4
    found = examined(done)
    assert [id_ for id_, check in found.items() if check["holds"] is False] == ["token"]
    assert said in found["token"]["advice"]
    assert [id_ for id_, check in found.items() if not check["tried"]] == ["nodes", "agents", "prometheus", "grafana"]
    assert SECRET not in done.stdout


def test_a_server_that_is_no_ray_is_the_broken_link(program: Program, serving: Callable[[int, str], str]) -> None:
    done = program("doctor", serving(200, "<html>Welcome</html>"))
    assert done.returncode == 5
    assert "✕ Ray" in done.stdout
    assert "do:" in done.stdout


def test_a_file_that_is_not_understood_is_the_broken_link(program: Program, tmp_path: Path) -> None:
    path = tmp_path / "cluster.yaml"
    path.write_text("cluster_name: one\nprovider: {type: local}\n")
    done = program("doctor", str(path), "--json")
    assert done.returncode == 2
    found = examined(done)
    assert found["target"]["holds"] is False
    assert "provider.head_ip" in found["target"]["said"]
    assert [check["tried"] for check in found.values()] == [True] + [False] * (len(found) - 1)


@pytest.mark.parametrize("text", ["", "cluster_name: [", "!!python/object:os.system {}", "\0\1\2", None])
def test_a_file_that_cannot_be_read_is_the_broken_link_and_nothing_else_is_tried(
    program: Program, tmp_path: Path, text: str | None
) -> None:
    path = tmp_path / "cluster.yaml"
    if text is not None:
        path.write_text(text)
    done = program("doctor", str(path))
    assert (done.returncode, done.stderr) == (2, "")
    first, *rest = done.stdout.splitlines()
    assert first.startswith("✕ target")
    assert rest[0].startswith("    do: ")
    assert all(line.endswith("not tried") for line in rest[1:])


def test_a_prometheus_that_somebody_named_and_that_does_not_answer_is_a_broken_link(
    program: Program, dashboard: Callable[[Answers], str], closed_port: int
) -> None:
    url = dashboard({"/api/version": (200, VERSION), "/nodes": (200, NODES)})
    done = program("doctor", url, "--json", "--prometheus", f"http://127.0.0.1:{closed_port}")
    found = examined(done)["prometheus"]
    assert (done.returncode, found["holds"]) == (3, False)
    assert "--prometheus" in found["said"]
    assert "refused" in found["said"]


@pytest.mark.parametrize(
    ("words", "env"),
    [
        (("http://127.0.0.1:9",), {"RAY_AUTH_TOKEN_PATH": "/nonexistent"}),
        (("ssh://head",), {"RAY_AUTH_TOKEN": "two words"}),
        (("https://127.0.0.1:9", "--ca-cert", __file__), {}),
    ],
)
def test_what_cannot_be_opened_is_json_too(program: Program, words: tuple[str, ...], env: dict[str, str]) -> None:
    done = program("doctor", *words, "--json", **env)
    assert (done.returncode, done.stderr) == (2, "")
    check = examined(done)["target"]
    assert check["holds"] is False
    assert check["advice"]


def test_it_is_drawn_with_ascii_where_nothing_else_can_be(program: Program) -> None:
    for words, env in ((("--ascii",), {}), ((), {"PYTHONIOENCODING": "latin-1"})):
        done = program("doctor", "http://127.0.0.1:9", *words, **env)
        assert done.stdout.isascii()
        assert done.stdout.startswith("+ target")
        assert "x dashboard's port" in done.stdout
