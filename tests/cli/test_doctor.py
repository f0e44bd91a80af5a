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
    return {check["name"]: check for check in json.loads(done.stdout)}


def test_a_ray_that_knows_no_tokens_is_not_broken_for_that(
    program: Program, dashboard: Callable[[Answers], str]
) -> None:
    url = dashboard({"/api/version": (200, VERSION), "/nodes": (200, NODES)})
    done = program("doctor", url, "--json")
    found = examined(done)
    assert done.returncode == 0, done.stdout
    assert found["target"]["said"] == url
    assert "2.40.0" in found["Ray"]["said"]
    assert found["token"]["holds"] is True
    assert "not wanted" in found["token"]["said"]
    assert found["Prometheus"]["holds"] is not False


@pytest.mark.parametrize(("status", "said"), [(401, "--token-file"), (403, "not this cluster's")])
def test_a_token_that_is_not_right_is_the_broken_link(
    program: Program, dashboard: Callable[[Answers], str], status: int, said: str
) -> None:
    mode = json.dumps({"authentication_mode": "token"})
    answers = {"/api/version": (200, VERSION), "/api/authentication_mode": (200, mode), "/api/jobs/": (status, "no")}
    done = program("doctor", dashboard(answers), "--json", RAY_AUTH_TOKEN=SECRET)
    assert done.returncode == 4
    last = json.loads(done.stdout)[-1]
    assert (last["name"], last["holds"]) == ("token", False)
    assert said in last["advice"]
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
    (check,) = json.loads(done.stdout)
    assert (check["name"], check["holds"]) == ("target", False)
    assert "provider.head_ip" in check["said"]


@pytest.mark.parametrize("text", ["", "cluster_name: [", "!!python/object:os.system {}", "\0\1\2", None])
def test_a_file_that_cannot_be_read_is_the_broken_link_of_a_list_of_one(
    program: Program, tmp_path: Path, text: str | None
) -> None:
    path = tmp_path / "cluster.yaml"
    if text is not None:
        path.write_text(text)
    done = program("doctor", str(path))
    assert (done.returncode, done.stderr) == (2, "")
    first, *rest = done.stdout.splitlines()
    assert first.startswith("✕ target")
    assert rest[-1].startswith("    do: ")


def test_a_prometheus_that_somebody_named_and_that_does_not_answer_is_a_broken_link(
    program: Program, dashboard: Callable[[Answers], str], closed_port: int
) -> None:
    url = dashboard({"/api/version": (200, VERSION), "/nodes": (200, NODES)})
    done = program("doctor", url, "--json", "--prometheus", f"http://127.0.0.1:{closed_port}")
    found = examined(done)["Prometheus"]
    assert (done.returncode, found["holds"]) == (3, False)
    assert "--prometheus" in found["said"]
    assert "refused" in found["said"]
