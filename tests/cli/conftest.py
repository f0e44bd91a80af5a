"""The program as a process of its own, and small servers that are no Ray cluster."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

Program = Callable[..., "subprocess.CompletedProcess[str]"]
Served = Callable[[int, str], str]


@pytest.fixture
def program(tmp_path: Path) -> Program:
    """Run `raymon-tui` with these words, in no terminal, with nothing of the user's own around it."""

    def run(*words: str, **env: str) -> subprocess.CompletedProcess[str]:
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("RAY_", "RAYMON_"))}
        home = {"HOME": str(tmp_path), "XDG_STATE_HOME": str(tmp_path / "state"), "XDG_CONFIG_HOME": ""}
        return subprocess.run(
            (sys.executable, "-m", "raymon_tui.tui", *words),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
            env=clean | home | env,
        )

    return run


@pytest.fixture
def closed_port() -> int:
    """Return a port of this machine on which nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
    return port


@pytest.fixture
def serving() -> Iterator[Served]:
    """Start a server that gives one answer to every question, and return its address."""
    stops: list[Callable[[], None]] = []

    def serve(status: int, body: str) -> str:
        server = _server(status, body)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        stops.extend((server.shutdown, thread.join, server.server_close))
        return f"http://127.0.0.1:{server.server_port}"

    yield serve
    for stop in stops:
        stop()


def _server(status: int, body: str) -> ThreadingHTTPServer:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            data = body.encode()
            self.send_response(status)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the base class's
            pass

    return ThreadingHTTPServer(("127.0.0.1", 0), Handler)
